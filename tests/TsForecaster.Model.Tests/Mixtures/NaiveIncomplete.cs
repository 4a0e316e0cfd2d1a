using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Tests.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Tests.Mixtures;

/// <summary>
/// EM with missing values as Ghahramani and Jordan write it: marginals of what is observed, conditional means and covariances of what
/// is not, by explicit inverses of covariances. An unknown level δ of window x + E δ has a normal prior so wide that it says nothing.
/// </summary>
internal static class NaiveIncomplete
{
    /// <summary>Prior variance of a level.</summary>
    private const double Wide = 1e7;

    /// <summary>Density of what is observed under every component, times its weight; x̃ and C.</summary>
    public static (double Joint, double[] Mean, double[] Covariance)[] Condition(NaiveMixture mixture, double[] x, int levels)
    {
        int d = x.Length;
        int[] observed = [.. Enumerable.Range(0, d).Where(i => !double.IsNaN(x[i]))];
        int o = observed.Length;
        return [.. Enumerable.Range(0, mixture.Weights.Length).Select(k =>
        {
            double[] sigma = mixture.Covariances[k];
            double[] marginal = [.. observed.SelectMany(i => observed.Select(j => sigma[(i * d) + j] + (levels > 0 && i % levels == j % levels ? Wide : 0.0)))];
            (double determinant, double[] inverse) = NaiveMatrix.Invert(marginal, o);
            double[] off = [.. observed.Select(i => x[i] - mixture.Means[k][i])];
            double[] cross = [.. Enumerable.Range(0, d).SelectMany(i => observed.Select(j => sigma[(i * d) + j]))];
            double[] gain = NaiveMatrix.Multiply(cross, inverse, d, o, o);
            double[] solved = NaiveMatrix.Multiply(inverse, off, o, o, 1);
            double distance = off.Zip(solved, (a, b) => a * b).Sum();
            double[] mean = [.. NaiveMatrix.Multiply(gain, off, d, o, 1).Select((move, i) => mixture.Means[k][i] + move)];
            double[] explained = NaiveMatrix.Multiply(gain, NaiveMatrix.Transpose(cross, d, o), d, o, d);
            double[] covariance = [.. sigma.Select((value, i) => value - explained[i])];
            double density = Math.Exp(-0.5 * distance) / Math.Sqrt(Math.Pow(2.0 * Math.PI, o) * determinant);
            return (mixture.Weights[k] * density * Math.Pow(2.0 * Math.PI * Wide, 0.5 * levels), mean, covariance);
        })];
    }

    /// <summary>Complete windows have no unknown level.</summary>
    public static double LogLikelihood(NaiveMixture mixture, WindowSet windows) =>
        NaiveMixture.Rows(windows).Select((x, n) => Math.Log(Condition(mixture, x, Levels(windows, n)).Sum(component => component.Joint))).Sum();

    /// <summary>One E- and M-step.</summary>
    public static NaiveMixture Step(NaiveMixture mixture, WindowSet windows, CovarianceShape shape)
    {
        int d = windows.Dimension, components = mixture.Weights.Length;
        var rows = NaiveMixture.Rows(windows).Select((x, n) => Condition(mixture, x, Levels(windows, n))).ToArray();
        double[][] shares = [.. rows.Select(row => row.Select(component => component.Joint / row.Sum(other => other.Joint)).ToArray())];
        double[] sizes = new double[components];
        double[][] means = new double[components][], covariances = new double[components][];
        for (int k = 0; k < components; k++)
        {
            sizes[k] = shares.Sum(share => share[k]);
            means[k] = [.. Enumerable.Range(0, d).Select(i => rows.Select((row, n) => shares[n][k] * row[k].Mean[i]).Sum() / sizes[k])];
            covariances[k] = [.. Enumerable.Range(0, d * d).Select(at => rows.Select((row, n) =>
                shares[n][k] * (((row[k].Mean[at / d] - means[k][at / d]) * (row[k].Mean[at % d] - means[k][at % d])) + row[k].Covariance[at])).Sum() / sizes[k])];
        }

        NaiveMixture.Constrain(covariances, sizes, d, shape);
        return new NaiveMixture([.. sizes.Select(size => size / rows.Length)], means, covariances);
    }

    private static int Levels(WindowSet windows, int n) => n < windows.CompleteCount ? 0 : windows.FreeLevels;
}
