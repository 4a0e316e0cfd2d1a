using System.Globalization;
using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Series;

/// <summary>
/// One series from its closed cells on: history, active model, refit schedule, outstanding forecasts, live scores. What it returns
/// depends on the steps and the settings alone, so that a replay gives the same results.
/// </summary>
internal sealed class SeriesState(SeriesKey key, SeriesSettings settings, IReadOnlyList<int> horizons)
{
    private readonly WindowShape _shape = new(settings.Model.Past, settings.Model.Future);
    private readonly long _interval = settings.Grid.Interval.Ticks * TimeSpan.NanosecondsPerTick;
    private SeriesHistory _history = new(Capacity(settings));
    private OutstandingForecasts _outstanding = new(settings.Model.Future);
    private LiveScoring _scoring = new();
    private Forecaster? _active;
    private byte[]? _activeBytes;
    private long _learnedUntil;
    private long? _pendingSince;
    private string _trigger = "";
    private CalibrationDrift _drift;
    private long _nextRefit;
    private long _nextStart = -1;
    private long _steps;
    private long _missing;
    private long _refits;

    /// <summary>The refit under way, as a job that can be done again; null when there is none.</summary>
    public RefitJob? Pending => _pendingSince is { } since ? Job(since) : null;

    /// <summary>Whether the model under way becomes active with this step, which the caller must then have waited for.</summary>
    public bool ActivatesAt(in Step step) =>
        step.Start == _nextStart && _pendingSince is { } since && _steps + 1 >= since + settings.Refit.Lag;

    /// <summary>Takes in a closed cell: scores what was forecast for it, activates a model that is due, forecasts on.</summary>
    /// <param name="refit">The outcome of the pending refit when <see cref="ActivatesAt"/> this step, else null.</param>
    /// <param name="late">Late ticks of the series so far, for its status.</param>
    public StepResult Advance(in Step step, RefitOutcome? refit, long late)
    {
        if (_nextStart >= 0 && step.Start != _nextStart)
        {
            StartAnew();
        }

        _steps++;
        _nextStart = step.Start + _interval;
        _history.Append(step.Value);
        _missing += step.Missing ? 1 : 0;

        (List<HorizonScore> scores, UnivariateMixture? oneStep) = Score(step);
        double surprise = oneStep is null ? double.NaN : -oneStep.LogDensity(step.Value);
        double pit = oneStep?.Cdf(step.Value) ?? double.NaN;

        // A value that was forecast for certain, and came, has a PIT of 1 and is no sign of drift.
        _drift = double.IsNegativeInfinity(surprise) ? _drift : _drift.Next(pit);
        ModelChange? change = refit is null ? null : Activate(refit);
        return new StepResult
        {
            Step = step,
            Interval = _interval,
            Surprise = surprise,
            Pit = pit,
            Scores = scores,
            Model = change,
            Forecast = Issue(),
            Live = _scoring.Live,
            Status = new SeriesStatus(_steps, _nextRefit > 0 ? 0 : Math.Max(0, First - _history.Count), late, _missing, _refits),
        };
    }

    /// <summary>The refit that is due after the last step, which is pending from now on; null when none is.</summary>
    public RefitJob? BeginRefit()
    {
        if (_pendingSince is not null || _history.Count < First || Due() is not { } trigger)
        {
            return null;
        }

        if (_nextRefit == 0)
        {
            _scoring.SetScale(SeasonalNaive.InSampleError(_history.Last(_history.Count), settings.Model.Season));
        }

        (_pendingSince, _trigger, _nextRefit) = (_steps, trigger, _steps + settings.Refit.Every);
        return Job(_steps);
    }

    /// <summary>Why a refit is due; null when none is.</summary>
    private string? Due()
    {
        if (_steps >= _nextRefit)
        {
            return _active is null ? "first" : "scheduled";
        }

        long begun = _nextRefit - settings.Refit.Every;
        bool watched = settings.Refit.Drift > 0 && _steps >= begun + settings.Refit.DriftPause;
        return (watched ? _drift.Alarm(CalibrationDrift.Threshold(settings.Refit.Drift)) : null) switch
        {
            Miscalibration.Low => "drift: values lie above their forecasts",
            Miscalibration.High => "drift: values lie below their forecasts",
            Miscalibration.Narrow => "drift: values lie farther from their forecasts than these allow",
            _ => null,
        };
    }

    private int First => settings.Refit.First > 0
        ? settings.Refit.First
        : Math.Min(settings.Refit.History, Math.Max(3 * _shape.Steps, (2 * settings.Model.Season) + _shape.Steps));

    // A pending refit must be repeatable until it is active, so the values it began with stay for that long.
    private static int Capacity(SeriesSettings settings) => Math.Max(
        settings.Refit.History + settings.Refit.Lag,
        Math.Max(settings.Model.Season + settings.Model.Future, settings.Model.Past));

    private void StartAnew()
    {
        _history.Clear();
        _outstanding.Clear();
        (_pendingSince, _drift) = (null, default);
    }

    private (List<HorizonScore> Scores, UnivariateMixture? OneStep) Score(in Step step)
    {
        List<HorizonScore> scores = [];
        UnivariateMixture? oneStep = null;
        foreach (OutstandingForecasts.Entry entry in step.Missing ? [] : _outstanding.Of(_steps))
        {
            oneStep ??= entry.Horizon == 1 ? entry.Marginal : null;
            if (entry.Published)
            {
                scores.Add(_scoring.Add(entry, step.Value));
            }
        }

        _outstanding.Forget(_steps);
        return (scores, oneStep);
    }

