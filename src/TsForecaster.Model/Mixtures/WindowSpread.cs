using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// Mean square of the numbers in a set's windows, and their mean variance about the mean window. Numbers further from the typical
/// window than <see cref="Reach"/> times what a tenth of all numbers reach (to a power of two) count as if they lay there: a spike
/// that would drown everything else does not set the scale, and without one nothing is changed. At most
/// <see cref="MaxNumbers"/> numbers or so are looked at, in windows spread evenly.
/// </summary>
internal readonly record struct WindowSpread(double MeanSquare, double Variance)
{
    private const double Reach = 1024.0;
    private const int Tenth = 10;
    private const long MaxNumbers = 1 << 19;
    private const int MantissaBits = 52;
    private const int Exponents = 2048;
    private const int ExponentBias = 1023;

    public static WindowSpread Of(WindowSet windows)
    {
        int step = (int)Math.Max(1, (long)windows.Count * windows.Dimension / MaxNumbers);
        double[] typical = TypicalValues.OfWindows(windows);
        double limit = Limit(windows, step, typical);
        double[] window = new double[windows.Dimension], sums = new double[windows.Dimension];
        double meanSquare = 0.0, squares = 0.0;
        int count = 0;
        for (int n = 0; n < windows.Count; n += step, count++)
        {
            windows.CopyTo(n, window);
            for (int i = 0; i < window.Length; i++)
            {
                double d = Math.Clamp(window[i] - typical[i], -limit, limit);
                double x = typical[i] + d;
                meanSquare += x * x;
                squares += d * d;
                sums[i] += d;
            }
        }

        foreach (double sum in sums)
        {
            squares -= sum * sum / count;
        }

        double numbers = (double)count * windows.Dimension;
        return new WindowSpread(meanSquare / numbers, Math.Max(0.0, squares) / numbers);
    }

    /// <summary>How far from the typical window a number may lie; no limit when fewer than a tenth of the numbers differ from it.</summary>
    private static double Limit(WindowSet windows, int step, double[] typical)
    {
        int[] counts = new int[Exponents];
        double[] window = new double[windows.Dimension];
        int all = 0;
        for (int n = 0; n < windows.Count; n += step)
        {
            windows.CopyTo(n, window);
            for (int i = 0; i < window.Length; i++)
            {
                long bits = BitConverter.DoubleToInt64Bits(window[i] - typical[i]) & long.MaxValue;
                counts[bits >> MantissaBits]++;
            }

            all += window.Length;
        }

        int exponent = Exponents - 1;
        for (int reached = counts[exponent]; (long)reached * Tenth < all; reached += counts[exponent])
        {
            exponent--;
        }

        // Numbers of this exponent lie below 2^(exponent − bias + 1); what overflows is no limit either.
        return exponent == 0 ? double.PositiveInfinity : Reach * Math.ScaleB(1.0, exponent - ExponentBias + 1);
    }
}
