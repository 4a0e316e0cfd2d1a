using System.ComponentModel.DataAnnotations;

namespace TsForecaster.Worker.Publish;

/// <summary>What takes the points: InfluxDB by one of its write APIs, a SQLite file, or nothing.</summary>
public enum PublishApi
{
    V1,
    V2,
    V3,
    Sqlite,
    None,
}

/// <summary>Where the points go, and how.</summary>
public sealed record PublishOptions : IValidatableObject
{
    public PublishApi Api { get; init; } = PublishApi.V2;

    /// <summary>Address of InfluxDB, with a path when it is behind one; no query, no user name.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8086";

    /// <summary>V1 and V3.</summary>
    public string Database { get; init; } = "tsforecaster";

    /// <summary>V1; null is the database's default.</summary>
    public string? RetentionPolicy { get; init; }

    /// <summary>V2.</summary>
    public string Organisation { get; init; } = "tsforecaster";

    /// <summary>V2.</summary>
    public string Bucket { get; init; } = "tsforecaster";

    /// <summary>Never logged. Takes precedence over user name and password.</summary>
    public string? Token { get; init; }

    /// <summary>V1, with a password.</summary>
    public string? Username { get; init; }

    /// <summary>Never logged.</summary>
    public string? Password { get; init; }

    /// <summary>The SQLite file; made, with its directory, when it is not there.</summary>
    public string File { get; init; } = "tsforecaster.db";

    /// <summary>Which horizons of a forecast are published, in steps from 1; empty means all.</summary>
    public IReadOnlyList<int> Horizons { get; init; } = [];

    /// <summary>Most lines in one request.</summary>
    [Range(1, 100_000)]
    public int BatchLines { get; init; } = 5000;

    /// <summary>How long points may wait for company before they are sent.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(250);

    public bool Gzip { get; init; } = true;

    /// <summary>After which a request counts as failed and is sent again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest pause between two attempts, unless the server asks for more.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:10:00")]
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(15);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        bool influx = Api is PublishApi.V1 or PublishApi.V2 or PublishApi.V3;
        if (influx && UrlFault() is { } fault)
        {
            yield return new ValidationResult(fault, [nameof(Url)]);
        }

        if (Api is PublishApi.V1 or PublishApi.V3 && string.IsNullOrWhiteSpace(Database))
        {
            yield return Needed(nameof(Database));
        }

        if (Api == PublishApi.V2 && string.IsNullOrWhiteSpace(Organisation))
        {
            yield return Needed(nameof(Organisation));
        }

        if (Api == PublishApi.V2 && string.IsNullOrWhiteSpace(Bucket))
        {
            yield return Needed(nameof(Bucket));
        }

        if (Api == PublishApi.Sqlite && string.IsNullOrWhiteSpace(File))
        {
            yield return Needed(nameof(File));
        }

        // A secret goes into a header; what cannot be there is found now rather than at the first write. It is not shown.
        if (Token is not null && (string.IsNullOrWhiteSpace(Token) || Token.Any(c => c is <= ' ' or > '~')))
        {
            yield return new ValidationResult("the token is empty or holds characters other than printable ASCII without spaces", [nameof(Token)]);
        }

        if (Horizons.Any(h => h < 1))
        {
            yield return new ValidationResult($"found horizon {Horizons.First(h => h < 1)}; horizons count steps from 1", [nameof(Horizons)]);
        }
    }

    /// <summary>Where the points go, in words; without the secrets.</summary>
    public override string ToString() => Api switch
    {
        PublishApi.V1 => $"InfluxDB v1 at {Url}, database {Database}",
        PublishApi.V2 => $"InfluxDB v2 at {Url}, organisation {Organisation}, bucket {Bucket}",
        PublishApi.V3 => $"InfluxDB v3 at {Url}, database {Database}",
        PublishApi.Sqlite => $"SQLite file {File}",
        _ => "nowhere",
    };

    private string? UrlFault()
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out Uri? url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            string found = Url.Contains('@', StringComparison.Ordinal) ? "an address with a user name" : $"'{Url}'";
            return $"found {found}; allowed is an address like http://127.0.0.1:8086";
        }

        // The address is shown in logs: a secret in it would be, too. So it is not shown here.
        return url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0
            ? "the address has a user name, a query or a fragment; give scheme, host, port and path only, and Token or Username and Password beside it"
            : null;
    }

    private ValidationResult Needed(string setting) => new($"empty, but Api {Api} needs it", [setting]);
}
