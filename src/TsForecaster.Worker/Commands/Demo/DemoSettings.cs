using TsForecaster.Worker.Commands.Settings;

namespace TsForecaster.Worker.Commands.Demo;

/// <summary>
/// The demo's settings, by the keys of any other installation. Demand sees a week and a day back and half a day ahead; the first
/// fit waits for five weeks, since fewer windows than about twice their length make a poor covariance. Chosen by backtests on the
/// first eight of the twelve weeks.
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
            ["Model:Past"] = "20",
            ["Model:Future"] = "5",
            ["Model:Ridge"] = "1e-2",
            ["Refit:First"] = "400",
            ["Refit:Every"] = "50",
            ["Refit:Lag"] = "2",
            ["Refit:History"] = "750",
            ["Series:0:Match"] = Demand,
            ["Series:0:Grid:Interval"] = "30m",
            ["Series:0:Model:Past"] = "384",
            ["Series:0:Model:Future"] = "24",
            ["Series:0:Model:Season"] = "336",
            ["Series:0:Model:Ridge"] = "5e-4",
            ["Series:0:Refit:First"] = "1680",
            ["Series:0:Refit:Every"] = "96",
            ["Series:0:Refit:Lag"] = "4",
            ["Series:0:Refit:History"] = "4032",
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
