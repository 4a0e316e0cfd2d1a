using System.Globalization;
using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Series;

/// <summary>
/// One series from its closed cells on: history, active model, refit schedule, outstanding forecasts, live scores. What it returns
/// depends on the steps and the settings alone, so that a replay gives the same results.
/// </summary>
internal sealed class SeriesState(SeriesKey key, SeriesSettings settings, IReadOnlyList<int> horizons)
{
    private readonly long _interval = settings.Grid.IntervalNanoseconds;
    private readonly string _fingerprint = Fingerprint(settings);
    private readonly StepEffects _effects = new(settings.Known, settings.Grid.IntervalNanoseconds);
    private SeriesHistory _history = new(Capacity(settings), settings.Model.Shape.Channels);
    private OutstandingForecasts _outstanding = new(settings.Model.Future);
    private LiveScoring _scoring = new();
    private HeldModels _models = new(settings.Refit.Keep);
    private RefitSchedule _schedule = new(settings.Refit);
    private RecipeChoice _recipe = new(settings);
    private GroupModel? _group = settings.Model.Scope == ModelScope.Pooled ? new() : null;
    private LiveRecalibration? _recalibration = Recalibration(settings);
    private OpenGaps _gaps = Gaps(settings);
    private PinRequest? _request;
    private long _steps;
    private long _missing;
    private long _refits;
    private double _rounding;

    /// <summary>The channels that the series is forecast together with.</summary>
    public IReadOnlyList<string> Beside { get; } = settings.Model.Beside;

    /// <summary>Start of the cell after the last one; negative before the first.</summary>
    public long NextStart { get; private set; } = -1;

    /// <summary>Steps of history without a break, as far as they are kept.</summary>
    public int Known => _history.Count;

    /// <summary>The models of the series' group that it refers to.</summary>
    public IEnumerable<Background?> Backgrounds => [_group?.Current, _group?.Adapting];

    /// <summary>The refit under way, as a job that can be done again; null when there is none.</summary>
    public RefitJob? Pending => _schedule.PendingSince is { } since ? Job(since) : null;

    /// <summary>Whether the model under way becomes active with this step, which the caller must then have waited for.</summary>
    public bool ActivatesAt(in Step step) => step.Start == NextStart && _schedule.EndsAt(_steps + 1);

    /// <summary>Takes in a closed cell: scores what was forecast for it, activates a model that is due, forecasts on.</summary>
    /// <param name="beside">The values of the same cell of the channels <see cref="Beside"/> it.</param>
    /// <param name="refit">The outcome of the pending refit when <see cref="ActivatesAt"/> this step, else null.</param>
    /// <param name="request">What the operator asked for while the cell was open, if anything.</param>
    /// <param name="inForce">The model of the series' group for this cell, no longer under way.</param>
    /// <param name="late">Late ticks of the series so far, for its status.</param>
    public StepResult Advance(in Step step, ReadOnlySpan<double> beside, RefitOutcome? refit, PinRequest? request, Background? inForce, long late)
    {
        if (NextStart >= 0 && step.Start != NextStart)
        {
            StartAnew();
        }

        _steps++;
        NextStart = step.Start + _interval;
        _history.Append(step.Value, beside);
        _missing += step.Missing ? 1 : 0;

        double unrounded = Rounding.Within(step.Value, _rounding, _steps);
        (List<HorizonScore> scores, UnivariateMixture? oneStep) = Score(step, unrounded);
        double surprise = oneStep is null ? double.NaN : -oneStep.LogDensity(step.Value);
        double pit = oneStep?.Cdf(unrounded) ?? double.NaN;
        _schedule.Observe(surprise, pit);
        _request = request ?? _request;
        _group?.Observe(inForce);

        // One change a cell: a request that meets the end of a refit has the next one.
        ModelChange? change = refit is not null ? Activate(refit) : _request is { } asked ? Apply(asked) : Start();
        if (change is not null && _models.Active is { } active)
        {
            _recalibration?.Measure(_history.Last(_history.Count), _rounding, active.Model.Transform);
        }

        return new StepResult
        {
            Step = step,
            Interval = _interval,
            Surprise = surprise,
            Pit = pit,
            Scores = scores,
            Filled = settings.Model.Fill ? CellFilling.Fill(_gaps.Close(_steps, step.Missing), step.Start, _steps, _interval, _history, _models.Active?.Model, _effects) : [],
            Model = change,
            Forecast = Issue(),
            Live = _scoring.Live,
            Status = new SeriesStatus(_steps, _schedule.Begun || _models.Active is not null ? 0 : Math.Max(0, First - _history.Count), late, _missing, _refits),
        };
    }

