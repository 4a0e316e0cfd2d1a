using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Tests.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Tests.Mixtures;

/// <summary>EM as the textbook writes it: explicit inverses, densities instead of their logarithms, one window at a time.</summary>
internal sealed class NaiveMixture(double[] weights, double[][] means, double[][] covariances)
{
    public double[] Weights => weights;

    public double[][] Means => means;

    public double[][] Covariances => covariances;

    public static NaiveMixture Of(GaussianMixture mixture) => new(
        mixture.Weights.ToArray(),
        [.. Enumerable.Range(0, mixture.Components).Select(k => mixture.Mean(k).ToArray())],
        [.. Enumerable.Range(0, mixture.Components).Select(k => mixture.Covariance(k).ToArray())]);

    /// <summary>The same with a share of each covariance's mean diagonal added to its diagonal.</summary>
    public NaiveMixture WithRidge(double ridge)
    {
        int d = means[0].Length;
        return new(weights, means, [.. covariances.Select(covariance =>
            covariance.Select((value, i) => i % (d + 1) == 0 ? value + (ridge * covariance.Where((_, at) => at % (d + 1) == 0).Sum() / d) : value).ToArray())]);
    }

    /// <summary>π_k N(x; μ_k, Σ_k) for every k.</summary>
    public double[] JointDensities(double[] x)
    {
        int d = x.Length;
        double[] joint = new double[weights.Length];
        for (int k = 0; k < weights.Length; k++)
        {
            (double determinant, double[] inverse) = NaiveMatrix.Invert(covariances[k], d);
            double distance = 0.0;
            for (int i = 0; i < d; i++)
            {
                for (int j = 0; j < d; j++)
                {
                    distance += (x[i] - means[k][i]) * inverse[(i * d) + j] * (x[j] - means[k][j]);
                }
            }

            joint[k] = weights[k] * Math.Exp(-0.5 * distance) / Math.Sqrt(Math.Pow(2.0 * Math.PI, d) * determinant);
        }

        return joint;
    }

    public double[][] Responsibilities(WindowSet windows) =>
        [.. Rows(windows).Select(x => JointDensities(x)).Select(joint => joint.Select(value => value / joint.Sum()).ToArray())];

    public double LogLikelihood(WindowSet windows) => Rows(windows).Sum(x => Math.Log(JointDensities(x).Sum()));

    /// <summary>The M-step from N arrays of K responsibilities, no ridge.</summary>
    public static NaiveMixture Maximise(WindowSet windows, double[][] responsibilities, CovarianceShape shape)
    {
        double[][] rows = Rows(windows);
        int d = windows.Dimension, components = responsibilities[0].Length;
        double[] sizes = [.. Enumerable.Range(0, components).Select(k => responsibilities.Sum(t => t[k]))];
        double[][] means = new double[components][], covariances = new double[components][];
        for (int k = 0; k < components; k++)
        {
            means[k] = [.. Enumerable.Range(0, d).Select(i => rows.Select((x, n) => responsibilities[n][k] * x[i]).Sum() / sizes[k])];
            covariances[k] = new double[d * d];
            for (int i = 0; i < d; i++)
            {
                for (int j = 0; j < d; j++)
                {
                    covariances[k][(i * d) + j] = rows.Select((x, n) => responsibilities[n][k] * (x[i] - means[k][i]) * (x[j] - means[k][j])).Sum() / sizes[k];
                }
            }
        }

        Constrain(covariances, sizes, d, shape);
        return new NaiveMixture([.. sizes.Select(size => size / rows.Length)], means, covariances);
    }

    /// <summary>Covariances (1 − λ) S + λ Σ_w with S = (N_k Σ_k + ν Σ_w) / (N_k + ν) and Σ_w = Σ_j π_j Σ_j.</summary>
    public NaiveMixture Shrunk(double shrinkage, double priorWindows, int windows)
    {
        double[] pooled = [.. covariances[0].Select((_, i) => covariances.Select((c, k) => weights[k] * c[i]).Sum())];
        double[][] shrunk = [.. covariances.Select((c, k) => c.Select((value, i) =>
        {
            double counted = ((windows * weights[k] * value) + (priorWindows * pooled[i])) / ((windows * weights[k]) + priorWindows);
            return ((1.0 - shrinkage) * counted) + (shrinkage * pooled[i]);
        }).ToArray())];
        return new NaiveMixture(weights, means, shrunk);
    }

    public static double[][] Rows(WindowSet windows) => [.. Enumerable.Range(0, windows.Count).Select(n =>
    {
        double[] row = new double[windows.Dimension];
        windows.CopyTo(n, row);
        return row;
    })];

    public static void Constrain(double[][] covariances, double[] sizes, int d, CovarianceShape shape)
    {
        double[] pooled = [.. Enumerable.Range(0, d * d).Select(i => covariances.Select((c, k) => sizes[k] * c[i]).Sum() / sizes.Sum())];
        for (int k = 0; k < covariances.Length; k++)
        {
            double[] full = covariances[k];
            double mean = Enumerable.Range(0, d).Average(i => full[(i * d) + i]);
            covariances[k] = shape switch
            {
                CovarianceShape.Tied => pooled,
                CovarianceShape.Diagonal => [.. full.Select((value, i) => i % (d + 1) == 0 ? value : 0.0)],
                CovarianceShape.Spherical => [.. full.Select((_, i) => i % (d + 1) == 0 ? mean : 0.0)],
                _ => full,
            };
        }
    }
}
