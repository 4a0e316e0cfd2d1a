namespace TsForecaster.Model.Forecasting;

/// <summary>How what is learnt from values as they come fades: evidence ← <see cref="Keep"/>·evidence + news.</summary>
internal static class Forgetting
{
    /// <summary>How many values what is assumed at first counts for.</summary>
    public const double Prior = 30.0;

    /// <summary>Values until one counts a 1/e.</summary>
    private const double Memory = 750.0;

    public static double Keep { get; } = Math.Exp(-1.0 / Memory);
}
