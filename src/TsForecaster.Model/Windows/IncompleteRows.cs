namespace TsForecaster.Model.Windows;

/// <summary>
/// The windows of a set that have missing values, those with the same ones side by side, since they share factorisations: patterns in
/// the order in which they first appear, and the windows of a pattern in theirs.
/// </summary>
internal sealed class IncompleteRows
{
    private const int BitsPerChar = 16;

    private readonly WindowSet _windows;
    private readonly double[] _origin;
    private readonly int[] _numbers;
    private readonly int[] _patternOf;

    /// <param name="origin">What is subtracted from every window.</param>
    public IncompleteRows(WindowSet windows, double[] origin)
    {
        (_windows, _origin) = (windows, origin);
        Dictionary<string, List<int>> patterns = [];
        List<List<int>> members = [];
        double[] window = new double[windows.Dimension];
        char[] mask = new char[(window.Length + BitsPerChar - 1) / BitsPerChar];
        for (int n = windows.CompleteCount; n < windows.Count; n++)
        {
            windows.CopyTo(n, window);
            Array.Clear(mask);
            int missing = 0;
            for (int i = 0; i < window.Length; i++)
            {
                if (double.IsNaN(window[i]))
                {
                    mask[i / BitsPerChar] |= (char)(1 << (i % BitsPerChar));
                    missing++;
                }
            }

            string pattern = new(mask);
            if (!patterns.TryGetValue(pattern, out List<int>? sharing))
            {
                members.Add(sharing = []);
                patterns.Add(pattern, sharing);
            }

            sharing.Add(n);
            MostUnknown = Math.Max(MostUnknown, missing + Levels);
        }

        _numbers = [.. members.SelectMany(sharing => sharing)];
        _patternOf = [.. members.SelectMany((sharing, pattern) => Enumerable.Repeat(pattern, sharing.Count))];
    }

    public int Count => _numbers.Length;

    public int Dimension => _windows.Dimension;

    /// <summary>Levels of a window that were measured on what was observed alone; number i of a window belongs to level i modulo this.</summary>
    public int Levels => _windows.FreeLevels;

    /// <summary>The most numbers that are unknown of a window, levels included.</summary>
    public int MostUnknown { get; }

    /// <summary>The number of a window in its set.</summary>
    public int Number(int index) => _numbers[index];

    /// <summary>Which windows have the same numbers missing.</summary>
    public int Pattern(int index) => _patternOf[index];

    /// <summary>Writes x − origin, NaN where missing.</summary>
    public void Read(int index, Span<double> destination) => Read(_windows, index, destination);

    /// <summary>The same with what is missing filled in from its neighbours in time.</summary>
    public void ReadFilled(int index, Span<double> destination) => Read(_windows.Filled, index, destination);

    private void Read(WindowSet windows, int index, Span<double> destination)
    {
        windows.CopyTo(_numbers[index], destination);
        for (int i = 0; i < Dimension; i++)
        {
            destination[i] -= _origin[i];
        }
    }
}
