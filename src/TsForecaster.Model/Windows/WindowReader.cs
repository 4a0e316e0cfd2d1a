namespace TsForecaster.Model.Windows;

/// <summary>
/// Takes windows out of stretches of history: the past steps at the shape's lags, then the future, normalised. Fits and forecasts
/// read with the same operations in the same order.
/// </summary>
internal sealed class WindowReader
{
    private readonly int[] _sources;

    public WindowReader(WindowShape shape, Normalisation normalisation)
    {
        (Shape, Normalisation) = (shape, normalisation);
        Reach = normalisation.ReachOf(shape);
        Levels = (IsProfiled ? Math.Min(normalisation.Season, shape.Future) : 1) * shape.Channels;
        _sources = new int[shape.Dimension];
        for (int i = 0; i < shape.Dimension; i++)
        {
            int position = i / shape.Channels, channel = i % shape.Channels;
            int step = position < shape.Past ? Reach - shape.Lags[position] : Reach + position - shape.Past;
            _sources[i] = (step * shape.Channels) + channel;
        }
    }

    public WindowShape Shape { get; }

    public Normalisation Normalisation { get; }

    /// <summary>Steps of history before the first future step that a window reads.</summary>
    public int Reach { get; }

    /// <summary>Levels of a window's future: one a channel, with a profile for each phase that it comes to. Future value i has level i modulo this.</summary>
    public int Levels { get; }

    /// <summary>Whether values have a seasonal profile subtracted.</summary>
    public bool IsProfiled => Normalisation.Seasons > 0;

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

    /// <summary>The level of value i of a window.</summary>
    /// <param name="i">From 0.</param>
    /// <param name="stretch">That the window was read from.</param>
    /// <param name="levels">That came with it.</param>
    public double LevelOf(int i, ReadOnlySpan<double> stretch, ReadOnlySpan<double> levels)
    {
        if (i >= Shape.PastDimension)
        {
            return levels[(i - Shape.PastDimension) % Levels];
        }

        int channel = i % Shape.Channels;
        if (!IsProfiled)
        {
            return levels[channel];
        }

        // Profiles apart, all values of a channel have one level.
        ReadOnlySpan<double> history = stretch[..(Reach * Shape.Channels)];
        double[] profile = new double[Levels];
        ReadProfile(history, profile);
        return levels[channel] - profile[channel] + ProfileAt(history, _sources[i], profile);
    }

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

        int numbers = Normalisation.MeasuredSteps * channels;
        scoped ReadOnlySpan<double> measured = numbers > 0 ? history[^numbers..] : past;
        Span<double> departures = stackalloc double[IsProfiled && numbers <= 512 ? numbers : 0];
        if (IsProfiled)
        {
            ReadProfile(history, levels);
            for (int i = 0; i < past.Length; i++)
            {
                past[i] -= ProfileAt(history, _sources[i], levels);
            }

            if (numbers > 0)
            {
                departures = numbers <= 512 ? departures : new double[numbers];
                for (int i = 0; i < numbers; i++)
                {
                    departures[i] = measured[i] - ProfileAt(history, history.Length - numbers + i, levels);
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
                levels[i] = IsProfiled ? levels[i] + level : level;
            }
        }
    }

    /// <summary>The profile of the steps to come. One whose seasons were all missing lies on a line between those of the nearest steps that have one; 0 without any.</summary>
    private void ReadProfile(ReadOnlySpan<double> history, Span<double> profile)
    {
        int channels = Shape.Channels;
        bool whole = true;
        for (int i = 0; i < profile.Length; i++)
        {
            profile[i] = Normalisation.Profile(history, channels, history.Length + i);
            whole &= !double.IsNaN(profile[i]);
        }

        for (int channel = 0; channel < channels && !whole; channel++)
        {
            int before = -1;
            for (int i = channel; i < profile.Length; i += channels)
            {
                if (!double.IsNaN(profile[i]))
                {
                    Bridge(profile, before, i, channel);
                    before = i;
                }
            }

            Bridge(profile, before, -1, channel);
        }
    }

    /// <summary>Fills a channel between two positions, either of which may be none (−1).</summary>
    private void Bridge(Span<double> profile, int before, int after, int channel)
    {
        int channels = Shape.Channels;
        for (int i = before < 0 ? channel : before + channels; i < (after < 0 ? profile.Length : after); i += channels)
        {
            profile[i] = Between(i - before, before < 0 ? double.NaN : profile[before], after - i, after < 0 ? double.NaN : profile[after]);
        }
    }

    /// <summary>The profile of a value of the history, found in the same way where its own seasons were all missing.</summary>
    private double ProfileAt(ReadOnlySpan<double> history, int index, ReadOnlySpan<double> profile)
    {
        int channels = Shape.Channels;
        double own = Normalisation.Profile(history, channels, index);
        if (!double.IsNaN(own))
        {
            return own;
        }

        (int back, int ahead, int first) = (channels, channels, Normalisation.Season * Normalisation.Seasons * channels);
        double before = double.NaN, after = double.NaN;
        for (; index - back >= first && double.IsNaN(before = Normalisation.Profile(history, channels, index - back)); back += channels)
        {
        }

        for (; index + ahead < history.Length && double.IsNaN(after = Normalisation.Profile(history, channels, index + ahead)); ahead += channels)
        {
        }

        // Behind the history stands the profile of what comes.
        after = double.IsNaN(after) ? profile[index % channels] : after;
        return Between(back, before, ahead, after);
    }

    /// <summary>The value on a line between two that lie so far away, either of which may be missing; 0 when both are.</summary>
    private static double Between(int back, double before, int ahead, double after) =>
        double.IsNaN(before) ? (double.IsNaN(after) ? 0.0 : after)
        : double.IsNaN(after) ? before
        : before + ((after - before) * back / (back + ahead));
}
