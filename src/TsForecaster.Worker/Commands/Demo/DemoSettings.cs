using TsForecaster.Worker.Commands.Settings;

namespace TsForecaster.Worker.Commands.Demo;

/// <summary>
/// The demo's settings, by the keys of any other installation: what is forecast, and when models are fitted. How they forecast is chosen
/// from the data. The first choice about demand waits for five weeks: less says little of what a week is like, and even they say too
/// little of how sure to be, so that forecasts are corrected by how earlier ones did.
/// </summary>
internal static class DemoSettings
{
    public const string Demand = "electricity-demand";
    public const string DemandTopic = "demand";
    public const string PricesTopic = "prices";

    /// <summary>Rows that are sent at once, so that there are forecasts from the start: just past the first refit's activation.</summary>
    public const int DemandWarmUp = 1700;

    public const int PricesWarmUp = 420;

    public static IConfigurationRoot Configuration(string brokers, string database, string checkpoints, string url)
    {
        Dictionary<string, string?> settings = new(StringComparer.Ordinal)
        {
            ["Kafka:BootstrapServers"] = brokers,
            ["Kafka:Topics"] = $"{DemandTopic},{PricesTopic}",
            ["Grid:Interval"] = "1d",
            ["Model:Future"] = "5",
            ["Refit:First"] = "400",
            ["Refit:Every"] = "50",
            ["Refit:Lag"] = "2",
            ["Refit:History"] = "750",
            ["Series:0:Match"] = Demand,
            ["Series:0:Grid:Interval"] = "30m",
            ["Series:0:Model:Future"] = "24",
            ["Series:0:Model:Season"] = "336",
            ["Series:0:Refit:First"] = "1680",
            ["Series:0:Refit:Every"] = "96",
            ["Series:0:Refit:Lag"] = "4",
            ["Series:0:Refit:History"] = "4032",
            ["Model:Recalibrate"] = "true",
            ["Publish:Api"] = "Sqlite",
            ["Publish:File"] = database,
            ["Checkpoints:Directory"] = checkpoints,
            ["Http:Url"] = url,
        };
        return new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>($"{SettingsReader.Section}:{setting.Key}", setting.Value)))
            .AddInMemoryCollection([new("Logging:LogLevel:Default", "Warning")])
            .Build();
    }
}
