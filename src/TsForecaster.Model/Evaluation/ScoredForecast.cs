using TsForecaster.Model.Forecasting;

namespace TsForecaster.Model.Evaluation;

/// <summary>Why a forecast was kept to be looked at.</summary>
public enum KeptAs
{
    /// <summary>One of a few that lie evenly over the scored part.</summary>
    Example,

    /// <summary>The one with the smallest CRPS.</summary>
    Best,

    /// <summary>The one with the largest.</summary>
    Worst,
}

/// <summary>One forecast of a backtest beside what came.</summary>
/// <param name="Series">Name of the column or series.</param>
/// <param name="History">Everything before the origin, on the scale that was scored.</param>
/// <param name="Actuals">The values forecast; NaN where missing.</param>
/// <param name="Forecast">Issued at the origin.</param>
/// <param name="Crps">Mean over the steps; NaN when none was observed.</param>
/// <param name="Kept">Why.</param>
public sealed record ScoredForecast(string Series, ReadOnlyMemory<double> History, ReadOnlyMemory<double> Actuals, Forecast Forecast, double Crps, KeptAs Kept = KeptAs.Example)
{
    /// <summary>Of the forecast, from 0.</summary>
    public int Channel { get; init; }

    /// <summary>Rows before the first step that was forecast.</summary>
    public int Origin => History.Length;

    /// <summary>The number, from 0, of the example that forecast <paramref name="index"/> of so many is: the one in the middle of each quarter.</summary>
    internal static int? ExampleAt(int index, int count)
    {
        const int Examples = 4;
        int number = (int)((long)index * Examples / count);
        return index == ((2L * number) + 1) * count / (2 * Examples) ? number : null;
    }
}
