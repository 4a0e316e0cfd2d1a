namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Two predictive distributions of a value as one, (1 − w)·first + w·second (Stone 1961), with w learned from values as they come: the share of them that
/// the second is answerable for, as EM would find it, one value at a time with old ones forgotten (Titterington 1984). Not thread-safe.
/// </summary>
public sealed class LinearPool
{
    /// <summary>The share that it begins with.</summary>
    private const double FirstShare = 0.02;

    private double _first;
    private double _second;

    /// <summary>w.</summary>
    public double Share => (_second + (Forgetting.Prior * FirstShare)) / (_first + _second + Forgetting.Prior);

    /// <summary>The components of the first, then those of the second; both of the same transform.</summary>
    public UnivariateMixture Apply(UnivariateMixture first, UnivariateMixture second)
    {
        double share = Share;
        return new UnivariateMixture(
            [.. first.Weights.ToArray().Select(weight => (1.0 - share) * weight), .. second.Weights.ToArray().Select(weight => share * weight)],
            [.. first.Means, .. second.Means],
            [.. first.StandardDeviations, .. second.StandardDeviations],
            first.Transform);
    }

    /// <summary>Learns from a value for which a pool was issued.</summary>
    /// <param name="pool">What <see cref="Apply"/> gave.</param>
    /// <param name="components">Of the first.</param>
    /// <param name="value">As recorded.</param>
    /// <param name="rounding">What it was rounded to: all values that round to it count. 0 for not at all: its density does.</param>
    public void Observe(UnivariateMixture pool, int components, double value, double rounding)
    {
        double first = Likelihood(pool.Part(0, components), value, rounding);
        double second = Likelihood(pool.Part(components, pool.Weights.Length - components), value, rounding);
        double responsibility = second / (first + second);
        if (double.IsNaN(responsibility))
        {
            return;
        }

        (_first, _second) = ((Forgetting.Keep * _first) + 1.0 - responsibility, (Forgetting.Keep * _second) + responsibility);
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(_first);
        writer.Write(_second);
    }

    public static LinearPool Read(BinaryReader reader) => new() { _first = reader.ReadDouble(), _second = reader.ReadDouble() };

    /// <summary>Times its weight in the pool.</summary>
    private static double Likelihood(UnivariateMixture part, double value, double rounding)
    {
        if (!(rounding > 0.0))
        {
            return Math.Exp(part.LogDensity(value));
        }

        // From the nearer tail, where differences of probabilities are not lost beside one.
        double below = value - (0.5 * rounding), above = value + (0.5 * rounding);
        return part.Cdf(value) < part.ProbabilityAbove(value) ? part.Cdf(above) - part.Cdf(below) : part.ProbabilityAbove(below) - part.ProbabilityAbove(above);
    }
}
