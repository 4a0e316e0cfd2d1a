using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Series;

/// <summary>
/// The corrections of a series' forecasts, one a horizon: each learns from the scored forecasts of its horizon alone. What is corrected is then pooled with
/// how values were distributed lately, as far as that turns out to be better: of a series that keeps returning to one value, a density that follows its spikes
/// has no peak there.
/// </summary>
internal sealed class LiveRecalibration
{
    private readonly Recalibration[] _corrections;
    private readonly LinearPool[] _pools;
    private UnivariateMixture? _recent;

    public LiveRecalibration(int future)
        : this([.. Enumerable.Range(0, future).Select(_ => new Recalibration())], [.. Enumerable.Range(0, future).Select(_ => new LinearPool())])
    {
    }

    private LiveRecalibration(Recalibration[] corrections, LinearPool[] pools) => (_corrections, _pools) = (corrections, pools);

    /// <summary>Takes a new look at how values are distributed.</summary>
    /// <param name="history">NaN where missing.</param>
    /// <param name="rounding">What values are rounded to; 0 for not at all.</param>
    /// <param name="transform">Of the model that is corrected from now on.</param>
    public void Measure(ReadOnlySpan<double> history, double rounding, ValueTransform transform) => _recent = RecentValues.Of(history, rounding, transform);

    public UnivariateMixture Apply(int horizon, UnivariateMixture raw)
    {
        UnivariateMixture corrected = _corrections[horizon - 1].Apply(raw);
        return _recent is { } recent ? _pools[horizon - 1].Apply(corrected, recent) : corrected;
    }

    /// <param name="entry">The forecast.</param>
    /// <param name="value">As recorded.</param>
    /// <param name="unrounded">One of those that round to it.</param>
    /// <param name="rounding">What it was rounded to.</param>
    public void Observe(in OutstandingForecasts.Entry entry, double value, double unrounded, double rounding)
    {
        // One that was issued before corrections were switched on has none to be read from.
        if (!entry.Corrected)
        {
            return;
        }

        _corrections[entry.Horizon - 1].Observe(entry.Marginal, unrounded);
        if (entry.Marginal.Weights.Length > Recalibration.Cells)
        {
            _pools[entry.Horizon - 1].Observe(entry.Marginal, Recalibration.Cells, value, rounding);
        }
    }

    public static void Write(BinaryWriter writer, LiveRecalibration? recalibration)
    {
        writer.Write(recalibration?._corrections.Length ?? 0);
        if (recalibration is null)
        {
            return;
        }

        foreach ((Recalibration correction, LinearPool pool) in recalibration._corrections.Zip(recalibration._pools))
        {
            correction.Write(writer);
            pool.Write(writer);
        }

        writer.Write(recalibration._recent is not null);
        if (recalibration._recent is { } recent)
        {
            MixtureBytes.Write(writer, recent);
        }
    }

    /// <summary>Null when there was none.</summary>
    public static LiveRecalibration? Read(BinaryReader reader)
    {
        int future = reader.ReadInt32();
        if (future == 0)
        {
            return null;
        }

        (Recalibration[] corrections, LinearPool[] pools) = (new Recalibration[future], new LinearPool[future]);
        for (int i = 0; i < future; i++)
        {
            (corrections[i], pools[i]) = (Recalibration.Read(reader), LinearPool.Read(reader));
        }

        return new LiveRecalibration(corrections, pools) { _recent = reader.ReadBoolean() ? MixtureBytes.Read(reader) : null };
    }
}
