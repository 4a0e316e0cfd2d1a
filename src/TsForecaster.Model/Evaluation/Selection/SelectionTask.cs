using TsForecaster.Model.Forecasting;

namespace TsForecaster.Model.Evaluation.Selection;

/// <summary>What is to be forecast, and what is known of it before any data is looked at.</summary>
public sealed record SelectionTask
{
    /// <summary>F.</summary>
    public required int Future { get; init; }

    /// <summary>m; 1 when there is no season.</summary>
    public int Season { get; init; } = 1;

    /// <summary>P, when the user gives it; null to choose.</summary>
    public int? Past { get; init; }

    /// <summary>
    /// Rows at the end that candidates are judged on, not fitted to. Fewer than a quarter of the rows, or than four futures, are made up
    /// from the rows before.
    /// </summary>
    public int HeldOut { get; init; }

    /// <summary>What the search may cost, in units of 10⁹ operations (about a tenth of a second on one core); the same budget tries the same candidates everywhere.</summary>
    public double Budget { get; init; } = 1500.0;

    /// <summary>Threads at work, at most; 0 for one a core. The result does not depend on it.</summary>
    public int Threads { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>Whether the logarithm may be tried (it needs values above zero all the same).</summary>
    public bool TryLog { get; init; } = true;

    /// <summary>How effects of <see cref="Covariates"/> are found, which are taken off where that is better on the held-out rows too; null for none. For one series.</summary>
    public CovariateRegression? Regression { get; init; }

    /// <summary>What is known ahead of each row of the series, T×q row-major.</summary>
    public ReadOnlyMemory<double> Covariates { get; init; }
}