    /// <summary>The refit that is due after the last step, which is pending from now on; null when none is.</summary>
    public RefitJob? BeginRefit()
    {
        bool first = !_schedule.Begun;
        if (!(_group?.CanAdapt(_history.Count) ?? _history.Count >= settings.FirstFit) || !_schedule.TryBegin(_steps, modelled: _models.Active is not null))
        {
            return null;
        }

        if (first)
        {
            _scoring.SetScale(SeasonalNaive.InSampleError(_history.Last(_history.Count), settings.Model.Season));
        }

        _rounding = Rounding.Of(_history.Last(_history.Count));
        _group?.Begin();
        return Job(_steps);
    }

    /// <summary>So many last values, or all where there are fewer.</summary>
    public ReadOnlySpan<double> Last(int count) => _history.Last(Math.Min(count, _history.Count));

    private int First => _group?.Shortest ?? settings.FirstFit;

    // A pending refit must be repeatable until it is active, so the values it began with stay for that long.
    private static int Capacity(SeriesSettings settings) => Math.Max(
        settings.Refit.History + settings.Refit.Lag,
        Math.Max(settings.Model.Shape.Steps, settings.Model.Season + settings.Model.Future));

    private static LiveRecalibration? Recalibration(SeriesSettings settings) => settings.Model.Recalibrate ? new(settings.Model.Future) : null;

    private static OpenGaps Gaps(SeriesSettings settings) => new(settings.Model.Future, Patience(settings));

    // In the middle of its window a cell knows as much from before as from after.
    private static int Patience(SeriesSettings settings) => Math.Max(settings.Model.Future, settings.Model.Shape.Steps / 2);

    private void StartAnew()
    {
        _history.Clear();
        _outstanding.Clear();
        _gaps.Clear();
        EndRefit();
        _recipe.StartAnew();
        _recalibration = Recalibration(settings);
    }

    private (List<HorizonScore> Scores, UnivariateMixture? OneStep) Score(in Step step, double unrounded)
    {
        IReadOnlyList<OutstandingForecasts.Entry> entries = step.Missing ? [] : _outstanding.Of(_steps);
        List<HorizonScore> scores = new(entries.Count);
        UnivariateMixture? oneStep = null;
        foreach (OutstandingForecasts.Entry entry in entries)
        {
            oneStep ??= entry.Horizon == 1 ? entry.Marginal : null;
            _recalibration?.Observe(entry, step.Value, unrounded, _rounding);
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
            _models.Promote(refit.Forecaster, _schedule.PendingSince!.Value);
            _refits++;
        }

        _recipe.Settle(refit, _schedule.Drifted);
        EndRefit();
        return Change(refit.Windows, refit.LogLikelihood, refit.Forecaster is not null, refit.Reason) with { HoldoutCrps = refit.HoldoutCrps };
    }

    private void EndRefit()
    {
        _schedule.End();
        _group?.End();
    }

    /// <summary>A series without a model and without a window of its own has its group's, as soon as its past is full.</summary>
    private ModelChange? Start()
    {
        if (_group?.Current is not { } background || _models.Active is not null || _group.CanAdapt(_history.Count) || _group.Start(_history.Last(_history.Count)) is not { } started)
        {
            return null;
        }

        _models.Promote(started, Math.Max(0, _steps - Since(background, _steps)));
        return Change(0, double.NaN, promoted: true, $"cold start from the model of {background.Series} series");
    }

