namespace TsForecaster.Model.Forecasting;

/// <summary>A model file cannot be used: truncated, damaged, of another kind, or written by a newer version.</summary>
public sealed class ModelFileException(string message) : Exception(message);

/// <summary>The versioned binary form of a model: magic, version, length, content, SHA-256. Little-endian.</summary>
public static class ModelFile
{
    public static void Save(Stream stream, ForecastModel model) => throw null!;

    /// <exception cref="ModelFileException">The stream is not a whole model of a version this program knows; nothing is half-read.</exception>
    public static ForecastModel Load(Stream stream) => throw null!;
}
