using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// How a model is fitted, whatever the data: the densities, the share of each in the forecast, what their sum is stretched by, and what
/// is done to the values first. Selection finds one; every refit follows it.
/// </summary>
/// <param name="Members">At least one, with the same F and C.</param>
/// <param name="Weights">One a member, above zero.</param>
/// <param name="Spread">See <see cref="ForecastModel.Spread"/>; may be empty.</param>
public sealed record ForecastRecipe(IReadOnlyList<DensityRecipe> Members, IReadOnlyList<double> Weights, IReadOnlyList<double> Spread, ValueTransform Transform)
{
    /// <summary>How effects of covariates are found, which are taken off before windows are cut; null where there are none. One series then has the model to itself.</summary>
    public CovariateRegression? Regression { get; init; }

    /// <summary>Steps of history that a forecast needs.</summary>
    public int Reach => Members.Max(member => member.Reach);

    /// <summary>One density alone, all of it.</summary>
    public static ForecastRecipe Of(WindowShape shape, Normalisation normalisation, FitOptions options) => new(
        [new DensityRecipe { Name = $"mixture of {options.Components} on {shape.Past}", Shape = shape, Normalisation = normalisation, Fit = options }],
        [1.0],
        [],
        ValueTransform.None);

    /// <summary>One recipe of several that share the transform: the members of all, with their mean weights, stretched by the geometric mean of their spreads.</summary>
    public static ForecastRecipe Mean(IReadOnlyList<ForecastRecipe> recipes)
    {
        DensityRecipe[] members = [.. recipes.SelectMany(recipe => recipe.Members).Distinct()];
        double[] weights = [.. members.Select(member => recipes.Average(recipe => recipe.Members.Zip(recipe.Weights).Where(part => part.First == member).Sum(part => part.Second)))];
        double[] spread = [.. recipes[0].Spread.Select((_, step) => Math.Exp(recipes.Average(recipe => Math.Log(recipe.Spread[step]))))];
        return recipes[0] with { Members = members, Weights = weights, Spread = spread };
    }

    /// <summary>
    /// The same for a fit that goes on from an earlier model: its mixtures of several components start from those of the same windows there,
    /// as long as they have as many components and covariances of the same shape. Others start afresh.
    /// </summary>
    /// <returns>This recipe itself where nothing is gone on from.</returns>
    public ForecastRecipe From(ForecastModel start)
    {
        List<WindowModel> left = [.. start.Members];
        DensityRecipe[] members = start.Transform == Transform ? [.. Members.Select(Warm)] : [];
        return left.Count < start.Members.Count ? this with { Members = members } : this;

        DensityRecipe Warm(DensityRecipe member)
        {
            // What a penalty or a dependence has changed is no fit to go on from; and one component needs no start.
            bool bare = member.Fit.Components > 1 && member.Penalty == GainPenalty.None && member.Dependence == Dependence.Fitted;
            int at = bare ? left.FindIndex(old => IsOf(old, member)) : -1;
            if (at < 0)
            {
                return member;
            }

            GaussianMixture mixture = left[at].Mixture;
            left.RemoveAt(at);
            return member with { Fit = member.Fit with { InitialMixture = mixture } };
        }

        static bool IsOf(WindowModel old, DensityRecipe member) => old.Shape.Equals(member.Shape)
            && old.Normalisation with { ScaleFloor = member.Normalisation.ScaleFloor, HistoryMean = member.Normalisation.HistoryMean } == member.Normalisation
            && old.Mixture.Components == member.Fit.Components
            && old.Mixture.Shape == member.Fit.Shape;
    }

    /// <summary>The same on so many threads at most; the fits are the same to the bit.</summary>
    public ForecastRecipe OnThreads(int threads) => this with { Members = [.. Members.Select(member => member with { Fit = member.Fit with { Threads = threads } })] };

    /// <summary>Fits one model to the windows of all histories; null when no member can be fitted. A member that cannot is left out.</summary>
    /// <exception cref="OperationCanceledException">Asked for.</exception>
    public ForecastModel? Fit(IReadOnlyList<ReadOnlyMemory<double>> histories, CancellationToken cancellation = default) => Fit([this], histories, cancellation)[0];

    /// <summary>
    /// The same for one history of one channel whose covariates are known: their effects are found first, and the densities fitted to what is left.
    /// </summary>
    /// <param name="covariates">T×q row-major; not looked at without <see cref="Regression"/>.</param>
    public ForecastModel? Fit(ReadOnlyMemory<double> history, ReadOnlyMemory<double> covariates, CancellationToken cancellation = default)
    {
        if (Regression is null)
        {
            return Fit([history], cancellation);
        }

        double[] values = new double[history.Length];
        Transform.Apply(history.Span, values);
        CovariateEffects effects = Regression.Fit(values, covariates.Span);
        CovariateEffects.TakeOff(values, effects.Along(covariates.Span), values);
        ForecastModel? left = (this with { Regression = null, Transform = ValueTransform.None }).Fit([values], cancellation);
        return left is null ? null : new ForecastModel(left.Members, left.Weights.ToArray(), left.Spread.ToArray(), Transform, effects);
    }

    /// <summary>
    /// Fits the models of several recipes to the windows of all histories, sharing what they have in common. The histories share the
    /// densities; a series differs from another in the weights it gives them.
    /// </summary>
    public static ForecastModel?[] Fit(IReadOnlyList<ForecastRecipe> recipes, IReadOnlyList<ReadOnlyMemory<double>> histories, CancellationToken cancellation = default)
    {
        if (recipes.Any(recipe => recipe.Regression is not null))
        {
            throw new ArgumentException("a recipe with covariates is fitted to one history, with its covariates", nameof(recipes));
        }

        // Recipes that share a fit stand side by side.
        BaseFits bases = new(histories, 2);
        Dictionary<(DensityRecipe, ValueTransform), WindowModel?> members = [];
        foreach ((DensityRecipe recipe, ValueTransform transform) in recipes
            .SelectMany(recipe => recipe.Members.Select(member => (member, recipe.Transform))).Distinct()
            .GroupBy(member => (member.member.Base, member.Transform)).SelectMany(same => same))
        {
            members[(recipe, transform)] = bases.Of(recipe, transform, cancellation) is { } fitted ? recipe.Finish(fitted) : null;
        }

        return [.. recipes.Select(recipe => recipe.Assemble((member, transform) => members[(member, transform)]))];
    }

    /// <summary>The same for one recipe, with fits that others share.</summary>
    internal ForecastModel? Fit(BaseFits bases, CancellationToken cancellation) =>
        Assemble((member, transform) => bases.Of(member, transform, cancellation) is { } fitted ? member.Finish(fitted) : null);

    private ForecastModel? Assemble(Func<DensityRecipe, ValueTransform, WindowModel?> fit)
    {
        List<WindowModel> members = [];
        List<double> weights = [];
        for (int i = 0; i < Members.Count; i++)
        {
            if (fit(Members[i], Transform) is { } member)
            {
                members.Add(member);
                weights.Add(Weights[i]);
            }
        }

        return members.Count > 0 ? new ForecastModel(members, weights, Spread, Transform) : null;
    }
}
