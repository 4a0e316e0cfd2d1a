using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Series;

/// <summary>The corrections of a series' forecasts, one a horizon: each learns from the scored forecasts of its horizon alone.</summary>
internal sealed class LiveRecalibration
{
    private readonly Recalibration[] _horizons;

    public LiveRecalibration(int future)
        : this([.. Enumerable.Range(0, future).Select(_ => new Recalibration())])
    {
    }

    private LiveRecalibration(Recalibration[] horizons) => _horizons = horizons;

    public UnivariateMixture Apply(int horizon, UnivariateMixture raw) => _horizons[horizon - 1].Apply(raw);

    public void Observe(in OutstandingForecasts.Entry entry, double value)
    {
        // One that was issued before corrections were switched on has none to be read from.
        if (entry.Corrected)
        {
            _horizons[entry.Horizon - 1].Observe(entry.Marginal, value);
        }
    }

    public static void Write(BinaryWriter writer, LiveRecalibration? recalibration)
    {
        writer.Write(recalibration?._horizons.Length ?? 0);
        foreach (Recalibration horizon in recalibration?._horizons ?? [])
        {
            horizon.Write(writer);
        }
    }

    /// <summary>Null when there was none.</summary>
    public static LiveRecalibration? Read(BinaryReader reader)
    {
        var horizons = new Recalibration[reader.ReadInt32()];
        for (int i = 0; i < horizons.Length; i++)
        {
            horizons[i] = Recalibration.Read(reader);
        }

        return horizons.Length > 0 ? new LiveRecalibration(horizons) : null;
    }
}
