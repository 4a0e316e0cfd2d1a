using System.Diagnostics.CodeAnalysis;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Conditions a model on an observed past. What does not depend on the past is computed once, here. Thread-safe.
/// </summary>
public sealed class Forecaster
{
    private readonly WindowForecaster[] _members;
    private readonly int _reach;
    private readonly int _future;

    public Forecaster(ForecastModel model)
    {
        Model = model;
        _members = [.. model.Members.Select(member => member.Prepared)];
        (_reach, _future) = (model.Reach * model.Channels, model.Future * model.Channels);
    }

    public ForecastModel Model { get; }

    /// <summary>
    /// The density of the future window given the past alone (Eirola &amp; Lendasse 2013). NaN marks a missing value of the
    /// past; the mixture is then conditioned on what was observed, at the cost of factoring a matrix of the size of what is missing, or of what is observed when that is less.
    /// Where the past is too far from all components for double precision, they keep their prior weights. A member that looks at
    /// nothing observed is left out.
    /// </summary>
    /// <param name="past">The last steps the model reaches back, <see cref="ForecastModel.Reach"/>·C numbers, oldest first.</param>
    /// <param name="effects">Where the model has covariates: what they move each step of the past, and each of the F to come, by (<see cref="CovariateEffects.Along"/>);
    /// else of no meaning. A value of the past whose effect is not known (NaN) counts as missing.</param>
    /// <exception cref="ArgumentException">The past has another length, an infinite value, or no observed value at all; or effects are missing.</exception>
    public Forecast Predict(ReadOnlySpan<double> past, ReadOnlySpan<double> effects = default) => TryPredict(past, out Forecast? forecast, effects) ? forecast : throw Unobserved();

    /// <summary>The same; false where no member looks at an observed value of the past, or an effect ahead is not known.</summary>
    /// <inheritdoc cref="Predict"/>
    public bool TryPredict(ReadOnlySpan<double> past, [NotNullWhen(true)] out Forecast? forecast, ReadOnlySpan<double> effects = default)
    {
        Require(past, 1);
        RequireEffects(effects.Length);
        if (Model.Covariates is not null && effects[^Model.Future..].Contains(double.NaN))
        {
            forecast = null;
            return false;
        }

        if (Model.Transform != ValueTransform.None || Model.Covariates is not null)
        {
            double[] transformed = new double[past.Length];
            Model.Transform.Apply(past, transformed);
            if (Model.Covariates is not null)
            {
                CovariateEffects.TakeOff(transformed, effects[..past.Length], transformed);
            }

            past = transformed;
        }

        List<ConditionalMixture> conditionals = new(_members.Length);
        List<double> weights = new(_members.Length);
        for (int i = 0; i < _members.Length; i++)
        {
            if (_members[i].Condition(Tail(past, i)) is { } conditional)
            {
                conditionals.Add(conditional);
                weights.Add(Model.Weights[i]);
            }
        }

        foreach (ConditionalMixture conditional in conditionals)
        {
            conditional.Move(Model.Covariates is null ? default : effects[^Model.Future..]);
        }

        forecast = conditionals.Count == 0 ? null : _members.Length == 1 ? new Forecast(Model, conditionals[0]) : Forecast.Pool(Model, conditionals, weights);
        return forecast is not null;
    }

    /// <summary>
    /// Mean and standard deviation of every value of the future window: those of <see cref="Predict"/>, and nothing else. A complete
    /// past allocates nothing once the thread has met a model of this size; one with missing values (NaN) costs what <see cref="Predict"/> does.
    /// </summary>
    /// <param name="past">As <see cref="Predict"/> takes it.</param>
    /// <param name="mean">Receives F·C numbers.</param>
    /// <param name="standardDeviation">Receives F·C numbers.</param>
    /// <param name="effects">As <see cref="Predict"/> takes them.</param>
    /// <exception cref="ArgumentException">As <see cref="Predict"/>, or a destination has another length.</exception>
    public void PredictMoments(ReadOnlySpan<double> past, Span<double> mean, Span<double> standardDeviation, ReadOnlySpan<double> effects = default)
    {
        if (!TryPredictMoments(past, mean, standardDeviation, effects))
        {
            throw Unobserved();
        }
    }

