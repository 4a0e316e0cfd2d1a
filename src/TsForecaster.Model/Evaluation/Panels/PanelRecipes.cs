using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation.Panels;

/// <summary>
/// The ways to cut and normalise windows that are tried on a panel. The first sees the last F steps and the steps that lie one and two long seasons
/// before the target, and measures level and scale over one long season; each other differs from it in one respect. A pool of
/// such forecasts is better than any of them, because they err in different ways.
/// </summary>
internal static class PanelRecipes
{
    /// <param name="future">F.</param>
    /// <param name="season">m.</param>
    /// <param name="longSeason">L, or 0.</param>
    /// <param name="length">Steps that nearly every series has to fit on.</param>
    /// <param name="past">P of a contiguous past, when it is given.</param>
    /// <param name="mostNumbers">A window of more is not tried, but for the first recipe's.</param>
    public static IReadOnlyList<WindowRecipe> Of(int future, int season, int longSeason, int length, int? past, int mostNumbers)
    {
        // At least F windows of nearly every series are left to learn from.
        int most = Math.Max(1, length - (2 * future) + 1);
        int cycle = longSeason > 0 ? longSeason : season;
        int span = Math.Min(most, cycle >= future ? Math.Max(cycle, 4) : Multiple(season, Math.Max(future, 4)));
        Normalisation plain = new(Centring.Mean, Scaling.StandardDeviation) { Season = season, MeasuredSteps = span };
        List<WindowRecipe> recipes = past is { } given ? OfPast(given, future, plain) : OfBlocks(future, season, cycle, span, most, mostNumbers, plain);
        return [.. recipes.DistinctBy(recipe => (recipe.Shape, recipe.Normalisation)).Where((recipe, i) => i == 0 || (recipe.Reach <= most && recipe.Shape.Dimension <= mostNumbers))];
    }

    private static List<WindowRecipe> OfBlocks(int future, int season, int cycle, int span, int most, int mostNumbers, Normalisation plain)
    {
        int first = (future + cycle - 1) / cycle * cycle, recent = Math.Min(future, most);
        int blocks = Enumerable.Range(1, 2).Reverse().FirstOrDefault(count => first + ((count - 1) * cycle) <= most && (count + 2) * future <= mostNumbers);
        WindowShape Shape(int count, int last, int before) => WindowShape.OfLags(
            Enumerable.Range(1, last).Concat(Enumerable.Range(0, count).SelectMany(k => Enumerable.Range(first + (k * cycle) - future + 1, future + before))).Distinct(), future);

        WindowShape shape = Shape(blocks, recent, 0);
        List<WindowRecipe> recipes =
        [
            new("blocks", shape, plain),
            new("less the last value", shape, plain with { Centring = Centring.Last }),
            new("less the last season's mean", shape, plain with { LevelSteps = season > 1 && season < span ? season : 0 }),
            new("scale of few seasons", shape, plain with { MeasuredSteps = Math.Min(span, Multiple(season, Math.Max(future, 4))) }),
            new("recent steps, half as many again", Shape(blocks, recent + (recent / 2), 0), plain),
            new("recent steps, twice as many", Shape(blocks, 2 * recent, 0), plain),
            new("all of the last cycle", new WindowShape(span, future), plain),
            new("blocks that begin earlier", Shape(blocks, recent, future / 2), plain),
            new("no scale", shape, plain with { Scaling = Scaling.None }),
        ];
        if (season > 1 && span >= 2 * season)
        {
            recipes.Add(new("departures from the seasonal profile", shape, plain with { Centring = Centring.None, Seasons = span / season }));
        }

        if (blocks == 2)
        {
            recipes.Add(new("one block", Shape(1, recent, 0), plain));
        }

        return recipes;
    }

    private static List<WindowRecipe> OfPast(int past, int future, Normalisation plain)
    {
        WindowShape shape = new(past, future);
        return
        [
            new("given past", shape, plain with { MeasuredSteps = 0 }),
            new("less the last value", shape, plain with { MeasuredSteps = 0, Centring = Centring.Last }),
            new("scale of a cycle", shape, plain),
            new("no scale", shape, plain with { MeasuredSteps = 0, Scaling = Scaling.None }),
        ];
    }

    /// <summary>The smallest multiple of the season that is no less than <paramref name="least"/>.</summary>
    private static int Multiple(int season, int least) => (least + season - 1) / season * season;
}
