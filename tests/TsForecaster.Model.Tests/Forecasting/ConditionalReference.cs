using MathNet.Numerics.LinearAlgebra;
using TsForecaster.Model.Mixtures;

namespace TsForecaster.Model.Tests.Forecasting;

/// <summary>The textbook's conditional mixture, with explicit inverses and determinants of explicitly picked blocks.</summary>
internal sealed class ConditionalReference
{
    public ConditionalReference(GaussianMixture mixture, int[] observed, int[] targets, double[] x)
    {
        Vector<double> at = Vector<double>.Build.Dense(x);
        var logs = new double[mixture.Components];
        for (int k = 0; k < logs.Length; k++)
        {
            Matrix<double> inverse = Block(mixture, k, observed, observed).Inverse();
            Matrix<double> gain = Block(mixture, k, targets, observed) * inverse;
            Vector<double> offset = at - Pick(mixture, k, observed);
            Means.Add(Pick(mixture, k, targets) + (gain * offset));
            Covariances.Add(Block(mixture, k, targets, targets) - (gain * Block(mixture, k, observed, targets)));
            logs[k] = Math.Log(mixture.Weights[k]) - (0.5 * offset.DotProduct(inverse * offset)) + (0.5 * Math.Log(inverse.Determinant()));
        }

        Weights = [.. logs.Select(log => 1.0 / logs.Sum(other => Math.Exp(other - log)))];
    }

    public double[] Weights { get; }

    public List<Vector<double>> Means { get; } = [];

    public List<Matrix<double>> Covariances { get; } = [];

    /// <summary>The components that double precision can tell from none.</summary>
    public int[] Kept() => [.. Enumerable.Range(0, Weights.Length).Where(k => Weights[k] > 1e-16 * Weights.Max())];

    public Vector<double> Mean()
    {
        Vector<double> mean = Means[0] * Weights[0];
        for (int k = 1; k < Weights.Length; k++)
        {
            mean += Means[k] * Weights[k];
        }

        return mean;
    }

    public Matrix<double> Covariance()
    {
        Vector<double> mean = Mean();
        Matrix<double> covariance = -mean.OuterProduct(mean);
        for (int k = 0; k < Weights.Length; k++)
        {
            covariance += Weights[k] * (Covariances[k] + Means[k].OuterProduct(Means[k]));
        }

        return covariance;
    }

    private static Vector<double> Pick(GaussianMixture mixture, int k, int[] positions) =>
        Vector<double>.Build.Dense(positions.Length, i => mixture.Mean(k)[positions[i]]);

    private static Matrix<double> Block(GaussianMixture mixture, int k, int[] rows, int[] columns) =>
        Matrix<double>.Build.Dense(rows.Length, columns.Length, (i, j) => mixture.Covariance(k)[(rows[i] * mixture.Dimension) + columns[j]]);
}
