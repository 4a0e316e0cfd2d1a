namespace TsForecaster.Model.Evaluation.Baselines;

/// <summary>
/// The seasonal naive as a distribution: each place in the season is a random walk of its own, y_t = y_{t−m} + e_t with
/// e ~ N(0, σ²). The forecast h steps ahead is the last value of that place, with deviation σ √⌈h/m⌉ (Hyndman &amp; Athanasopoulos,
/// §5.5). A season of one is the random walk. Seasons whose value is missing count as steps of the walk without a sight of it.
/// </summary>
public sealed class SeasonalWalk : IBaseline
{
    private readonly double[] _last;
    private readonly int[] _lastAt;
    private double _deviation;
    private int _time;

    private SeasonalWalk(int season)
    {
        _last = new double[season];
        _lastAt = new int[season];
        _last.AsSpan().Fill(double.NaN);
    }

    /// <summary>σ.</summary>
    public double Deviation => _deviation;

    /// <summary>σ² = mean of (y_t − y_{t−jm})² / j over values and the last one observed j seasons before each.</summary>
    public static SeasonalWalk Fit(ReadOnlySpan<double> history, int season)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(season, 1);
        SeasonalWalk walk = new(season);
        double squares = 0.0;
        int pairs = 0;
        foreach (double value in history)
        {
            (double last, int seasons) = walk.At(1);
            double error = value - last;
            if (!double.IsNaN(error))
            {
                squares += error * error / seasons;
                pairs++;
            }

            walk.Observe(value);
        }

        walk._deviation = pairs > 0 ? Math.Sqrt(squares / pairs) : 0.0;
        return walk;
    }

    public void Observe(double value)
    {
        if (!double.IsNaN(value))
        {
            _last[_time % _last.Length] = value;
            _lastAt[_time % _last.Length] = _time;
        }

        _time++;
    }

    public void Forecast(Span<double> means, Span<double> deviations)
    {
        for (int i = 0; i < means.Length; i++)
        {
            (means[i], int seasons) = At(i + 1);
            deviations[i] = _deviation * Math.Sqrt(seasons);
        }
    }

    /// <summary>The last value seen at the place of step h, and how many seasons before that step.</summary>
    private (double Value, int Seasons) At(int step)
    {
        int target = _time + step - 1;
        int place = target % _last.Length;
        return (_last[place], (target - _lastAt[place]) / _last.Length);
    }
}