    /// <summary>The same; false where no member looks at an observed value of the past, and nothing is written then.</summary>
    /// <inheritdoc cref="PredictMoments(ReadOnlySpan{double}, Span{double}, Span{double}, ReadOnlySpan{double})"/>
    public bool TryPredictMoments(ReadOnlySpan<double> past, Span<double> mean, Span<double> standardDeviation, ReadOnlySpan<double> effects = default)
    {
        RequireLength(mean.Length, 1);
        RequireLength(standardDeviation.Length, 1);
        Require(past, 1);
        return TryMoments(past, mean, standardDeviation, effects);
    }

    /// <summary>
    /// The same for many pasts that share the model, in less time each and to the same bits; not for a model with covariates.
    /// </summary>
    /// <param name="count">How many.</param>
    /// <param name="pasts">One after another.</param>
    /// <param name="means">Receives count×F·C.</param>
    /// <param name="standardDeviations">Receives count×F·C.</param>
    /// <exception cref="ArgumentException">As for one; nothing is promised of the destinations then.</exception>
    public void PredictMoments(int count, ReadOnlySpan<double> pasts, Span<double> means, Span<double> standardDeviations)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        RequireLength(means.Length, count);
        RequireLength(standardDeviations.Length, count);
        Require(pasts, count);
        const int Block = PanelKernels.Width;
        int n = 0;
        for (; n + Block <= count && _members.Length == 1 && Model.Spread.IsEmpty && Model.Transform == ValueTransform.None && Model.Covariates is null; n += Block)
        {
            ReadOnlySpan<double> block = pasts.Slice(n * _reach, Block * _reach);
            Span<double> blockMeans = means.Slice(n * _future, Block * _future);
            Span<double> blockDeviations = standardDeviations.Slice(n * _future, Block * _future);
            if (!_members[0].TryMomentsOfBlock(block, blockMeans, blockDeviations))
            {
                OneByOne(Block, block, blockMeans, blockDeviations);
            }
        }

        OneByOne(count - n, pasts[(n * _reach)..], means[(n * _future)..], standardDeviations[(n * _future)..]);
    }

    private void OneByOne(int count, ReadOnlySpan<double> pasts, Span<double> means, Span<double> standardDeviations)
    {
        for (int n = 0; n < count; n++)
        {
            if (!TryMoments(pasts.Slice(n * _reach, _reach), means.Slice(n * _future, _future), standardDeviations.Slice(n * _future, _future)))
            {
                throw Unobserved();
            }
        }
    }

    private bool TryMoments(ReadOnlySpan<double> past, Span<double> mean, Span<double> standardDeviation, ReadOnlySpan<double> effects = default)
    {
        if (_members.Length > 1 || Model.Transform != ValueTransform.None || Model.Covariates is not null || !_members[0].TryMoments(past, mean, standardDeviation))
        {
            if (!TryPredict(past, out Forecast? forecast, effects))
            {
                return false;
            }

            forecast.Moments(mean, standardDeviation);
            return true;
        }

        for (int i = 0; i < Model.Spread.Length * Model.Channels; i++)
        {
            standardDeviation[i] *= Model.Spread[i / Model.Channels];
        }

        return true;
    }

    /// <summary>The part of a past that a member looks at.</summary>
    private ReadOnlySpan<double> Tail(ReadOnlySpan<double> past, int member) => past[^(Model.Members[member].Reach * Model.Channels)..];

    private void Require(ReadOnlySpan<double> pasts, int count)
    {
        if (pasts.Length != count * _reach)
        {
            string what = $"the model reaches back {Model.Reach} steps of {Model.Channels}, {_reach} numbers";
            throw new ArgumentException(count == 1 ? $"the past holds {pasts.Length} numbers; {what}" : $"the pasts hold {pasts.Length} numbers; {count} pasts of this model hold {count * _reach}: {what}");
        }

        for (int i = 0; i < pasts.Length; i++)
        {
            if (double.IsInfinity(pasts[i]))
            {
                throw new ArgumentException($"the past is infinite at position {i % _reach}; a missing value is NaN");
            }
        }
    }

    private void RequireEffects(int count)
    {
        if (Model.Covariates is not null && count != Model.Reach + Model.Future)
        {
            throw new ArgumentException($"covariates move each of {Model.Reach} steps back and {Model.Future} ahead; there are {count} effects");
        }
    }

    private void RequireLength(int length, int count)
    {
        if (length != count * _future)
        {
            throw new ArgumentException($"the destination holds {length} numbers; {count} future windows of this model hold {count * _future}");
        }
    }

    private ArgumentException Unobserved() => new(Model.Covariates is null ? "the past has no observed value" : "the past has no observed value, or what covariates do to a step ahead is not known");
}
