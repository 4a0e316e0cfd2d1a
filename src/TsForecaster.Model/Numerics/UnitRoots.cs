namespace TsForecaster.Model.Numerics;

/// <summary>
/// exp(−2πi j/n), the factors of discrete Fourier transforms, each part within 2⁻⁵² of its value. Taylor series on an eighth of the circle and
/// symmetry for the rest: only sums and products, which every machine rounds alike, where the C library's sine is its own.
/// </summary>
internal static class UnitRoots
{
    private const int LastTerm = 17;

    /// <param name="n">A multiple of eight.</param>
    public static (double Cosine, double MinusSine) At(int j, int n)
    {
        int eighth = n / 8, octant = j / eighth, rest = j % eighth;
        (double c, double s) = (octant & 1) == 0 ? Small(rest, n) : Swap(Small(eighth - rest, n));
        return (octant >> 1) switch
        {
            0 => (c, -s),
            1 => (-s, -c),
            2 => (-c, s),
            _ => (s, c),
        };
    }

    private static (double Cosine, double Sine) Swap((double Cosine, double Sine) root) => (root.Sine, root.Cosine);

    /// <summary>For angles up to π/4.</summary>
    private static (double Cosine, double Sine) Small(int j, int n)
    {
        double x = 2.0 * Math.PI * j / n, square = x * x, cosine = 0.0, sine = 0.0;

        // Horner: each step divides by the next two factors of the factorial.
        for (int k = LastTerm; k >= 3; k -= 2)
        {
            sine = (1.0 + sine) * -square / (k * (k - 1));
            cosine = (1.0 + cosine) * -square / ((k - 1) * (k - 2));
        }

        return (1.0 + cosine, x + (x * sine));
    }
}