    /// <summary>Steps from the values that a group's model learned from to a step of the series; 0 before.</summary>
    private long Since(Background background, long step) => Math.Max(0, ((NextStart - background.Since) / _interval) - (_steps - step));

    private ModelChange Apply(PinRequest request)
    {
        _request = null;
        _group?.End();
        if (request.Model is null)
        {
            _schedule.Pin(false);
            return Change(0, double.NaN, promoted: false, "unpinned: refits go on");
        }

        if (!_models.TryRestore(request.Model))
        {
            string held = _models.Active is null ? "none" : string.Join(", ", _models.Ids);
            return Change(0, double.NaN, promoted: false, $"{request.Model} cannot be pinned: the models held are {held}");
        }

        _schedule.Pin(true);
        return Change(0, double.NaN, promoted: true, "pinned: no refit until it is unpinned");
    }

    private ModelChange Change(int windows, double logLikelihood, bool promoted, string reason) =>
        new(_models.Active?.Model.Id ?? "", _models.Active?.Model.Components ?? 0, windows, logLikelihood, promoted, reason);

    private IssuedForecast? Issue()
    {
        // A profile is averaged over the seasons there are, as it was when the model was fitted; a past has to be whole.
        if (_models.Active is not { } active || _history.Count < active.Model.Members.Max(member => member.Shape.Reach) || Predict(active) is not { } density)
        {
            return null;
        }

        IssuedForecast forecast = new(density, active.Model.Id, horizons) { Corrected = Corrected(density) };
        if (horizons.Count == 0 || horizons[0] != 1)
        {
            _outstanding.Add(_steps + 1, new(1, Published: false, forecast.Marginal(1), double.NaN, _recalibration is not null));
        }

        ReadOnlySpan<double> history = _history.Last(_history.Count);
        foreach (int horizon in horizons)
        {
            double naive = SeasonalNaive.Forecast(history, settings.Model.Season, horizon);
            _outstanding.Add(_steps + horizon, new(horizon, Published: true, forecast.Marginal(horizon), naive, _recalibration is not null));
        }

        return forecast;
    }

    /// <summary>Null when nothing was observed of the past. Other channels alone tell departures from a level that nothing tells.</summary>
    private Forecast? Predict(Forecaster active)
    {
        (int reach, int channels) = (active.Model.Reach, active.Model.Channels);
        int known = Math.Min(reach, _history.Count);
        ReadOnlySpan<double> past = PaddedHistory.Last(_history.Joined(channels, known), reach * channels);
        return _history.Last(known).ContainsAnyExcept(double.NaN) && active.TryPredict(past, out Forecast? density, _effects.Around(active.Model, NextStart)) ? density : null;
    }

    /// <summary>What is issued instead of the density's own marginals: by step, null where nothing is scored to learn from; empty when not asked for.</summary>
    private IReadOnlyList<UnivariateMixture?> Corrected(Forecast density) => _recalibration is { } recalibration
        ? [.. Enumerable.Range(1, density.Steps).Select(step => step == 1 || horizons.Contains(step) ? recalibration.Apply(step, density.Marginal(step)) : null)]
        : [];

    private RefitJob Job(long since)
    {
        int skip = (int)(_steps - since);
        int count = Math.Clamp(_history.Count - skip, 0, settings.Refit.History);
        skip = Math.Min(skip, _history.Count - count);
        double[] history = _history.Joined(1 + Beside.Count, count, skip).ToArray();
        (ForecastRecipe? recipe, SelectionTask? search) = _group is null ? _recipe.For(count, _schedule.Drifted) : (null, null);
        return new RefitJob(key, since, history, recipe, _models.Active)
        {
            Channels = 1 + Beside.Count,
            Known = settings.Known is { } calendar ? new KnownSteps(calendar, NextStart - ((skip + count) * _interval)) : null,
            Search = search,
            Background = _group?.Adapting?.Model,
            Pooled = _group?.Adapting?.Series ?? 0,
            Trigger = _schedule.Trigger,
            Holdout = (int)Math.Min(settings.Refit.Holdout, Unseen(since, count) / 2),
            Margin = settings.Refit.Margin,
        };
    }

