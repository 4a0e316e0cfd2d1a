using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

/// <summary>Comparison of doubles within a tolerance that grows with them above one.</summary>
internal static class Close
{
    public static void To(double expected, double actual, double tolerance = 1e-9) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Max(1.0, Math.Abs(expected)), $"expected {expected:R}, got {actual:R}");

    public static void To(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance = 1e-9)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1.0, Math.Abs(expected[i])), $"at {i}: expected {expected[i]:R}, got {actual[i]:R}");
        }
    }
}
