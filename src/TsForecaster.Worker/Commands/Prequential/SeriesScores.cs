using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Evaluation.Baselines;
using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Commands.Prequential;

/// <summary>What was published of one series, scored: its cells in their order, and what every forecast of them came to.</summary>
internal sealed class SeriesScores(SeriesKey key, SeriesSettings settings)
{
    private readonly List<double> _values = [];
    private readonly Dictionary<long, int> _cells = [];
    private readonly List<(int Cell, int Horizon)> _scored = [];
    private readonly Sums[] _steps = new Sums[settings.Model.Future];

    public SeriesKey Key => key;

    /// <summary>Cells closed.</summary>
    public int Cells => _values.Count;

    /// <summary>Those of them without a value.</summary>
    public int Missing => _values.Count(double.IsNaN);

    /// <summary>Forecasts scored, one a cell and horizon.</summary>
    public int Scored => _scored.Count;

    /// <summary>Of one-step forecasts.</summary>
    public PitHistogram Pit { get; } = new();

    /// <summary>Models that became active, in order: components and reason.</summary>
    public List<(int Components, string Reason)> Models { get; } = [];

    /// <summary>Over all horizons.</summary>
    public Sums Overall => _steps.Aggregate((left, right) => left + right);

    /// <summary>By horizon, from 1.</summary>
    public IReadOnlyList<Sums> PerHorizon => _steps;

    public void AddCell(long time, double value)
    {
        _cells[time] = _values.Count;
        _values.Add(value);
    }

    public void AddScore(long time, int horizon, double absError, double crps, bool covered)
    {
        _scored.Add((_cells[time], horizon));
        _steps[horizon - 1] += new Sums(1, absError, crps, covered ? 1 : 0);
    }

    /// <summary>
    /// The mean CRPS of a simple method for the same cells and horizons, from the same origins; fitted anew as often as the model, to as
    /// long a history. NaN when nothing was scored.
    /// </summary>
    public double BaselineCrps(BaselineMethod method)
    {
        ILookup<int, int> horizons = _scored.ToLookup(score => score.Cell - score.Horizon, score => score.Horizon);
        double[] means = new double[settings.Model.Future], deviations = new double[means.Length], values = [.. _values];
        IBaseline? baseline = null;
        double sum = 0.0;
        int count = 0, due = 0;
        for (int origin = 0; origin < values.Length; origin++)
        {
            if (horizons.Contains(origin) && origin >= due)
            {
                int from = Math.Max(0, origin + 1 - settings.Refit.History);
                (baseline, due) = (method.Fit(values.AsSpan(from, origin + 1 - from)), origin + settings.Refit.Every);
            }
            else
            {
                baseline?.Observe(values[origin]);
            }

            if (!horizons.Contains(origin))
            {
                continue;
            }

            baseline!.Forecast(means, deviations);
            foreach (int horizon in horizons[origin])
            {
                double crps = Crps(means[horizon - 1], deviations[horizon - 1], values[origin + horizon]);
                if (!double.IsNaN(crps))
                {
                    sum += crps;
                    count++;
                }
            }
        }

        return sum / count;
    }

    /// <summary>NaN where the method knows no mean.</summary>
    private static double Crps(double mean, double deviation, double value) =>
        double.IsNaN(mean) ? double.NaN : new UnivariateMixture([1.0], [mean], [deviation]).Crps(value);

    /// <summary>Sums over scored forecasts, and their averages.</summary>
    internal readonly record struct Sums(int Count, double AbsError, double Crps, int Covered80)
    {
        public double Mae => AbsError / Count;

        public double MeanCrps => Crps / Count;

        public double Coverage80 => (double)Covered80 / Count;

        public static Sums operator +(Sums left, Sums right) =>
            new(left.Count + right.Count, left.AbsError + right.AbsError, left.Crps + right.Crps, left.Covered80 + right.Covered80);
    }
}
