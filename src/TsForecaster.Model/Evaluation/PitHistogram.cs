namespace TsForecaster.Model.Evaluation;

/// <summary>
/// Probability integral transforms F(y) of scored values, counted in a thousand equal bins from 0 to 1. They are uniform when the
/// forecasts are calibrated (Gneiting, Balabdaoui &amp; Raftery 2007). Not thread-safe.
/// </summary>
public sealed class PitHistogram
{
    /// <summary>Bins counted; what <see cref="Bins"/> gives joins as many of them as it needs to.</summary>
    public const int Resolution = 1000;

    private readonly long[] _counts = new long[Resolution];

    /// <summary>Values counted.</summary>
    public long Count { get; private set; }

    /// <param name="pit">0 … 1; NaN is passed over.</param>
    public void Add(double pit)
    {
        if (!double.IsNaN(pit))
        {
            _counts[Math.Min(Resolution - 1, (int)(pit * Resolution))]++;
            Count++;
        }
    }

    public void Merge(PitHistogram other)
    {
        for (int i = 0; i < Resolution; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>Counts in <paramref name="bins"/> equal bins, which must divide <see cref="Resolution"/>.</summary>
    public long[] Bins(int bins)
    {
        if (bins < 1 || Resolution % bins != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(bins), bins, $"{Resolution} bins cannot be joined to so many");
        }

        long[] joined = new long[bins];
        for (int i = 0; i < Resolution; i++)
        {
            joined[i / (Resolution / bins)] += _counts[i];
        }

        return joined;
    }

    /// <summary>
    /// The Kolmogorov-Smirnov distance from the uniform distribution, max |F_n(u) − u|, at the edges of the bins: at most
    /// 1 / <see cref="Resolution"/> below that of the values themselves. Null without values.
    /// </summary>
    public double? KolmogorovSmirnov()
    {
        double distance = 0.0;
        long below = 0;
        for (int i = 0; i < Resolution; i++)
        {
            below += _counts[i];
            distance = Math.Max(distance, Math.Abs(((double)below / Count) - ((i + 1.0) / Resolution)));
        }

        return Count > 0 ? distance : null;
    }

    /// <summary>The share of values within the central interval of a nominal level (0 … 1), to the width of a bin. Null without values.</summary>
    public double? CentralCoverage(double level)
    {
        int outside = (int)Math.Round(0.5 * (1.0 - level) * Resolution);
        long inside = 0;
        for (int i = outside; i < Resolution - outside; i++)
        {
            inside += _counts[i];
        }

        return Count > 0 ? (double)inside / Count : null;
    }
}
