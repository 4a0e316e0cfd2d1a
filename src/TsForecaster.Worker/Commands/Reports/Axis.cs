using System.Globalization;

namespace TsForecaster.Worker.Commands.Reports;

/// <summary>A range of values with ticks at round numbers: 1, 2 or 5 times a power of ten apart.</summary>
internal sealed record Axis
{
    private const double Grouped = 1e8;

    /// <param name="min">Below <paramref name="max"/>.</param>
    /// <param name="max">The other end.</param>
    /// <param name="ticks">About how many.</param>
    /// <param name="whole">Ticks at whole numbers only.</param>
    public Axis(double min, double max, int ticks = 5, bool whole = false)
    {
        (Min, Max) = (min, max);
        double rough = (max - min) / ticks;
        double power = Math.Pow(10.0, Math.Floor(Math.Log10(rough)));
        double step = power * (rough / power) switch { <= 1.0 => 1.0, <= 2.0 => 2.0, <= 5.0 => 5.0, _ => 10.0 };
        Step = whole ? Math.Max(1.0, Math.Ceiling(step)) : step;
    }

    public double Min { get; }

    public double Max { get; }

    /// <summary>From one tick to the next.</summary>
    public double Step { get; }

    /// <summary>What is put before and after a label.</summary>
    public (string Before, string After) Unit { get; init; } = ("", "");

    /// <summary>Worth of a label's one: 0.01 for percent.</summary>
    public double Worth { get; init; } = 1.0;

    public IEnumerable<double> Ticks
    {
        get
        {
            for (double n = Math.Ceiling((Min / Step) - 1e-9); n * Step <= Max + (1e-9 * Step); n++)
            {
                yield return n * Step;
            }
        }
    }

    /// <summary>Holds all finite values with a margin, or with zero at the bottom and a margin above.</summary>
    public static Axis Around(IEnumerable<double> values, bool fromZero = false)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        (double min, double max) = finite.Length > 0 ? (fromZero ? Math.Min(0.0, finite.Min()) : finite.Min(), finite.Max()) : (0.0, 1.0);
        double margin = 0.05 * (max - min);
        if (!(margin > 1e-12 * Math.Max(Math.Abs(min), Math.Abs(max))))
        {
            // All the same: somewhere in the middle.
            margin = max == 0.0 ? 1.0 : 0.5 * Math.Abs(max);
        }

        return new Axis(fromZero && min == 0.0 ? 0.0 : min - margin, max + margin);
    }

    /// <summary>As many decimals as tell two ticks apart.</summary>
    public string Label(double tick)
    {
        // Adding zero takes the sign off a negative zero.
        double value = Math.Round(tick / Step) * Step / Worth + 0.0;
        int decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(Step / Worth) + 1e-9));
        string text = Math.Max(Math.Abs(Min), Math.Abs(Max)) / Worth >= Grouped || decimals > 6
            ? value.ToString("0.##e0", CultureInfo.InvariantCulture)
            : value.ToString("N" + decimals, CultureInfo.InvariantCulture);
        return $"{Unit.Before}{(text.StartsWith('-') ? "−" + text[1..] : text)}{Unit.After}";
    }
}
