using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Series;

/// <summary>
/// How a series is fitted: as its settings say, or as the last search of its history found that was any good; and when it is searched
/// again: after so many refits; when the history has doubled, since what an early search finds is chosen from little; when drift begins
/// a second refit in a row, since forecasts that another fit has not mended want another recipe; and when nothing could be fitted by it.
/// </summary>
internal sealed class RecipeChoice(SeriesSettings settings)
{
    private readonly ForecastRecipe? _given = settings.Recipe;
    private ForecastRecipe? _found;
    private byte[] _foundBytes = [];
    private int _searched;
    private long _refits;
    private bool _unmended;

    /// <summary>How a refit on so many steps of history is done; with a search that comes first, when one is due, and the recipe for when it finds nothing.</summary>
    /// <param name="drifted">Drift begins it.</param>
    public (ForecastRecipe? Recipe, SelectionTask? Search) For(int steps, bool drifted) =>
        (_given ?? _found, _given is null && IsSearchDue(steps, drifted) ? settings.Search : null);

    /// <summary>Takes note of a refit that ended.</summary>
    /// <param name="drifted">Drift began it.</param>
    public void Settle(RefitOutcome refit, bool drifted)
    {
        (_searched, _refits, _unmended) = refit.Searched > 0 ? (refit.Searched, 0, false) : (_searched, _refits + 1, drifted);
        if (refit.Found is { } found)
        {
            (_found, _foundBytes) = (found, RecipeText.Write(found));
        }
        else if (refit is { Forecaster: null, Kept: false })
        {
            // What is kept no longer fits the history, which may have become shorter by its settings: the next refit searches.
            (_found, _foundBytes) = (null, []);
        }
    }

    /// <summary>The history began anew: how it is best forecast is an open question.</summary>
    public void StartAnew() => _searched = 0;

    private bool IsSearchDue(int steps, bool drifted) =>
        _found is null || (settings.Refit.Reselect > 0 && (_refits + 1 >= settings.Refit.Reselect || steps >= 2L * _searched || (drifted && _unmended)));

    public void Write(StateWriter writer)
    {
        writer.Write(_searched);
        writer.Write(_refits);
        writer.Write(_unmended);
        writer.Write(_foundBytes.Length);
        writer.WriteKept(_foundBytes);
    }

    public static RecipeChoice Read(BinaryReader reader, SeriesSettings settings)
    {
        RecipeChoice choice = new(settings) { _searched = reader.ReadInt32(), _refits = reader.ReadInt64(), _unmended = reader.ReadBoolean() };
        choice._foundBytes = reader.ReadBytes(reader.ReadInt32());
        choice._found = choice._foundBytes.Length > 0 ? RecipeText.Read(choice._foundBytes) : null;
        return choice;
    }
}