    private ModelChange Activate(RefitOutcome refit)
    {
        if (refit.Forecaster is not null)
        {
            (_active, _activeBytes, _learnedUntil) = (refit.Forecaster, null, _pendingSince!.Value);
            _refits++;
        }

        // Another model, or one that has just stood its ground, is watched from here on.
        (_pendingSince, _drift) = (null, default);
        return new ModelChange(
            _active?.Model.Id ?? "", _active?.Model.Components ?? 0, refit.Windows, refit.LogLikelihood, refit.Forecaster is not null, refit.Reason)
        {
            HoldoutCrps = refit.HoldoutCrps,
        };
    }

    private IssuedForecast? Issue()
    {
        if (_active is null || _history.Count < _shape.Past || !Observed(_history.Last(_shape.Past)))
        {
            return null;
        }

        ReadOnlySpan<double> history = _history.Last(_history.Count);
        Forecast density = _active.Predict(_history.Last(_shape.Past));
        if (horizons.Count == 0 || horizons[0] != 1)
        {
            _outstanding.Add(_steps + 1, new(1, Published: false, density.Marginal(1), double.NaN));
        }

        foreach (int horizon in horizons)
        {
            double naive = SeasonalNaive.Forecast(history, settings.Model.Season, horizon);
            _outstanding.Add(_steps + horizon, new(horizon, Published: true, density.Marginal(horizon), naive));
        }

        return new IssuedForecast(density, _active.Model.Id, horizons);
    }

    private static bool Observed(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!double.IsNaN(value))
            {
                return true;
            }
        }

        return false;
    }

    private RefitJob Job(long since)
    {
        int skip = (int)(_steps - since);
        int count = Math.Clamp(_history.Count - skip, 0, settings.Refit.History);
        double[] history = _history.Last(count, Math.Min(skip, _history.Count - count)).ToArray();
        return new RefitJob(key, since, history, _shape, settings.Model.Normalisation, settings.Model.FitOptions, _active)
        {
            Trigger = _trigger,
            Holdout = (int)Math.Min(settings.Refit.Holdout, Unseen(since, count) / 2),
            Margin = settings.Refit.Margin,
        };
    }

    /// <summary>
    /// Steps of a refit's history that no model has learned from. Half of them decide between the models, so that the new one has the other
    /// half to be better by; where there is no active model, a quarter of the history tells how good the first one is.
    /// </summary>
    private long Unseen(long since, int count) => Math.Min(_active is null ? count / 2 : since - _learnedUntil, count);

    public void Write(BinaryWriter writer)
    {
        _history.Write(writer);
        writer.Write(_steps);
        writer.Write(_missing);
        writer.Write(_nextStart);
        writer.Write(Fingerprint(settings));
        writer.Write(_refits);
        writer.Write(_nextRefit);
        writer.Write(_pendingSince ?? -1);
        writer.Write(_trigger);
        writer.Write(_learnedUntil);
        writer.Write(_drift.Low);
        writer.Write(_drift.High);
        writer.Write(_drift.Narrow);
        _outstanding.Write(writer);
        _scoring.Write(writer);
        byte[] model = ActiveBytes();
        writer.Write(model.Length);
        writer.Write(model);
    }

    /// <summary>The active model as it is saved. Checkpoints come far more often than models: its bytes are made once.</summary>
    private byte[] ActiveBytes()
    {
        if (_active is null)
        {
            return [];
        }

        if (_activeBytes is null)
        {
            using MemoryStream model = new();
            ModelFile.Save(model, _active.Model);
            _activeBytes = model.ToArray();
        }

        return _activeBytes;
    }

    /// <summary>
    /// Reads what <see cref="Write"/> wrote. When past, future or season have changed since, the history stays and everything fitted to
    /// it begins anew.
    /// </summary>
    public static SeriesState Read(BinaryReader reader, SeriesKey key, SeriesSettings settings, IReadOnlyList<int> horizons)
    {
        SeriesState state = new(key, settings, horizons)
        {
            _history = SeriesHistory.Read(reader, Capacity(settings)),
            _steps = reader.ReadInt64(),
            _missing = reader.ReadInt64(),
            _nextStart = reader.ReadInt64(),
        };
        if (reader.ReadString() != Fingerprint(settings))
        {
            return state;
        }

        (state._refits, state._nextRefit) = (reader.ReadInt64(), reader.ReadInt64());
        state._pendingSince = reader.ReadInt64() is >= 0 and var since ? since : null;
        (state._trigger, state._learnedUntil) = (reader.ReadString(), reader.ReadInt64());
        state._drift = new CalibrationDrift(reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
        state._outstanding = OutstandingForecasts.Read(reader, settings.Model.Future);
        state._scoring = LiveScoring.Read(reader);
        byte[] model = reader.ReadBytes(reader.ReadInt32());
        if (model.Length > 0)
        {
            (state._active, state._activeBytes) = (new Forecaster(ModelFile.Load(new MemoryStream(model))), model);
        }

        return state;
    }

    // What fitted state depends on. A model carries its other settings with it, and the next refit takes up new ones.
    private static string Fingerprint(SeriesSettings settings) =>
        string.Create(CultureInfo.InvariantCulture, $"{settings.Model.Past} {settings.Model.Future} {settings.Model.Season}");
}
