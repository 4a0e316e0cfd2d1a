using TsForecaster.Model.Evaluation;

namespace TsForecaster.Worker.Series;

/// <summary>
/// When the refits of a series begin, and why: every so many steps, or as soon as its one-step forecasts no longer hold; never while one
/// is under way or a model is pinned.
/// </summary>
internal sealed class RefitSchedule(RefitSettings settings)
{
    private CalibrationDrift _drift;
    private long _next;

    /// <summary>The step at which the refit under way began; null when there is none.</summary>
    public long? PendingSince { get; private set; }

    /// <summary>Why the last refit began.</summary>
    public RefitTrigger Trigger { get; private set; }

    /// <summary>The last refit began because forecasts did not hold.</summary>
    public bool Drifted => Trigger is RefitTrigger.DriftAbove or RefitTrigger.DriftBelow or RefitTrigger.DriftApart;

    /// <summary>A refit has begun before.</summary>
    public bool Begun => _next > 0;

    /// <summary>A model was chosen by hand: nothing is refitted.</summary>
    public bool Pinned { get; private set; }

    /// <summary>Whether the refit under way ends with this step.</summary>
    public bool EndsAt(long step) => PendingSince is { } since && step >= since + settings.Lag;

    /// <summary>Takes note of how a one-step forecast did; NaN when there was none.</summary>
    public void Observe(double surprise, double pit)
    {
        // A value that was forecast for certain, and came, has a PIT of 1 and is no sign of drift.
        if (!double.IsNegativeInfinity(surprise))
        {
            _drift = _drift.Next(pit);
        }
    }

    /// <summary>Begins a refit after this step when one is due.</summary>
    /// <param name="modelled">There is an active model.</param>
    public bool TryBegin(long step, bool modelled)
    {
        if (Pinned || PendingSince is not null || Due(step, modelled) is not { } trigger)
        {
            return false;
        }

        (PendingSince, Trigger, _next) = (step, trigger, step + settings.Every);
        return true;
    }

    /// <summary>The refit under way has ended, or is no longer wanted. Whichever model is active now is watched from here on.</summary>
    public void End() => (PendingSince, _drift) = (null, default);

    /// <summary>Holds refits back, or lets them go on.</summary>
    public void Pin(bool pinned)
    {
        Pinned = pinned;
        End();
    }

    private RefitTrigger? Due(long step, bool modelled)
    {
        if (step >= _next)
        {
            return modelled ? RefitTrigger.Scheduled : RefitTrigger.First;
        }

        bool watched = settings.Drift > 0 && step >= _next - settings.Every + settings.DriftPause;
        return (watched ? _drift.Alarm(CalibrationDrift.Threshold(settings.Drift)) : null) switch
        {
            Miscalibration.Low => RefitTrigger.DriftAbove,
            Miscalibration.High => RefitTrigger.DriftBelow,
            Miscalibration.Narrow => RefitTrigger.DriftApart,
            _ => null,
        };
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(_next);
        writer.Write(PendingSince ?? -1);
        writer.Write((int)Trigger);
        writer.Write(Pinned);
        writer.Write(_drift.Low);
        writer.Write(_drift.High);
        writer.Write(_drift.Narrow);
    }

    public static RefitSchedule Read(BinaryReader reader, RefitSettings settings) => new(settings)
    {
        _next = reader.ReadInt64(),
        PendingSince = reader.ReadInt64() is >= 0 and var since ? since : null,
        Trigger = (RefitTrigger)reader.ReadInt32(),
        Pinned = reader.ReadBoolean(),
        _drift = new CalibrationDrift(reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble()),
    };
}