    /// <summary>
    /// Steps of a refit's history that no model has learned from. Half of them decide between the models, so that the new one has the other
    /// half to be better by; where there is no active model, a quarter of the history tells how good the first one is.
    /// </summary>
    private long Unseen(long since, int count) => Math.Min(
        Math.Min(_models.Active is null ? count / 2 : since - _models.LearnedUntil, count),
        _group?.Adapting is { } background ? Since(background, since) : long.MaxValue);

    public void Write(StateWriter writer)
    {
        _history.Write(writer);
        writer.Write(_steps);
        writer.Write(_missing);
        writer.Write(NextStart);
        writer.Write(_fingerprint);
        writer.Write(_refits);
        writer.Write(_rounding);
        _gaps.Write(writer);
        _schedule.Write(writer);
        _recipe.Write(writer);
        LiveRecalibration.Write(writer, _recalibration);
        PinRequests.Write(writer, _request);
        _outstanding.Write(writer);
        _scoring.Write(writer);
        _models.Write(writer);
        (_group ?? new GroupModel()).Write(writer);
    }

    /// <summary>
    /// Reads what <see cref="Write"/> wrote. When past, future or season have changed since, or whether components are searched for, the form of the calendar (not its holidays), or the channels beside it, its own
    /// history stays and everything fitted to it begins anew.
    /// </summary>
    /// <param name="backgrounds">The models of the series' group, by number.</param>
    /// <param name="sameChannels">Whether it was forecast together with the same channels.</param>
    public static SeriesState Read(
        BinaryReader reader, SeriesKey key, SeriesSettings settings, IReadOnlyList<int> horizons, IReadOnlyDictionary<int, Background> backgrounds, bool sameChannels)
    {
        SeriesState state = new(key, settings, horizons)
        {
            _history = SeriesHistory.Read(reader, Capacity(settings), settings.Model.Shape.Channels, sameChannels),
            _steps = reader.ReadInt64(),
            _missing = reader.ReadInt64(),
            NextStart = reader.ReadInt64(),
        };
        if (reader.ReadString() != state._fingerprint || !sameChannels)
        {
            return state;
        }

        state._refits = reader.ReadInt64();
        state._rounding = reader.ReadDouble();
        state._gaps = OpenGaps.Read(reader, settings.Model.Future, Patience(settings));
        state._schedule = RefitSchedule.Read(reader, settings.Refit);
        state._recipe = RecipeChoice.Read(reader, settings);
        LiveRecalibration? recalibration = LiveRecalibration.Read(reader);
        state._recalibration = settings.Model.Recalibrate ? recalibration ?? state._recalibration : null;
        state._request = PinRequests.Read(reader);
        state._outstanding = OutstandingForecasts.Read(reader, settings.Model.Future);
        state._scoring = LiveScoring.Read(reader);
        state._models = HeldModels.Read(reader, settings.Refit.Keep);
        GroupModel group = GroupModel.Read(reader, backgrounds);
        if (state._group is not null)
        {
            state._group = group;
            if (group.Adapting is null)
            {
                // The refit under way was none of a group's model, or that is gone.
                state._schedule.End();
            }
        }

        return state;
    }

    // What fitted state depends on. A model carries its other settings with it, and the next refit takes up new ones.
    private static string Fingerprint(SeriesSettings settings)
    {
        string past = (settings.Model.Recipe is null ? settings.Model.Past : settings.Model.Shape.Past)?.ToString(CultureInfo.InvariantCulture) ?? "auto";
        string calendar = settings.Known is { } known ? $" {known.Form}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{(settings.Model.Recipe is null ? "auto " : "")}{past} {settings.Model.Future} {settings.Model.Season}{calendar}");
    }
}
