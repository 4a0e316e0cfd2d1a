using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Tests.Mixtures;

/// <summary>EM over series as its definition says: every window of every series, one at a time.</summary>
internal sealed record NaiveSeriesMixture(double[] Weights, double[][] Means, double[][] Covariances, IReadOnlyList<double> Trace)
{
    public static NaiveSeriesMixture Fit(WindowSet[] series, List<double[]> start, double overlap, int iterations)
    {
        double[][] r = [.. start.Select(component => component.ToArray())];
        double[][][] windows = [.. series.Select(set => Enumerable.Range(0, set.Count).Select(n => { double[] x = new double[set.Dimension]; set.CopyTo(n, x); return x; }).ToArray())];
        double total = windows.Sum(own => own.Length);
        List<double> trace = [];
        NaiveSeriesMixture mixture = Maximize(windows, r);
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            mixture = Maximize(windows, r);
            NaiveMixture densities = new(mixture.Weights.Select(_ => 1.0).ToArray(), mixture.Means, mixture.Covariances);
            double objective = 0.0;
            for (int s = 0; s < windows.Length; s++)
            {
                double[] logs = [.. mixture.Weights.Select(weight => Math.Log(weight))];
                foreach (double[] x in windows[s])
                {
                    double[] joint = densities.JointDensities(x);
                    for (int k = 0; k < logs.Length; k++)
                    {
                        logs[k] += Math.Log(joint[k]) / overlap;
                    }
                }

                double most = logs.Max(), sum = logs.Sum(log => Math.Exp(log - most));
                objective += most + Math.Log(sum);
                for (int k = 0; k < logs.Length; k++)
                {
                    r[k][s] = Math.Exp(logs[k] - most) / sum;
                }
            }

            trace.Add(objective * overlap / total);
        }

        return mixture with { Trace = trace };
    }

    private static NaiveSeriesMixture Maximize(double[][][] windows, double[][] r)
    {
        int d = windows[0][0].Length;
        double[][] means = [.. r.Select(_ => new double[d])], covariances = [.. r.Select(_ => new double[d * d])];
        for (int k = 0; k < r.Length; k++)
        {
            double size = windows.Select((own, s) => r[k][s] * own.Length).Sum();
            for (int s = 0; s < windows.Length; s++)
            {
                foreach (double[] x in windows[s])
                {
                    for (int i = 0; i < d; i++)
                    {
                        means[k][i] += r[k][s] * x[i] / size;
                    }
                }
            }

            for (int s = 0; s < windows.Length; s++)
            {
                foreach (double[] x in windows[s])
                {
                    for (int i = 0; i < d * d; i++)
                    {
                        covariances[k][i] += r[k][s] * (x[i / d] - means[k][i / d]) * (x[i % d] - means[k][i % d]) / size;
                    }
                }
            }
        }

        return new NaiveSeriesMixture([.. r.Select(component => component.Sum() / windows.Length)], means, covariances, []);
    }
}
