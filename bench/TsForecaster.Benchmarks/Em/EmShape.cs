using System.Globalization;

namespace TsForecaster.Benchmarks.Em;

/// <summary>N windows of dimension D, K components.</summary>
internal sealed record EmShape(int N, int D, int K)
{
    public static EmShape[] Standard { get; } = [new(2000, 48, 8), new(10000, 50, 16), new(10000, 96, 8), new(50000, 128, 8)];

    /// <summary>Values of a series that the windows cover.</summary>
    public int Values => N + D - 1;

    public static EmShape Parse(string text)
    {
        int[] numbers = Array.ConvertAll(text.Split(','), part => int.Parse(part, CultureInfo.InvariantCulture));
        return numbers.Length == 3 && Array.TrueForAll(numbers, number => number > 0)
            ? new EmShape(numbers[0], numbers[1], numbers[2])
            : throw new FormatException($"'{text}' is not a shape; write N,D,K as in 10000,50,16");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{N},{D},{K}");
}
