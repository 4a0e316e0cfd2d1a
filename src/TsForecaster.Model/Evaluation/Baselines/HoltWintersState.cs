namespace TsForecaster.Model.Evaluation.Baselines;

/// <summary>Level, slope and seasonal offsets after a step (see <see cref="HoltWinters"/> for what they mean and how they move).</summary>
internal sealed class HoltWintersState
{
    private const int StartSeasons = 3;
    private const int StartValues = 10;

    private readonly double[] _season;
    private double _level;
    private double _slope;
    private int _place;

    /// <param name="level">l.</param>
    /// <param name="slope">b.</param>
    /// <param name="season">s of the next m steps; one zero for no season.</param>
    public HoltWintersState(double level, double slope, double[] season) => (_level, _slope, _season) = (level, slope, season);

    public double Level => _level;

    public double Slope => _slope;

    /// <summary>By place in the season, not by age.</summary>
    public ReadOnlySpan<double> Season => _season;

    public HoltWintersState Copy() => new(_level, _slope, [.. _season]) { _place = _place };

    /// <summary>Takes values one after the other and returns the sum of their squared errors one step ahead.</summary>
    public double Advance(ReadOnlySpan<double> values, HoltWintersWeights weights)
    {
        (double alpha, double beta, double gamma, double phi) = weights;
        gamma = _season.Length > 1 ? gamma : 0.0;
        double level = _level, slope = _slope, squares = 0.0;
        int place = _place;
        foreach (double value in values)
        {
            double damped = phi * slope;
            double error = value - level - damped - _season[place];
            error = double.IsNaN(error) ? 0.0 : error;
            level += damped + (alpha * error);
            slope = damped + (beta * error);
            _season[place] += gamma * error;
            squares += error * error;
            place = place + 1 == _season.Length ? 0 : place + 1;
        }

        (_level, _slope, _place) = (level, slope, place);
        return squares;
    }

    /// <summary>The means of the next steps.</summary>
    public void Means(Span<double> means, double phi)
    {
        double level = _level, damped = _slope;
        for (int i = 0; i < means.Length; i++)
        {
            damped *= phi;
            level += damped;
            means[i] = level + _season[(_place + i) % _season.Length];
        }
    }

    /// <summary>
    /// The state before the first value. With two whole seasons or more, from the first three: the slope between the means of the first
    /// and the last, each place's mean offset from that line, summing to zero (Winters 1960). Otherwise without a season, from
    /// the least-squares line through the first ten values.
    /// </summary>
    public static HoltWintersState Start(ReadOnlySpan<double> history, int season)
    {
        int seasons = Math.Min(StartSeasons, history.Length / season);
        return season > 1 && seasons > 1 ? StartSeasonal(history[..(seasons * season)], season) : StartLine(history);
    }

    private static HoltWintersState StartSeasonal(ReadOnlySpan<double> values, int season)
    {
        double first = Mean(values[..season]);
        double slope = (Mean(values[^season..]) - first) / (values.Length - season);
        if (double.IsNaN(slope))
        {
            return StartLine(values);
        }

        double before = first - (slope * (season + 1) / 2.0);
        double[] offsets = new double[season];
        for (int place = 0; place < season; place++)
        {
            double sum = 0.0;
            int count = 0;
            for (int i = place; i < values.Length; i += season)
            {
                double offset = values[i] - before - (slope * (i + 1));
                sum += double.IsNaN(offset) ? 0.0 : offset;
                count += double.IsNaN(offset) ? 0 : 1;
            }

            offsets[place] = sum / Math.Max(1, count);
        }

        double mean = Mean(offsets);
        for (int place = 0; place < season; place++)
        {
            offsets[place] -= mean;
        }

        return new HoltWintersState(before + mean, slope, offsets);
    }

    private static HoltWintersState StartLine(ReadOnlySpan<double> history)
    {
        List<(double Time, double Value)> points = [];
        for (int i = 0; i < history.Length && points.Count < StartValues; i++)
        {
            if (!double.IsNaN(history[i]))
            {
                points.Add((i + 1, history[i]));
            }
        }

        if (points.Count == 0)
        {
            return new HoltWintersState(double.NaN, 0.0, [0.0]);
        }

        double time = points.Average(point => point.Time);
        double value = points.Average(point => point.Value);
        double slope = points.Count > 1
            ? points.Sum(point => (point.Time - time) * (point.Value - value)) / points.Sum(point => (point.Time - time) * (point.Time - time))
            : 0.0;
        return new HoltWintersState(value - (slope * time), slope, [0.0]);
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0.0;
        int count = 0;
        foreach (double value in values)
        {
            sum += double.IsNaN(value) ? 0.0 : value;
            count += double.IsNaN(value) ? 0 : 1;
        }

        return count > 0 ? sum / count : double.NaN;
    }
}
