using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace TsForecaster.Model.Evaluation.Baselines;

/// <summary>
/// The weights with the least sum of squared errors one step ahead, by the simplex method of Nelder &amp; Mead from two places, one
/// that follows slowly and one that follows fast. Weights are searched as the logits of their place in the allowed region.
/// </summary>
internal static class HoltWintersSearch
{
    private const double LeastDamping = 0.8;
    private const double MostDamping = 0.98;
    private const double Tolerance = 1e-6;
    private const int MaxIterations = 1000;

    private static readonly HoltWintersWeights[] _starts = [new(0.1, 0.01, 0.05, 0.95), new(0.6, 0.06, 0.05, 0.95)];

    public static HoltWintersWeights Weights(double[] history, HoltWintersState start)
    {
        bool seasonal = start.Season.Length > 1;

        // As shares of the first start's, so that the tolerance means the same in every unit.
        double unit = start.Copy().Advance(history, _starts[0]);
        (HoltWintersWeights Weights, double Squares) best = (_starts[0], unit);
        IObjectiveFunction objective = ObjectiveFunction.Value(logits =>
        {
            HoltWintersWeights weights = FromLogits(logits);
            double squares = start.Copy().Advance(history, weights);
            best = squares < best.Squares ? (weights, squares) : best;
            return unit > 0.0 ? squares / unit : 0.0;
        });
        foreach (HoltWintersWeights weights in _starts)
        {
            Vector<double> logits = ToLogits(weights, seasonal);
            try
            {
                NelderMeadSimplex.Minimum(objective, logits, Vector<double>.Build.Dense(logits.Count, 1.0), Tolerance, MaxIterations);
            }
            catch (MaximumIterationsException)
            {
                // The best so far will do.
            }
        }

        return best.Weights;
    }

    private static HoltWintersWeights FromLogits(Vector<double> logits)
    {
        double level = SpecialFunctions.Logistic(logits[0]);
        return new HoltWintersWeights(
            level,
            level * SpecialFunctions.Logistic(logits[1]),
            logits.Count > 3 ? (1.0 - level) * SpecialFunctions.Logistic(logits[3]) : 0.0,
            LeastDamping + ((MostDamping - LeastDamping) * SpecialFunctions.Logistic(logits[2])));
    }

    private static Vector<double> ToLogits(HoltWintersWeights weights, bool seasonal)
    {
        double[] logits =
        [
            SpecialFunctions.Logit(weights.Level),
            SpecialFunctions.Logit(weights.Trend / weights.Level),
            SpecialFunctions.Logit((weights.Damping - LeastDamping) / (MostDamping - LeastDamping)),
            SpecialFunctions.Logit(weights.Season / (1.0 - weights.Level)),
        ];
        return Vector<double>.Build.DenseOfArray(seasonal ? logits : logits[..3]);
    }
}
