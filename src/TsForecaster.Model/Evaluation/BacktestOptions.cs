using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation;

/// <summary>Rows of the three consecutive parts of a table; rows after them are not used.</summary>
public sealed record DataSplit(int Train, int Valid, int Test)
{
    public int Rows => Train + Valid + Test;
}

/// <summary>Which part of the table is scored.</summary>
public enum ScoredPart
{
    Valid,
    Test,
}

/// <summary>What a backtest does. Checked by <see cref="Backtest"/>.</summary>
public sealed record BacktestOptions
{
    /// <summary>P and F; one channel, and as many as there are columns with <see cref="Joint"/>.</summary>
    public required WindowShape Shape { get; init; }

    public required DataSplit Split { get; init; }

    public Normalisation Normalisation { get; init; } = new();

    public FitOptions Fit { get; init; } = new();

    /// <summary>Steps from one scored forecast to the next. Models are fitted to every window.</summary>
    public int Stride { get; init; } = 1;

    /// <summary>m of the seasonal naive, which is both the rival and what MASE and MSIS scale by.</summary>
    public int Season { get; init; } = 1;

    /// <summary>Work and score in units of each column's training standard deviation (population), around its training mean.</summary>
    public bool Standardise { get; init; }

    /// <summary>A model for each column, instead of one that is fitted to the windows of all.</summary>
    public bool PerSeries { get; init; }

    /// <summary>The columns are the channels of one series: one model of windows that hold them all, so that each is forecast from the pasts of all.</summary>
    public bool Joint { get; init; }

    /// <summary>Fit on the validation rows too (chosen settings are refitted so before the test).</summary>
    public bool FitOnValid { get; init; }

    /// <summary>
    /// While the test part is walked through, fit the parameters anew on all rows before each multiple of so many rows into it, as a
    /// service that refits on schedule does; 0 to stay with the first fit. The first fit then takes the validation rows too.
    /// </summary>
    public int RefitEvery { get; init; }

    /// <summary>
    /// Let a search choose how to forecast, instead of shape, normalisation and fit options (of the shape, only F counts then). It sees
    /// the training and validation parts; the latter is held out.
    /// </summary>
    public SelectionTask? Search { get; init; }

    public PointForecast Point { get; init; } = PointForecast.Mean;

    /// <summary>How the effects of <see cref="Covariates"/> are found; null for none. Every column then has a model of its own.</summary>
    public CovariateRegression? Regression { get; init; }

    /// <summary>What is known ahead of each row, rows×q row-major.</summary>
    public ReadOnlyMemory<double> Covariates { get; init; }
}
