namespace TsForecaster.Model.Evaluation.Selection;

/// <summary>
/// Weights of a combination of forecasts: the minimum over the simplex of wᵀGw·n/tr G + λ‖w − 1/n‖², G the mean products of the
/// candidates' errors (Bates &amp; Granger 1969, with weights that are shares, drawn to equal ones).
/// </summary>
public static class SimplexWeights
{
    private const int Iterations = 2000;

    /// <param name="gram">G, n×n row-major, positive semidefinite.</param>
    /// <param name="n">Candidates.</param>
    /// <param name="shrinkage">λ.</param>
    public static double[] Minimise(ReadOnlySpan<double> gram, int n, double shrinkage)
    {
        double[] w = new double[n], momentum = new double[n], next = new double[n];
        Array.Fill(w, 1.0 / n);
        w.CopyTo(momentum, 0);
        double trace = 0.0, lipschitz = 0.0;
        for (int i = 0; i < n; i++)
        {
            trace += gram[(i * n) + i];
        }

        if (!(trace > 0.0))
        {
            return w;
        }

        double scale = n / trace;
        for (int i = 0; i < n; i++)
        {
            double row = 0.0;
            for (int j = 0; j < n; j++)
            {
                row += Math.Abs(gram[(i * n) + j]) * scale;
            }

            lipschitz = Math.Max(lipschitz, row);
        }

        // Accelerated projected gradient (Beck & Teboulle 2009); the constant bounds the largest eigenvalue.
        double step = 0.5 / (lipschitz + shrinkage), t = 1.0;
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            for (int i = 0; i < n; i++)
            {
                double gradient = shrinkage * (momentum[i] - (1.0 / n));
                for (int j = 0; j < n; j++)
                {
                    gradient += scale * gram[(i * n) + j] * momentum[j];
                }

                next[i] = momentum[i] - (2.0 * step * gradient);
            }

            Project(next);
            double following = 0.5 * (1.0 + Math.Sqrt(1.0 + (4.0 * t * t)));
            double moved = 0.0;
            for (int i = 0; i < n; i++)
            {
                momentum[i] = next[i] + ((t - 1.0) / following * (next[i] - w[i]));
                moved = Math.Max(moved, Math.Abs(next[i] - w[i]));
                w[i] = next[i];
            }

            t = following;
            if (moved < 1e-10)
            {
                break;
            }
        }

        return w;
    }

    /// <summary>The nearest point of the simplex (Duchi et al. 2008).</summary>
    private static void Project(double[] v)
    {
        double[] falling = [.. v.OrderDescending()];
        double sum = 0.0, threshold = 0.0;
        for (int i = 0; i < falling.Length; i++)
        {
            sum += falling[i];
            double candidate = (sum - 1.0) / (i + 1);
            threshold = falling[i] > candidate ? candidate : threshold;
        }

        for (int i = 0; i < v.Length; i++)
        {
            v[i] = Math.Max(0.0, v[i] - threshold);
        }
    }
}
