using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Evaluation.Selection;

/// <summary>
/// What intervals are stretched by, for each step: the factor that makes the central 80 % hold 80 %, from the errors in deviations on
/// fitted rows (many, but seen) and on held-out rows (unseen, but few): a geometric mean with the shares of how many futures lie side by side
/// in each. Those of all series count among the seen ones, as they share what is fitted to them, but no more than <see cref="MostSeen"/>.
/// </summary>
internal static class SpreadFactors
{
    private const double Level = 0.8;

    /// <summary>Of the root mean square that a factor has at least: where most errors are tiny and a few huge, 80 % of them say nothing of those few.</summary>
    private const double LeastShare = 0.5;

    private const double MostSeen = 40.0;

    private static readonly double _halfWidth = StandardNormal.InverseCdf(0.5 + (Level / 2.0));

    /// <param name="learnt">|error| / deviation at fitted rows, for each scored step.</param>
    /// <param name="judged">The same at held-out rows.</param>
    /// <param name="steps">Scored steps, from 1, rising; the last is F.</param>
    /// <param name="futures">In the held-out rows of the series, and in the fitted rows of all.</param>
    /// <returns>F factors, even between scored steps.</returns>
    public static double[] Of(IReadOnlyList<double>[] learnt, IReadOnlyList<double>[] judged, int[] steps, (double Unseen, double Seen) futures)
    {
        double share = futures.Unseen / (futures.Unseen + Math.Min(futures.Seen, MostSeen));
        double[] logs = new double[steps.Length];
        for (int s = 0; s < steps.Length; s++)
        {
            double seen = Factor(learnt, s), unseen = Factor(judged, s);
            (seen, unseen) = (double.IsNaN(seen) ? unseen : seen, double.IsNaN(unseen) ? seen : unseen);
            logs[s] = double.IsNaN(seen) ? 0.0 : ((1.0 - share) * Math.Log(seen)) + (share * Math.Log(unseen));
        }

        double[] factors = new double[steps[^1]];
        for (int step = 1, s = 0; step <= factors.Length; step++)
        {
            s += step > steps[s] ? 1 : 0;
            double before = s == 0 ? logs[0] : logs[s - 1];
            double along = s == 0 ? 1.0 : (double)(step - steps[s - 1]) / (steps[s] - steps[s - 1]);
            factors[step - 1] = Math.Exp(before + (along * (logs[s] - before)));
        }

        return factors;
    }

    /// <summary>The 80 % quantile of a step and its neighbours, in half-widths; NaN without enough numbers.</summary>
    private static double Factor(IReadOnlyList<double>[] ratios, int step)
    {
        List<double> near = [];
        for (int s = Math.Max(0, step - 2); s <= Math.Min(ratios.Length - 1, step + 2); s++)
        {
            near.AddRange(ratios[s]);
        }

        if (near.Count < 20)
        {
            return double.NaN;
        }

        near.Sort();
        double least = LeastShare * Math.Sqrt(near.Average(ratio => ratio * ratio));
        double quantile = near[Math.Min(near.Count - 1, (int)(Level * near.Count))];
        return quantile > 0.0 ? Math.Clamp(Math.Max(least, quantile / _halfWidth), 0.2, 5.0) : double.NaN;
    }
}
