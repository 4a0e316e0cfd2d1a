namespace TsForecaster.Model.Windows;

/// <summary>
/// Takes windows out of stretches of history: the past steps at the shape's lags, then the future, normalised. Fits and forecasts
/// read with the same operations in the same order.
/// </summary>
internal sealed class WindowReader
{
    private readonly int[] _sources;
    private readonly int[] _levelOf;

    public WindowReader(WindowShape shape, Normalisation normalisation)
    {
        (Shape, Normalisation) = (shape, normalisation);
        Reach = Math.Max(shape.Reach, normalisation.Reach);
        Levels = normalisation.Phases * shape.Channels;
        (_sources, _levelOf) = (new int[shape.Dimension], new int[shape.PastDimension]);
        for (int i = 0; i < shape.Dimension; i++)
        {
            int position = i / shape.Channels, channel = i % shape.Channels;
            int step = position < shape.Past ? Reach - shape.Lags[position] : Reach + position - shape.Past;
            _sources[i] = (step * shape.Channels) + channel;
            if (position < shape.Past)
            {
                _levelOf[i] = LevelAt(shape.Lags[position], channel);
            }
        }
    }

    public WindowShape Shape { get; }

    public Normalisation Normalisation { get; }

    /// <summary>Steps of history before the first future step that a window reads.</summary>
    public int Reach { get; }

    /// <summary>Levels of a window: one a channel, times phases. Future value i has level i modulo this.</summary>
    public int Levels { get; }

    /// <summary>Whether a window is the last P + F steps of its stretch as they are.</summary>
    public bool IsPlain => Normalisation.IsNone && Shape.IsContiguous;

    /// <summary>Level and scale of a whole window that has one of each.</summary>
    /// <param name="stretch">Reach + F steps.</param>
    public (double Level, double Scale) Measure(ReadOnlySpan<double> stretch)
    {
        ReadOnlySpan<double> history = stretch[..Reach];
        return Normalisation.Measure(history[^(Normalisation.MeasuredSteps > 0 ? Normalisation.MeasuredSteps : Shape.Past)..], 1, 0);
    }

    /// <summary>Whether no value that a window holds is missing.</summary>
    /// <param name="stretch">Reach + F steps.</param>
    public bool IsComplete(ReadOnlySpan<double> stretch)
    {
        foreach (int source in _sources)
        {
            if (double.IsNaN(stretch[source]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Writes a whole window as it lies in its stretch, NaN where missing.</summary>
    public void Pick(ReadOnlySpan<double> stretch, Span<double> window)
    {
        for (int i = 0; i < _sources.Length; i++)
        {
            window[i] = stretch[_sources[i]];
        }
    }

    /// <summary>Writes a whole window, normalised.</summary>
    /// <param name="stretch">Reach + F steps.</param>
    /// <param name="window">Receives D numbers.</param>
    public void Read(ReadOnlySpan<double> stretch, Span<double> window) =>
        Read(stretch, window, Levels <= 512 ? stackalloc double[Levels] : new double[Levels], Shape.Channels <= 64 ? stackalloc double[Shape.Channels] : new double[Shape.Channels]);

    /// <summary>Writes a whole window, normalised, and what it was normalised with.</summary>
    /// <param name="stretch">Reach + F steps; what is missing (NaN) stays so.</param>
    /// <param name="window">Receives D numbers.</param>
    /// <param name="levels">Receives <see cref="Levels"/> numbers.</param>
    /// <param name="scales">Receives C numbers.</param>
    public void Read(ReadOnlySpan<double> stretch, Span<double> window, Span<double> levels, Span<double> scales)
    {
        int channels = Shape.Channels;
        ReadPast(stretch[..(Reach * channels)], window, levels, scales);
        for (int i = Shape.PastDimension, level = 0, c = 0; i < Shape.Dimension; i++)
        {
            window[i] = (stretch[_sources[i]] - levels[level]) / scales[c];
            level = level + 1 == levels.Length ? 0 : level + 1;
            c = c + 1 == channels ? 0 : c + 1;
        }
    }

    /// <summary>Which level value i of a window has.</summary>
    public int LevelOf(int i) => i < Shape.PastDimension ? _levelOf[i] : (i - Shape.PastDimension) % Levels;

    /// <summary>Writes a past, normalised, and what it was normalised with.</summary>
    /// <param name="history">Reach steps, NaN where missing.</param>
    /// <param name="past">Receives P·C numbers, NaN where missing.</param>
    /// <param name="levels">Receives <see cref="Levels"/> numbers.</param>
    /// <param name="scales">Receives C numbers.</param>
    public void ReadPast(ReadOnlySpan<double> history, Span<double> past, Span<double> levels, Span<double> scales)
    {
        int channels = Shape.Channels;
        past = past[..Shape.PastDimension];
        if (Shape.IsContiguous)
        {
            history[^past.Length..].CopyTo(past);
        }
        else
        {
            for (int i = 0; i < past.Length; i++)
            {
                past[i] = history[_sources[i]];
            }
        }

        if (Normalisation.IsNone)
        {
            levels.Clear();
            scales.Fill(1.0);
            return;
        }

        bool profiled = Normalisation.Seasons > 0;
        if (profiled)
        {
            Normalisation.MeasureProfile(history, channels, levels);
            for (int i = 0; i < past.Length; i++)
            {
                past[i] = Departure(history, past[i], Shape.Lags[i / channels], i % channels, levels[_levelOf[i]]);
            }
        }

        scoped ReadOnlySpan<double> measured = past;
        int numbers = Normalisation.MeasuredSteps * channels;
        Span<double> departures = stackalloc double[profiled && numbers <= 512 ? numbers : 0];
        if (numbers > 0)
        {
            measured = history[^numbers..];
            if (profiled)
            {
                departures = numbers <= 512 ? departures : new double[numbers];
                for (int i = 0; i < numbers; i++)
                {
                    int lag = Normalisation.MeasuredSteps - (i / channels);
                    departures[i] = Departure(history, measured[i], lag, i % channels, levels[LevelAt(lag, i % channels)]);
                }

                measured = departures;
            }
        }

        for (int c = 0; c < channels; c++)
        {
            (double level, scales[c]) = Normalisation.Measure(measured, channels, c);
            for (int i = c; i < past.Length; i += channels)
            {
                past[i] = (past[i] - level) / scales[c];
            }

            for (int i = c; i < levels.Length; i += channels)
            {
                levels[i] = profiled ? levels[i] + level : level;
            }
        }
    }

    /// <summary>
    /// A past value less the profile of the other seasons: a profile that the value is part of would be drawn to it, and take away some of
    /// what the future should be told. y − (n·profile − y)/(n − 1) = (y − profile)·n/(n − 1), n the values that the profile averages.
    /// </summary>
    private double Departure(ReadOnlySpan<double> history, double value, int lag, int channel, double profile)
    {
        int season = Normalisation.Season, seasons = Normalisation.Seasons;
        if (lag > season * seasons)
        {
            return value - profile;
        }

        int averaged = 0;
        for (int back = ((lag - 1) % season) + 1; back <= season * seasons; back += season)
        {
            averaged += double.IsNaN(history[((Reach - back) * Shape.Channels) + channel]) ? 0 : 1;
        }

        return averaged > 1 ? (value - profile) * averaged / (averaged - 1) : value - profile;
    }

    /// <summary>Which level a past step has. The reach is not always whole seasons; the phase is counted from the first future step.</summary>
    private int LevelAt(int lag, int channel)
    {
        int back = lag % Normalisation.Phases;
        return ((back == 0 ? 0 : Normalisation.Phases - back) * Shape.Channels) + channel;
    }
}
