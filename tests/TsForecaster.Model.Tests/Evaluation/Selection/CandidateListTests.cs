using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation.Selection;

public sealed class CandidateListTests
{
    [Theory]
    [InlineData(60, 6, 1)]
    [InlineData(150, 4, 24)]
    [InlineData(2016, 48, 336)]
    [InlineData(8640, 96, 24)]
    public void Of_AnyTask_NothingReachesBackBeyondTheFittedRows(int rows, int future, int season)
    {
        IReadOnlyList<Candidate> candidates = CandidateList.Of(new SelectionTask { Future = future, Season = season }, rows, 1, 1.0);
        Assert.All(candidates, candidate => Assert.InRange(candidate.Reach, 1, rows - future));
        Assert.Equal(candidates.Count, candidates.Select(candidate => candidate.Name).Distinct().Count());
    }

    [Fact]
    public void Of_SeasonsThatARegressionHolds_AreNotAveraged()
    {
        Assert.Contains(Departures(2016, 48, 336), recipe => recipe.Normalisation.Seasons == 5);
        Assert.Empty(Departures(8640, 96, 24));
    }

    private static DensityRecipe[] Departures(int rows, int future, int season) =>
    [
        .. CandidateList.Of(new SelectionTask { Future = future, Season = season }, rows, 1, 1.0)
            .Where(candidate => candidate.Kind == CandidateKind.Levelled).SelectMany(candidate => candidate.Recipes).Where(recipe => recipe.Normalisation.Seasons > 0),
    ];
}
