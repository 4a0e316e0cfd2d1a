using System.Reflection;
using System.Security.Cryptography;

namespace TsForecaster.Worker.Dashboard;

/// <summary>One file of the page, held in the assembly.</summary>
internal sealed class PageAsset
{
    private const string ResourcePrefix = "page/";

    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly byte[] _content;
    private readonly string _contentType;
    private readonly string _entityTag;

    private PageAsset(string path, byte[] content, string contentType)
    {
        (Path, _content, _contentType) = (path, content, contentType);
        _entityTag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"";
    }

    public static IReadOnlyList<PageAsset> All { get; } = [.. Load()];

    /// <summary>Where it is served: index.html at /, all others under their own names.</summary>
    public string Path { get; }

    public async Task ServeAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.ETag = _entityTag;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (context.Request.Headers.IfNoneMatch.Contains(_entityTag, StringComparer.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = _contentType;
        context.Response.ContentLength = _content.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(_content, context.RequestAborted);
        }
    }

    private static IEnumerable<PageAsset> Load()
    {
        Assembly assembly = typeof(PageAsset).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)))
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            string path = name[ResourcePrefix.Length..];
            yield return new PageAsset(path == "index.html" ? "/" : "/" + path, content, ContentTypeOf(path));
        }
    }

    private static string ContentTypeOf(string path) => System.IO.Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
}
