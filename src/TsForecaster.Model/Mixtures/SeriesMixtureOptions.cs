namespace TsForecaster.Model.Mixtures;

/// <summary>How a mixture of series is fitted.</summary>
public sealed record SeriesMixtureOptions
{
    /// <summary>K to begin with; components that too few series belong to are given up on the way.</summary>
    public int Components { get; init; } = 8;

    /// <summary>As <see cref="FitOptions.Ridge"/>.</summary>
    public double Ridge { get; init; } = 1e-4;

    /// <summary>
    /// So many overlapping windows count as one observation when it is decided which component a series belongs to: windows one step
    /// apart tell the same story. The length of a forecast is a good choice.
    /// </summary>
    public double Overlap { get; init; } = 1.0;

    /// <summary>A component that fewer series than this belong to (responsibilities summed) is given up; its series go to the others.</summary>
    public double LeastSeries { get; init; } = 4.0;

    /// <summary>Numbers of windows beyond ± this count as if they lay there; infinity for none.</summary>
    public double Limit { get; init; } = double.PositiveInfinity;

    public int MaxIterations { get; init; } = 25;

    /// <summary>EM stops when the objective rises by less than this; see <see cref="SeriesMixture"/>.</summary>
    public double Tolerance { get; init; } = 1e-2;

    public ulong Seed { get; init; } = 1;

    /// <summary>Threads at work, at most; 0 for one a core. The result does not depend on it.</summary>
    public int Threads { get; init; }
}
