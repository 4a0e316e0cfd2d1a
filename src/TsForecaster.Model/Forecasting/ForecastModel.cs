using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Everything that a forecast needs: one or several densities of windows with the same future, and the weight of each. The
/// forecast of several is their weighted sum (a linear pool), which is a mixture again. Immutable; saved and loaded by
/// <see cref="ModelFile"/>.
/// </summary>
public sealed class ForecastModel
{
    private readonly double[] _weights;
    private readonly double[] _spread;
    private string? _id;

    /// <summary>One density alone.</summary>
    public ForecastModel(WindowModel member)
        : this([member], [1.0])
    {
    }

    /// <param name="members">At least one; all with the same F and C.</param>
    /// <param name="weights">Above zero, one a member; divided by their sum.</param>
    /// <param name="spread">
    /// What the pooled density is stretched by about its mean (of transformed values), one factor above zero a step; empty for none. Found on data that the
    /// members were not fitted to, it makes up for intervals that are too narrow or too wide.
    /// </param>
    /// <param name="transform">What the members' windows are cut from: the values, or their logarithms.</param>
    /// <param name="covariates">What is taken off the transformed values before windows are cut from them, and put on forecasts; null for nothing. One channel then.</param>
    /// <exception cref="ArgumentException">It is not so.</exception>
    public ForecastModel(
        IReadOnlyList<WindowModel> members, IReadOnlyList<double> weights, IReadOnlyList<double>? spread = null, ValueTransform transform = ValueTransform.None, CovariateEffects? covariates = null)
    {
        if (members.Count == 0 || weights.Count != members.Count || !weights.All(weight => weight > 0.0 && double.IsFinite(weight)))
        {
            throw new ArgumentException($"a model needs members, and a weight above zero for each; there are {members.Count} members and the weights {string.Join(", ", weights)}", nameof(weights));
        }

        if (members.FirstOrDefault(member => (member.Shape.Future, member.Shape.Channels) != (members[0].Shape.Future, members[0].Shape.Channels)) is { } other)
        {
            throw new ArgumentException($"members forecast the same steps: one has F = {members[0].Shape.Future} and C = {members[0].Shape.Channels}, another {other.Shape.Future} and {other.Shape.Channels}", nameof(members));
        }

        spread ??= [];
        if (spread.Count > 0 && (spread.Count != members[0].Shape.Future || !spread.All(factor => factor > 0.0 && double.IsFinite(factor))))
        {
            throw new ArgumentException($"the spread has a factor above zero for each of {members[0].Shape.Future} steps, or none; it is {string.Join(", ", spread)}", nameof(spread));
        }

        if (covariates is not null && members[0].Shape.Channels > 1)
        {
            throw new ArgumentException($"covariates have effects on one channel, not on {members[0].Shape.Channels}", nameof(covariates));
        }

        // Weights that are shares already stay as they are, to the bit.
        double total = Math.Abs(weights.Sum() - 1.0) <= 1e-12 ? 1.0 : weights.Sum();
        (Members, _weights, _spread) = ([.. members], [.. weights.Select(weight => weight / total)], [.. spread]);
        (Reach, Transform, Covariates) = (members.Max(member => member.Reach), transform, covariates);
    }

    public IReadOnlyList<WindowModel> Members { get; }

    /// <summary>One a member, summing to one.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>One factor a step, or none.</summary>
    public ReadOnlySpan<double> Spread => _spread;

    /// <summary>Members describe the transformed values; forecasts are of the values themselves.</summary>
    public ValueTransform Transform { get; }

    /// <summary>Effects of what is known ahead, which forecasts then have to be given; null for none.</summary>
    public CovariateEffects? Covariates { get; }

    /// <summary>F.</summary>
    public int Future => Members[0].Shape.Future;

    /// <summary>C.</summary>
    public int Channels => Members[0].Shape.Channels;

    /// <summary>Steps of history that a forecast is made from: the most that a member reaches back.</summary>
    public int Reach { get; }

    /// <summary>Components of all members.</summary>
    public int Components => Members.Sum(member => member.Mixture.Components);

    /// <summary>Twelve hexadecimal digits of a hash of the parameters: the same model has the same id everywhere.</summary>
    public string Id => _id ??= ModelContent.Identify(this);

    /// <summary>Fits one density to the windows of one or several histories, which share the model.</summary>
    /// <inheritdoc cref="WindowModel.Fit(IReadOnlyList{ReadOnlyMemory{double}}, WindowShape, Normalisation, FitOptions, CancellationToken)"/>
    public static (ForecastModel? Model, FitReport Report) Fit(IReadOnlyList<ReadOnlyMemory<double>> histories, WindowShape shape, Normalisation normalisation, FitOptions options, CancellationToken cancellation = default) =>
        Fit(histories, shape, normalisation, options, ValueTransform.None, cancellation);

    /// <summary>The same of transformed values.</summary>
    /// <inheritdoc cref="WindowModel.Fit(IReadOnlyList{ReadOnlyMemory{double}}, WindowShape, Normalisation, FitOptions, CancellationToken)"/>
    public static (ForecastModel? Model, FitReport Report) Fit(
        IReadOnlyList<ReadOnlyMemory<double>> histories, WindowShape shape, Normalisation normalisation, FitOptions options, ValueTransform transform, CancellationToken cancellation = default)
    {
        (WindowModel? member, FitReport report) = WindowModel.Fit([.. histories.Select(history => transform.Apply(history))], shape, normalisation, options, cancellation);
        return (member is null ? null : new ForecastModel([member], [1.0], null, transform), report);
    }
}
