namespace TsForecaster.Model.Evaluation.Baselines;

/// <summary>
/// A simple method that stands at the end of a history and says N(mean, deviation²) for each step to come. What it learnt from the
/// history it was fitted to (slopes, smoothing weights, error variances) stays; <see cref="Observe"/> moves it on by a step.
/// Not thread-safe.
/// </summary>
public interface IBaseline
{
    /// <summary>Takes the next value of the series; NaN when it is missing.</summary>
    void Observe(double value);

    /// <summary>
    /// The distributions of the next steps, as many as the spans are long. A mean is NaN where nothing was observed that could say
    /// it; a deviation is zero where there was too little to learn it from.
    /// </summary>
    void Forecast(Span<double> means, Span<double> deviations);
}
