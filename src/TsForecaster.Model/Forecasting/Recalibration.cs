using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Corrects predictive distributions by where values fell in earlier ones (a conformal predictive distribution, Vovk et al. 2017, with
/// old values forgotten; a recalibration of quantiles, Kuleshov et al. 2018). A distribution is cut into cells of fixed probability;
/// each becomes a Gaussian at its middle, as heavy as the share of values that fell into the cell lately. With no values yet the shares
/// are the cells' own, and the distribution stays what it was but for being made of pieces. Not thread-safe.
/// </summary>
/// <remarks>
/// The components of a corrected distribution lie at known quantiles of the uncorrected one, so that the place of a value in the latter
/// is read off the former: nothing else need be kept until the value is known.
/// </remarks>
public sealed class Recalibration
{
    /// <summary>How far a value's weight is spread, in cells: neighbours learn together.</summary>
    private const double Bandwidth = 1.0;

    /// <summary>A component's deviation in widths of its cell: neighbours flow together.</summary>
    private const double Overlap = 0.5;

    // Middles of the cells in standard normal units, symmetric about zero: fine where most values fall, coarse out to six deviations.
    private static readonly double[] Middles = [.. Half().Reverse().Select(z => -z), .. Half()];
    private static readonly double[] Own = Shares();
    private static readonly QuantileLevels Levels = new([.. Middles.Select(StandardNormal.Cdf)]);

    private readonly double[] _evidence = new double[Middles.Length];

    /// <summary>Components of a corrected distribution.</summary>
    public static int Cells => Middles.Length;

    /// <summary>What a distribution becomes.</summary>
    public UnivariateMixture Apply(UnivariateMixture raw)
    {
        double[] weights = new double[Cells], means = new double[Cells], deviations = new double[Cells];
        QuantileSearch.Find(raw.Inside, Levels, means);
        double sum = 0.0;
        for (int i = 0; i < Cells; i++)
        {
            weights[i] = _evidence[i] + (Forgetting.Prior * Own[i]);
            sum += weights[i];
            deviations[i] = Overlap * 0.5 * (means[Math.Min(i + 1, Cells - 1)] - means[Math.Max(i - 1, 0)]) * (i == 0 || i == Cells - 1 ? 2.0 : 1.0);
        }

        for (int i = 0; i < Cells; i++)
        {
            weights[i] /= sum;
        }

        return new UnivariateMixture(weights, means, deviations, raw.Transform);
    }

    /// <summary>Learns from a value for which a distribution, corrected by an earlier state of this, was issued.</summary>
    /// <param name="corrected">Its first <see cref="Cells"/> components count, whatever it was pooled with.</param>
    /// <param name="value">That it was about.</param>
    public void Observe(UnivariateMixture corrected, double value)
    {
        double place = Place(corrected.Means[..Cells], corrected.Transform == Windows.ValueTransform.Log ? Math.Log(value) : value);
        if (double.IsNaN(place))
        {
            return;
        }

        double sum = 0.0;
        Span<double> kernel = stackalloc double[Cells];
        for (int i = 0; i < Cells; i++)
        {
            double distance = (place - i) / Bandwidth;
            kernel[i] = Math.Exp(-0.5 * distance * distance);
            sum += kernel[i];
        }

        for (int i = 0; i < Cells; i++)
        {
            _evidence[i] = (Forgetting.Keep * _evidence[i]) + (kernel[i] / sum);
        }
    }

    public void Write(BinaryWriter writer)
    {
        foreach (double evidence in _evidence)
        {
            writer.Write(evidence);
        }
    }

    public static Recalibration Read(BinaryReader reader)
    {
        Recalibration recalibration = new();
        for (int i = 0; i < Cells; i++)
        {
            recalibration._evidence[i] = reader.ReadDouble();
        }

        return recalibration;
    }

    /// <summary>The cell that a value lies in, as a number between the cells' own where it lies between their middles; within a jump, its middle.</summary>
    private static double Place(ReadOnlySpan<double> quantiles, double value)
    {
        if (double.IsNaN(value))
        {
            return double.NaN;
        }

        int below = 0, notAbove = 0;
        foreach (double quantile in quantiles)
        {
            below += quantile < value ? 1 : 0;
            notAbove += quantile <= value ? 1 : 0;
        }

        return notAbove > below ? 0.5 * (below + notAbove - 1)
            : below == 0 || below == Cells ? Math.Min(below, Cells - 1)
            : below - 1 + ((value - quantiles[below - 1]) / (quantiles[below] - quantiles[below - 1]));
    }

    /// <summary>The middles above zero: by a half more each up to a quarter of a deviation apart, by a half of one beyond three.</summary>
    private static IEnumerable<double> Half()
    {
        for (double z = 0.004, width = 0.004; z < 6.0; z += width)
        {
            yield return z;
            width = z < 3.0 ? Math.Min(1.5 * width, 0.25) : 0.5;
        }
    }

    /// <summary>The probability of each cell, whose edges lie halfway between middles; the outermost have the tails.</summary>
    private static double[] Shares()
    {
        double[] shares = new double[Middles.Length];
        double before = 0.0;
        for (int i = 0; i < shares.Length; i++)
        {
            double through = i + 1 < shares.Length ? StandardNormal.Cdf(0.5 * (Middles[i] + Middles[i + 1])) : 1.0;
            (shares[i], before) = (through - before, through);
        }

        return shares;
    }
}
