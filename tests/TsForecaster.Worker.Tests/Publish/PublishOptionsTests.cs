using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging.Abstractions;
using TsForecaster.Worker.Publish;
using Xunit;

namespace TsForecaster.Worker.Tests.Publish;

public sealed class PublishOptionsTests
{
    public static TheoryData<PublishOptions, string> Wrong => new()
    {
        { new PublishOptions { Url = "influx:8086" }, "Url" },
        { new PublishOptions { Url = "" }, "Url" },
        { new PublishOptions { Url = "http://me:s3cret@host:8086" }, "Url" },
        { new PublishOptions { Url = "me:s3cret@host:8086" }, "Url" },
        { new PublishOptions { Url = "http://host:8086/?token=s3cret" }, "Url" },
        { new PublishOptions { Api = PublishApi.V1, Database = " " }, "Database" },
        { new PublishOptions { Api = PublishApi.V3, Database = "" }, "Database" },
        { new PublishOptions { Api = PublishApi.V2, Organisation = "" }, "Organisation" },
        { new PublishOptions { Api = PublishApi.V2, Bucket = "" }, "Bucket" },
        { new PublishOptions { Api = PublishApi.Sqlite, File = "" }, "File" },
        { new PublishOptions { Token = "s3cret\n" }, "Token" },
        { new PublishOptions { Horizons = [1, 0] }, "Horizons" },
        { new PublishOptions { BatchLines = 0 }, "BatchLines" },
        { new PublishOptions { RequestTimeout = TimeSpan.Zero }, "RequestTimeout" },
        { new PublishOptions { MaxRetryDelay = TimeSpan.Zero }, "MaxRetryDelay" },
        { new PublishOptions { Linger = TimeSpan.FromHours(1) }, "Linger" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Validate_WrongSetting_IsNamedWithoutSecrets(PublishOptions options, string setting)
    {
        List<ValidationResult> faults = Faults(options);
        Assert.Equal([setting], faults.SelectMany(fault => fault.MemberNames));
        Assert.DoesNotContain("s3cret", faults[0].ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PublishApi.V1)]
    [InlineData(PublishApi.V2)]
    [InlineData(PublishApi.V3)]
    [InlineData(PublishApi.Sqlite)]
    [InlineData(PublishApi.None)]
    public void Create_WithDefaults_GivesASinkWithoutTrouble(PublishApi api)
    {
        var options = new PublishOptions { Api = api };
        Assert.Empty(Faults(options));
        IPointSink sink = PointSinks.Create(options, NullLoggerFactory.Instance, TimeProvider.System);
        Assert.Null(sink.Trouble);
        (sink as IDisposable)?.Dispose();
    }

    [Fact]
    public void ToString_ShowsNoSecrets()
    {
        foreach (PublishApi api in Enum.GetValues<PublishApi>())
        {
            string text = new PublishOptions { Api = api, Token = "s3cret", Username = "me", Password = "s3cret" }.ToString();
            Assert.DoesNotContain("s3cret", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task NullSink_TakesEverything() => await new NullSink().WriteAsync(SamplePoints.OfEveryMeasurement(), CancellationToken.None);

    private static List<ValidationResult> Faults(PublishOptions options)
    {
        List<ValidationResult> faults = [];
        Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true);
        return faults;
    }
}
