namespace TsForecaster.Model.Evaluation.Baselines;

/// <summary>
/// The random walk with drift, y_t = y_{t−1} + b + e_t with e ~ N(0, σ²): the line from the first to the last value, carried on.
/// The deviation h steps ahead is σ √(h (1 + h / (T − 1))), whose second term is the uncertainty of b (Hyndman &amp; Athanasopoulos,
/// §5.5; T is the number of steps from which b was learnt). A missing value is a step of the walk without a sight of it.
/// </summary>
public sealed class DriftWalk : IBaseline
{
    private readonly double _slope;
    private readonly double _deviation;
    private readonly int _steps;
    private double _last = double.NaN;
    private int _unseen;

    private DriftWalk(double slope, double deviation, int steps) => (_slope, _deviation, _steps) = (slope, deviation, steps);

    /// <summary>b, a step.</summary>
    public double Slope => _slope;

    /// <summary>σ.</summary>
    public double Deviation => _deviation;

    /// <summary>b and σ² by maximum likelihood, the latter with one degree of freedom less for the former.</summary>
    public static DriftWalk Fit(ReadOnlySpan<double> history)
    {
        int first = history.IndexOfAnyExcept(double.NaN);
        int last = history.LastIndexOfAnyExcept(double.NaN);
        int steps = last - first;
        double slope = steps > 0 ? (history[last] - history[first]) / steps : 0.0;
        double squares = 0.0;
        int pairs = 0;
        for (int i = first, before = first; i >= 0 && i <= last; i++)
        {
            if (i > before && !double.IsNaN(history[i]))
            {
                double error = history[i] - history[before] - (slope * (i - before));
                squares += error * error / (i - before);
                pairs++;
                before = i;
            }
        }

        DriftWalk walk = new(slope, pairs > 1 ? Math.Sqrt(squares / (pairs - 1)) : 0.0, steps);
        if (last >= 0)
        {
            (walk._last, walk._unseen) = (history[last], history.Length - 1 - last);
        }

        return walk;
    }

    public void Observe(double value) =>
        (_last, _unseen) = double.IsNaN(value) ? (_last, _unseen + 1) : (value, 0);

    public void Forecast(Span<double> means, Span<double> deviations)
    {
        for (int i = 0; i < means.Length; i++)
        {
            double ahead = _unseen + i + 1;
            means[i] = _last + (_slope * ahead);
            deviations[i] = _steps > 0 ? _deviation * Math.Sqrt(ahead * (1.0 + (ahead / _steps))) : 0.0;
        }
    }
}
