namespace TsForecaster.Model.Evaluation.Baselines;

/// <summary>
/// Additive Holt-Winters with a damped trend, as the innovations model ETS(A,Ad,A) that gives it a variance (Hyndman, Koehler, Ord
/// &amp; Snyder, Forecasting with Exponential Smoothing, 2008): level l, slope b, a season of m offsets s,
/// <code>
/// y_t = l_{t−1} + φ b_{t−1} + s_{t−m} + e_t,   e ~ N(0, σ²)
/// l_t = l_{t−1} + φ b_{t−1} + α e_t,   b_t = φ b_{t−1} + β e_t,   s_t = s_{t−m} + γ e_t
/// </code>
/// With m = 1, or less than two whole seasons to begin with, there is no season: ETS(A,Ad,N). A missing value moves the state on
/// without an error to learn from.
/// </summary>
public sealed class HoltWinters : IBaseline
{
    private readonly HoltWintersState _state;
    private int _unseen;

    /// <param name="weights">α, β, γ, φ.</param>
    /// <param name="state">At the end of the history; the method's own from here on.</param>
    /// <param name="deviation">σ.</param>
    internal HoltWinters(HoltWintersWeights weights, HoltWintersState state, double deviation) =>
        (Weights, _state, Deviation) = (weights, state, deviation);

    public HoltWintersWeights Weights { get; }

    /// <summary>σ, of the error one step ahead.</summary>
    public double Deviation { get; }

    /// <summary>
    /// Begins with the states of <see cref="HoltWintersState.Start"/>, chooses the weights by the least sum of squared errors one step ahead,
    /// and takes σ² as that sum over the number of errors less the numbers in weights and states. Costs some hundreds of passes over
    /// the history.
    /// </summary>
    public static HoltWinters Fit(ReadOnlySpan<double> history, int season)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(season, 1);
        HoltWintersState start = HoltWintersState.Start(history, season);
        HoltWintersWeights weights = HoltWintersSearch.Weights(history.ToArray(), start);
        int learnt = start.Season.Length > 1 ? 4 + 2 + start.Season.Length - 1 : 3 + 2;
        HoltWintersState end = start.Copy();
        double squares = end.Advance(history, weights);
        int errors = history.Length - history.Count(double.NaN);
        HoltWinters fitted = new(weights, end, Math.Sqrt(squares / Math.Max(1, errors - learnt)));
        fitted._unseen = history.Length - 1 - history.LastIndexOfAnyExcept(double.NaN);
        return fitted;
    }

    public void Observe(double value)
    {
        _state.Advance([value], Weights);
        _unseen = double.IsNaN(value) ? _unseen + 1 : 0;
    }

    /// <summary>
    /// Means l + φ_h b + s with φ_h = φ + … + φ^h; variances σ² (1 + Σ_{j=1}^{h−1} c_j²) with c_j = α + β φ_j + γ 1{m divides j}
    /// (the 2008 book's class 1, table 6.2).
    /// </summary>
    public void Forecast(Span<double> means, Span<double> deviations)
    {
        bool seasonal = _state.Season.Length > 1;
        double damping = 1.0, slopes = 0.0, variance = 1.0;
        for (int h = 1 - _unseen; h <= means.Length; h++)
        {
            // With values missing before the origin, it is the last value seen that the errors have added up from.
            int j = h + _unseen - 1;
            if (j > 0)
            {
                damping *= Weights.Damping;
                slopes += damping;
                double effect = Weights.Level + (Weights.Trend * slopes) + (seasonal && j % _state.Season.Length == 0 ? Weights.Season : 0.0);
                variance += effect * effect;
            }

            if (h > 0)
            {
                deviations[h - 1] = Deviation * Math.Sqrt(variance);
            }
        }

        _state.Means(means, Weights.Damping);
    }
}
