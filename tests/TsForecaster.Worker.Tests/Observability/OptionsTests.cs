using System.ComponentModel.DataAnnotations;
using TsForecaster.Worker.Observability;
using Xunit;

namespace TsForecaster.Worker.Tests.Observability;

public sealed class OptionsTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5080", true)]
    [InlineData("http://0.0.0.0:80", true)]
    [InlineData("http://*:0", true)]
    [InlineData("http://[::1]:5080", true)]
    [InlineData("https://127.0.0.1:5080", false)]
    [InlineData("http://127.0.0.1:5080/base", false)]
    [InlineData("http://127.0.0.1:99999", false)]
    [InlineData("127.0.0.1:5080", false)]
    [InlineData("5080", false)]
    [InlineData("", false)]
    public void Url_IsAnAddressToListenOn(string url, bool valid)
    {
        HttpOptions options = new() { Url = url };
        Assert.Equal(valid, Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true));
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("http://localhost:4318", "http/protobuf", true)]
    [InlineData("https://collector.example:4317", "grpc", true)]
    [InlineData("localhost:4318", null, false)]
    [InlineData("http://localhost:4318", "http/json", false)]
    public void Telemetry_EndpointAndProtocol_AreChecked(string? endpoint, string? protocol, bool valid)
    {
        TelemetryOptions options = new() { OtlpEndpoint = endpoint, Protocol = protocol };
        Assert.Equal(valid, Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true));
    }
}
