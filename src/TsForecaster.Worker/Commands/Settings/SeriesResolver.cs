using System.Collections.Concurrent;
using System.IO.Enumeration;

namespace TsForecaster.Worker.Commands.Settings;

/// <summary>Which settings a series has: those of the first override that matches its name, else those of the service. Thread-safe.</summary>
public sealed class SeriesResolver
{
    private readonly ConcurrentDictionary<string, SeriesSettings> _known = new(StringComparer.Ordinal);
    private readonly (string Pattern, SeriesSettings Settings)[] _overrides;
    private readonly SeriesSettings _default;

    public SeriesResolver(ForecasterSettings settings)
    {
        _default = new SeriesSettings { Grid = settings.Grid, Model = settings.Model, Refit = settings.Refit };
        _overrides = [.. settings.Series.Select(series => (series.Match, new SeriesSettings { Grid = series.Grid, Model = series.Model, Refit = series.Refit }))];
    }

    public SeriesSettings For(string series) => _known.GetOrAdd(series, Find);

    private SeriesSettings Find(string series)
    {
        foreach ((string pattern, SeriesSettings settings) in _overrides)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, series, ignoreCase: false))
            {
                return settings;
            }
        }

        return _default;
    }
}
