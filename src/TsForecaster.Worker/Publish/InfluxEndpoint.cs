using System.Net.Http.Headers;
using System.Text;

namespace TsForecaster.Worker.Publish;

/// <summary>Where and with which credentials a batch is posted: the one difference between InfluxDB's three write APIs.</summary>
/// <remarks>
/// v1: https://docs.influxdata.com/influxdb/v1/tools/api/#write-http-endpoint (microseconds are <c>u</c>; <c>us</c> would be read as nanoseconds),
/// v2: https://docs.influxdata.com/influxdb/v2/api/v2/#operation/PostWrite,
/// v3: https://docs.influxdata.com/influxdb3/core/write-data/http-api/v3-write-lp/.
/// </remarks>
internal sealed class InfluxEndpoint
{
    private readonly Uri[] _byPrecision;
    private readonly AuthenticationHeaderValue? _credentials;

    public InfluxEndpoint(PublishOptions options)
    {
        (string query, string[] precisions) = options.Api switch
        {
            PublishApi.V1 => ($"/write?db={Escape(options.Database)}{RetentionPolicy(options)}", ["s", "ms", "u", "ns"]),
            PublishApi.V2 => ($"/api/v2/write?org={Escape(options.Organisation)}&bucket={Escape(options.Bucket)}", ["s", "ms", "us", "ns"]),
            PublishApi.V3 => ($"/api/v3/write_lp?db={Escape(options.Database)}", (string[])["second", "millisecond", "microsecond", "nanosecond"]),
            _ => throw new ArgumentException($"{options.Api} is no write API of InfluxDB", nameof(options)),
        };
        string address = options.Url.TrimEnd('/') + query;
        _byPrecision = Array.ConvertAll(precisions, precision => new Uri($"{address}&precision={precision}"));
        _credentials = Credentials(options);
    }

    public HttpRequestMessage Request(TimePrecision precision, HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _byPrecision[(int)precision]) { Content = content };
        request.Headers.Authorization = _credentials;
        return request;
    }

    private static AuthenticationHeaderValue? Credentials(PublishOptions options)
    {
        if (!string.IsNullOrEmpty(options.Token))
        {
            return new AuthenticationHeaderValue(options.Api == PublishApi.V3 ? "Bearer" : "Token", options.Token);
        }

        return string.IsNullOrEmpty(options.Username)
            ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Username}:{options.Password}")));
    }

    private static string RetentionPolicy(PublishOptions options) =>
        string.IsNullOrEmpty(options.RetentionPolicy) ? "" : $"&rp={Escape(options.RetentionPolicy)}";

    private static string Escape(string value) => Uri.EscapeDataString(value);
}
