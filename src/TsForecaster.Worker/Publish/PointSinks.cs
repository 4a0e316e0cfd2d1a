namespace TsForecaster.Worker.Publish;

/// <summary>Makes the sink that the settings ask for.</summary>
public static class PointSinks
{
    /// <summary>Connects to nothing yet; the first write does. The sink is to be disposed where it can be.</summary>
    /// <exception cref="ArgumentException">The options are not valid.</exception>
    public static IPointSink Create(PublishOptions options, ILoggerFactory loggers, TimeProvider time) => options.Api switch
    {
        PublishApi.V1 or PublishApi.V2 or PublishApi.V3 => new InfluxSink(options, loggers.CreateLogger<InfluxSink>(), time),
        PublishApi.Sqlite => new SqliteSink(options, loggers.CreateLogger<SqliteSink>(), time),
        PublishApi.None => new NullSink(),
        _ => throw new ArgumentException($"found Api {options.Api}; allowed are {string.Join(", ", Enum.GetNames<PublishApi>())}", nameof(options)),
    };
}
