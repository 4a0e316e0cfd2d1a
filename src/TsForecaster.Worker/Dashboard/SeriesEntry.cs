namespace TsForecaster.Worker.Dashboard;

/// <summary>The board's record of one series. Thread-safe.</summary>
internal sealed class SeriesEntry(SeriesKey key)
{
    private readonly Lock _gate = new();
    private readonly RecentCells _recent = new(SeriesBoard.RecentCapacity);
    private readonly SortedList<long, FilledCell> _filled = [];
    private long _interval;
    private string? _model;
    private ModelChange? _lastChange;
    private ForecastFan? _fan;
    private LiveScore _live;
    private SeriesStatus _status;

    public SeriesKey Key => key;

    public void Record(StepResult result)
    {
        ForecastFan? fan = result.Forecast is { } forecast ? new ForecastFan(forecast, result.Step.Start, result.Interval) : null;
        lock (_gate)
        {
            _recent.Add(result.Step.Start, result.Interval, result.Step.Value);
            Fill(result.Filled);
            (_interval, _live, _status) = (result.Interval, result.Live, result.Status);
            _fan = fan ?? _fan;
            if (result.Model is { } change)
            {
                _lastChange = change;
                _model = change.Id.Length > 0 ? change.Id : _model;
            }

            // After a restart the active model comes from the checkpoint: only its forecasts tell its name.
            _model = result.Forecast?.Model ?? _model;
        }
    }

    public SeriesSummary Summarise()
    {
        lock (_gate)
        {
            return SummariseLocked();
        }
    }

    public SeriesDetail Describe()
    {
        lock (_gate)
        {
            return new SeriesDetail(SummariseLocked(), _recent.ToArray(), [.. _filled.Values], _fan);
        }
    }

    /// <summary>Keeps what missing cells are filled with for as long as the cells themselves: no more of them than there are cells.</summary>
    private void Fill(IReadOnlyList<FilledCell> filled)
    {
        foreach (FilledCell cell in filled)
        {
            _filled[cell.Start] = cell;
        }

        while (_filled.Count > 0 && _filled.GetKeyAtIndex(0) < _recent.FirstStart)
        {
            _filled.RemoveAt(0);
        }

        // The state of the partition was set back: what comes again is filled again.
        while (_filled.Count > 0 && _filled.GetKeyAtIndex(_filled.Count - 1) >= _recent.LastStart)
        {
            _filled.RemoveAt(_filled.Count - 1);
        }
    }

    private SeriesSummary SummariseLocked() =>
        new(key, _interval, _recent.LastStart, _recent.Count > 0 ? _recent.LastValue : double.NaN, _model, _lastChange, _live, _status);
}
