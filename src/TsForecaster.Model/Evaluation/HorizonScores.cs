using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation;

/// <summary>One <see cref="ScoreAccumulator"/> for each step ahead, and their sum. Not thread-safe.</summary>
public sealed class HorizonScores
{
    private readonly ScoreAccumulator[] _steps;
    private readonly PointForecast _point;

    /// <param name="steps">F, the longest horizon that is scored.</param>
    /// <param name="point">What the point scores judge.</param>
    public HorizonScores(int steps, PointForecast point = PointForecast.Mean)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        _point = point;
        _steps = new ScoreAccumulator[steps];
        for (int i = 0; i < steps; i++)
        {
            _steps[i] = new ScoreAccumulator(point);
        }
    }

    public int Steps => _steps.Length;

    /// <summary>The probability integral transforms of all steps.</summary>
    public PitHistogram Pits { get; } = new();

    /// <summary>The sums of one step ahead, counted from 1.</summary>
    public ScoreAccumulator At(int step) => _steps[step - 1];

    /// <summary>Scores one channel of a forecast against what came.</summary>
    /// <param name="actuals">The values of steps 1, 2, … of the channel; NaN where missing, and no more than F.</param>
    /// <param name="forecast">Issued before the first of them.</param>
    /// <param name="seasonalError">See <see cref="ScoreAccumulator.Add"/>.</param>
    /// <param name="channel">The channel of the forecast.</param>
    /// <returns>Its mean CRPS over the steps observed; NaN when none was.</returns>
    public double Add(ReadOnlySpan<double> actuals, Forecast forecast, double seasonalError, int channel = 0)
    {
        bool gaussian = forecast.Weights.Length == 1 && forecast.Transform == ValueTransform.None;
        double crps = 0.0;
        int observed = 0;
        for (int i = 0; i < actuals.Length; i++)
        {
            StepScore score;
            if (gaussian)
            {
                (double mean, double deviation) = forecast.ComponentAt(0, (i * forecast.Channels) + channel);
                score = AddGaussian(i + 1, actuals[i], mean, deviation, seasonalError);
            }
            else
            {
                score = _steps[i].Add(actuals[i], forecast.Marginal(i + 1, channel), seasonalError);
                Pits.Add(score.Pit);
            }

            crps += double.IsNaN(score.Crps) ? 0.0 : score.Crps;
            observed += double.IsNaN(score.Crps) ? 0 : 1;
        }

        return observed > 0 ? crps / observed : double.NaN;
    }

    public void Merge(HorizonScores other)
    {
        for (int i = 0; i < _steps.Length; i++)
        {
            _steps[i].Merge(other._steps[i]);
        }

        Pits.Merge(other.Pits);
    }

    /// <summary>Over all steps.</summary>
    public Scores Overall()
    {
        var sum = new ScoreAccumulator(_point);
        foreach (ScoreAccumulator step in _steps)
        {
            sum.Merge(step);
        }

        return sum.Result() with { PitKs = Pits.KolmogorovSmirnov() };
    }

    /// <summary>Step 1 first.</summary>
    public IReadOnlyList<Scores> PerHorizon() => Array.ConvertAll(_steps, step => step.Result());

    /// <summary>Scores N(mean, deviation²) of one step ahead, counted from 1.</summary>
    internal StepScore AddGaussian(int step, double actual, double mean, double deviation, double seasonalError)
    {
        StepScore score = _steps[step - 1].AddGaussian(actual, mean, deviation, seasonalError);
        Pits.Add(score.Pit);
        return score;
    }
}
