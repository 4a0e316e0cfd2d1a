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

    [Theory]
    [InlineData(750, 10, 12)]
    [InlineData(500, 10, 0)]
    [InlineData(5000, 1, 0)]
    [InlineData(5000, 20, 0)]
    public void Of_SeveralStepsAndEnoughRows_TriesMixturesOnLongPastsTogether(int rows, int future, int expected)
    {
        DensityRecipe[] joint =
        [
            .. CandidateList.Of(new SelectionTask { Future = future }, rows, 1, 1.0)
                .SelectMany(candidate => candidate.Recipes).Where(recipe => recipe.Fit.Components > 4 && recipe.Shape.Past >= 3 * future && future > 1),
        ];
        Assert.Equal(expected, joint.Length);
        Assert.Equal(expected, joint.Distinct().Count());
    }

    private static DensityRecipe[] Departures(int rows, int future, int season) =>
    [
        .. CandidateList.Of(new SelectionTask { Future = future, Season = season }, rows, 1, 1.0)
            .Where(candidate => candidate.Kind == CandidateKind.Levelled).SelectMany(candidate => candidate.Recipes).Where(recipe => recipe.Normalisation.Seasons > 0),
    ];
}
