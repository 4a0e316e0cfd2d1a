using System.Text;
using Microsoft.Extensions.Configuration;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Commands.Settings;
using TsForecaster.Worker.Publish;
using Xunit;

namespace TsForecaster.Worker.Tests.Commands;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Read_BrokenFile_NamesEveryErrorAtOnce()
    {
        SettingsException e = Assert.Throws<SettingsException>(() => Read("""
            {
              "Kafka": { "BootstrapServers": "broker, other:99999", "Topics": [], "GroupId": "", "SaslMechanism": "Magic", "SessionTimeout": "1m", "MaxPollInterval": "30s" },
              "Grid": { "Interval": "fortnight", "Agregate": "Mean", "Grace": "-00:00:01", "MaxGap": 0 },
              "Model": { "Past": "many", "Future": 0, "Centring": "Median", "Ridge": 2, "Season": 6000 },
              "Refit": { "Lag": 500, "First": 10 },
              "Publish": { "Api": "V9", "Url": "localhost", "Horizons": [1, 99] },
              "Http": { "Url": "ftp://x" },
              "Checkpoints": { "Directory": "", "Every": "0s" },
              "Past": 48,
              "Series": [ { "Model": { "Components": 0 } } ]
            }
            """));

        string[] expected =
        [
            "Kafka:BootstrapServers", "Kafka:Topics", "Kafka:GroupId", "Kafka:SaslMechanism", "Kafka:MaxPollInterval",
            "Grid:Interval", "Grid:Agregate", "Grid:Grace", "Grid:MaxGap", "Model:Past", "Model:Future", "Model:Centring", "Model:Ridge", "Model:Season",
            "Refit:Lag", "Refit:First", "Publish:Api", "Publish:Url", "Publish:Horizons", "Http:Url", "Checkpoints:Directory", "Checkpoints:Every", "Past",
            "Series:0:Match", "Series:0:Model:Components",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), e.Errors.Select(error => error.Key).Order(StringComparer.Ordinal));
        Assert.All(e.Errors, error => Assert.True(error.Found.Length > 0 && error.Allowed.Length > 0));
    }

    [Theory]
    [InlineData("Grid:Intervall", "did you mean Interval?")]
    [InlineData("Past", "did you mean Model:Past?")]
    [InlineData("Bucket", "did you mean Publish:Bucket?")]
    [InlineData("Zzzzzz", "allowed are ")]
    public void Read_UnknownKey_SuggestsTheNearest(string key, string suggestion)
    {
        SettingsException e = Assert.Throws<SettingsException>(() => ReadSet($"{key}=1"));
        Assert.StartsWith(suggestion, Assert.Single(e.Errors, error => error.Key == key).Allowed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Model:Future=6000")]
    [InlineData("Refit:History=10", "Refit:First=60", "Model:Season=40", "Model:Components=3")]
    public void Read_HistoryShorterThanAWindow_IsAllThatIsSaid(params string[] set)
    {
        // What else is allowed depends on it: ranges from here on would be empty.
        SettingsError error = Assert.Single(Assert.Throws<SettingsException>(() => ReadSet(set)).Errors);
        Assert.Equal("Refit:History", error.Key);
    }

    [Fact]
    public void Read_Secret_IsNeverShown()
    {
        SettingsException e = Assert.Throws<SettingsException>(() => ReadSet("Publish:Token=hush hush", "Publish:Url=http://me:hush@host:1"));
        Assert.Equal(["Publish:Token", "Publish:Url"], e.Errors.Select(error => error.Key).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("hush", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("250ms", 0.25)]
    [InlineData("10s", 10)]
    [InlineData("30m", 1800)]
    [InlineData("1.5h", 5400)]
    [InlineData("2d", 172800)]
    [InlineData("00:01:30", 90)]
    [InlineData("1.00:00:00", 86400)]
    public void Read_Duration_TakesUnitsAndClocks(string text, double seconds) =>
        Assert.Equal(seconds, ReadSet($"Grid:Interval={text}").Grid.Interval.TotalSeconds);

    [Theory]
    [InlineData("Grid:Interval=90")]
    [InlineData("Model:Centring=2")]
    [InlineData("Model:Ridge=NaN")]
    [InlineData("Model:Past=4.5")]
    [InlineData("Publish:Gzip=yes")]
    public void Read_AmbiguousValue_IsRefused(string assignment) =>
        Assert.Contains(Assert.Throws<SettingsException>(() => ReadSet(assignment)).Errors, error => error.Key == assignment.Split('=')[0]);

    [Fact]
    public void Read_Set_TakesDotsAndAbsoluteKeys_AndWinsOverTheFile()
    {
        ForecasterSettings settings = ReadSet("model.past=7", "Forecaster:Model:Future=3", "Publish:Api=v1", "Publish:Horizons=1,3", "Model.Centring=mean");
        Assert.Equal((7, 3, PublishApi.V1, Centring.Mean), (settings.Model.Past, settings.Model.Future, settings.Publish.Api, settings.Model.Centring));
        Assert.Equal([1, 3], settings.Publish.Horizons);
    }

    [Fact]
    public void Read_Components_AreANumberOrAuto()
    {
        Assert.Equal((5, null), (ReadSet().Model.Past, ReadSet().Model.Components));
        Assert.Equal((null, 4), (ReadSet("Model:Past=Auto", "Model:Components=4").Model.Past, ReadSet("Model:Components=4").Model.Components));
        Assert.Null(ReadSet("Model:Components=auto").Model.Components);
        SettingsError error = Assert.Single(Assert.Throws<SettingsException>(() => ReadSet("Model:Components=many")).Errors);
        Assert.Equal("a whole number or auto is allowed", error.Allowed);
        Assert.Equal("Model:Future", Assert.Single(Assert.Throws<SettingsException>(() => ReadSet("Model:Future=auto")).Errors).Key);
    }

    [Fact]
    public void Read_Joint_NamesItsChannels()
    {
        string[] set = ["Model:Joint=temperature, vibration", "Model:Components=2"];
        Assert.Equal(["temperature", "vibration"], ReadSet(set).Model.Joint);
        Assert.Empty(ReadSet().Model.Joint);
        SeriesResolver resolver = new(ReadSet([.. set, "Series:0:Match=meter-*", "Series:0:Model:Joint=", "Series:1:Match=fan-*", "Series:1:Model:Joint=speed,current"]));
        Assert.Equal(["temperature", "vibration"], resolver.For("pump").Model.Joint);
        Assert.Empty(resolver.For("meter-1").Model.Joint);
        Assert.Equal(["speed", "current"], resolver.For("fan-1").Model.Joint);
        Assert.Equal(["vibration", "temperature"], resolver.For("pump").Of("vibration").Model.Joint);
        Assert.Empty(resolver.For("pump").Of("pressure").Model.Joint);
    }

    [Theory]
    [InlineData("Model:Components", "\"auto\"", "a number is allowed", "Model:Joint=a,b")]
    [InlineData("Model:Joint", "[a]", "two channels or more", "Model:Joint=a", "Model:Components=1")]
    [InlineData("Model:Joint", "[a, b, a]", "each once", "Model:Joint=a,b,a", "Model:Components=1")]
    [InlineData("Model:Scope", "Pooled", "Series", "Model:Joint=a,b", "Model:Components=1", "Model:Scope=Pooled")]
    [InlineData("Model:Centring", "History", "None, Last and Mean", "Model:Joint=a,b", "Model:Components=1", "Model:Centring=History")]
    [InlineData("Refit:History", "100", "at least 135", "Model:Joint=a,b", "Model:Components=1", "Refit:History=100")]
    [InlineData("Series:0:Model:Components", "\"auto\"", "a number is allowed", "Series:0:Match=x", "Series:0:Model:Joint=a,b")]
    public void Read_JointWithWhatItCannotBeUsedWith_IsRefused(string key, string found, string allowed, params string[] set)
    {
        SettingsError error = Assert.Single(Assert.Throws<SettingsException>(() => ReadSet(set)).Errors);
        Assert.Equal((key, found), (error.Key, error.Found));
        Assert.Contains(allowed, error.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Calendar_SaysWhatIsKnownAhead()
    {
        Assert.Null(Of().Known);
        SeriesSettings settings = Of("Model:Calendar=day, week", "Model:Holidays=2024-12-25,2024-12-26", "Model:TimeZone=Europe/Vienna", "Grid:Interval=1h");
        Assert.Equal([CalendarPart.Day, CalendarPart.Week], settings.Model.Calendar);
        Assert.Same(settings.Known, settings.Known);
        Assert.Equal(91, settings.Known!.Count);
        Assert.Contains("Europe/Vienna", settings.Known.Form, StringComparison.Ordinal);
        Assert.Equal((91, 336), (settings.Search.Regression!.Count, settings.Search.Regression.LeastSteps));
        Assert.Equal(7, Of("Model:Holidays=2024-12-25", "Model:Components=1").Recipe!.Regression!.Count);

        // Steps of a day tell nothing of its hours.
        Assert.Null(Of("Model:Calendar=Day", "Grid:Interval=1d").Known);

        static SeriesSettings Of(params string[] set) => new SeriesResolver(ReadSet(set)).For("any");
    }

    [Theory]
    [InlineData("Model:Calendar", "\"month\"", "Day, Week", "Model:Calendar=month")]
    [InlineData("Model:Holidays", "[25.12.2024]", "dates such as", "Model:Holidays=2024-12-26,25.12.2024")]
    [InlineData("Model:TimeZone", "\"Mars\"", "names of time zones", "Model:Calendar=Day", "Model:TimeZone=Mars")]
    [InlineData("Model:Calendar", "[Day]", "Model:Scope = Series", "Model:Calendar=Day", "Model:Scope=Pooled")]
    [InlineData("Model:Holidays", "[2024-12-25]", "Model:Joint", "Model:Holidays=2024-12-25", "Model:Joint=a,b", "Model:Components=1")]
    public void Read_CalendarThatMakesNoSense_IsRefused(string key, string found, string allowed, params string[] set)
    {
        SettingsError error = Assert.Single(Assert.Throws<SettingsException>(() => ReadSet(set)).Errors);
        Assert.Equal((key, found), (error.Key, error.Found));
        Assert.Contains(allowed, error.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void SeriesOverride_Keeps_WhatItDoesNotSet()
    {
        ForecasterSettings settings = Read("""
            {
              "Kafka": { "Topics": "ticks" },
              "Model": { "Past": 20, "Future": 5 },
              "Series": [
                { "Match": "price-*", "Model": { "Future": 2 } },
                { "Match": "*", "Refit": { "Every": 50 } }
              ]
            }
            """);
        SeriesResolver resolver = new(settings);

        Assert.Equal((20, 2, 100), (resolver.For("price-DAX").Model.Past, resolver.For("price-DAX").Model.Future, resolver.For("price-DAX").Refit.Every));
        Assert.Equal((5, 50), (resolver.For("PRICE-DAX").Model.Future, resolver.For("demand").Refit.Every));
        Assert.Same(resolver.For("demand"), resolver.For("demand"));
    }

    [Fact]
    public void Read_WrongForAllSeries_IsSaidOnce()
    {
        SettingsException e = Assert.Throws<SettingsException>(() => Read("""{ "Refit": { "Lag": 500 }, "Series": [ { "Match": "a" }, { "Match": "b", "Model": { "Past": 9 } } ] }"""));
        Assert.Single(e.Errors, error => error.Key.EndsWith("Lag", StringComparison.Ordinal));
    }

    [Fact]
    public void Set_TheSameKeyTwice_TheLastCounts() => Assert.Equal(9, ReadSet("Model:Past=7", "model.past=9").Model.Past);

    private static ForecasterSettings Read(string json)
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes($$"""{ "Forecaster": {{json}} }"""));
        return SettingsReader.Read(new ConfigurationBuilder().AddJsonStream(stream).Build());
    }

    private static ForecasterSettings ReadSet(params string[] assignments)
    {
        using ScratchFolder folder = new();
        string file = folder.Write("settings.json", """{ "Forecaster": { "Kafka": { "Topics": ["ticks"] }, "Model": { "Past": 5 } } }""");
        return SettingsReader.Read(SettingsSources.Load(file, assignments));
    }
}
