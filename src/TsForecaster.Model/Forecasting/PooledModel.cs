using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// A model of many series: several densities of their windows, pooled over series, from which a model of any one series is made, be it among those
/// fitted or new, long or short. Its forecast is the weighted sum of the members', each adapted to the series by maximum a posteriori
/// (<see cref="MapAdaptation"/>). Immutable, thread-safe.
/// </summary>
public sealed class PooledModel
{
    private readonly double[] _weights;

    /// <param name="members">At least one; all with the same F.</param>
    /// <param name="weights">Above zero, one a member.</param>
    /// <param name="transform">What the members' windows are cut from.</param>
    /// <param name="relevance">τ, positive: a series with so many windows moves its component half way.</param>
    /// <exception cref="ArgumentException">It is not so.</exception>
    public PooledModel(IReadOnlyList<PooledMember> members, IReadOnlyList<double> weights, ValueTransform transform, double relevance)
    {
        if (members.Count == 0 || weights.Count != members.Count || !(relevance > 0.0))
        {
            throw new ArgumentException($"a pooled model needs members ({members.Count}), a weight for each ({weights.Count}), and a relevance above zero ({relevance})");
        }

        (Members, _weights, Transform, Relevance) = ([.. members], [.. weights], transform, relevance);
        Reach = members.Max(member => member.Recipe.Reach);
    }

    public IReadOnlyList<PooledMember> Members { get; }

    public ReadOnlySpan<double> Weights => _weights;

    public ValueTransform Transform { get; }

    /// <summary>τ.</summary>
    public double Relevance { get; }

    /// <summary>Steps of history that a forecast is made from.</summary>
    public int Reach { get; }

    /// <summary>The same of the members that look back no further than so many steps; null when all do.</summary>
    public PooledModel? Within(int steps)
    {
        int[] kept = [.. Enumerable.Range(0, Members.Count).Where(i => Members[i].Recipe.Shape.Reach <= steps)];
        return kept.Length == 0 ? null
            : kept.Length == Members.Count ? this
            : new PooledModel([.. kept.Select(i => Members[i])], [.. kept.Select(i => _weights[i])], Transform, Relevance);
    }

    /// <summary>Windows of a series, as the member counts them that has most.</summary>
    public int CountWindows(ReadOnlyMemory<double> history)
    {
        ReadOnlyMemory<double> values = Transform.Apply(history);
        return Members.Max(member => member.Recipe.Windows(values).Count);
    }

    /// <summary>
    /// The model of one series: D² operations a window and recipe. It holds D² numbers a member, so make the models of many series one after
    /// another, rather than all at once.
    /// </summary>
    /// <param name="history">One channel, oldest first, NaN where missing; any length.</param>
    public ForecastModel Adapt(ReadOnlyMemory<double> history)
    {
        ReadOnlyMemory<double> values = Transform.Apply(history);
        WindowModel[] members = new WindowModel[Members.Count];
        foreach (IGrouping<WindowRecipe, int> alike in Enumerable.Range(0, Members.Count).GroupBy(i => Members[i].Recipe))
        {
            WindowRecipe recipe = alike.Key;
            Normalisation normalisation = recipe.For(values.Span);
            double[] past = LastPast(recipe, normalisation, values.Span);
            foreach (IGrouping<double, int> limited in alike.GroupBy(i => Members[i].Limit))
            {
                SeriesMoments moments = new SeriesSums(recipe.Shape.Dimension, limited.Key).Of(recipe.Windows(values));
                foreach (int i in limited)
                {
                    members[i] = Members[i].Adapt(moments, normalisation, past, Relevance);
                }
            }
        }

        return new ForecastModel(members, _weights, null, Transform);
    }

    /// <summary>The past that the next forecast starts from, normalised; empty when something of it is missing.</summary>
    private static double[] LastPast(WindowRecipe recipe, Normalisation normalisation, ReadOnlySpan<double> values)
    {
        WindowReader reader = new(recipe.Shape, normalisation);
        if (values.Length < reader.Reach)
        {
            return [];
        }

        double[] past = new double[recipe.Shape.PastDimension];
        reader.ReadPast(values[^reader.Reach..], past, new double[reader.Levels], new double[1]);
        return past.AsSpan().Contains(double.NaN) ? [] : past;
    }
}
