using TsForecaster.Model.Evaluation;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation;

public sealed class StandardisationTests
{
    [Fact]
    public void Of_Values_IsTheirMeanAndPopulationDeviation()
    {
        double[] values = [2, 4, double.NaN, 4, 4, 5, 5, 7, 9];
        Standardisation standardisation = Standardisation.Of(values);
        Assert.Equal(new Standardisation(5.0, 2.0), standardisation);
        standardisation.Apply(values);
        Assert.Equal([-1.5, -0.5, double.NaN, -0.5, -0.5, 0.0, 0.0, 1.0, 2.0], values);
    }

    [Fact]
    public void Of_ConstantOrNothing_OnlyCentres()
    {
        Assert.Equal(new Standardisation(3.0, 1.0), Standardisation.Of([3, 3, 3]));
        Assert.Equal(new Standardisation(0.0, 1.0), Standardisation.Of([double.NaN]));
    }
}
