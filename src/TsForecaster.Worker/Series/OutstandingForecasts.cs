using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Series;

/// <summary>
/// Forecasts that wait for their cell to close: issue, wait, score, then learn. At most <paramref name="future"/> forecasts are
/// outstanding for a cell.
/// </summary>
/// <remarks>
/// They are most of what a series holds on to from step to step. Only their numbers are kept, those of a cell side by side, in memory that
/// is used again: as objects they outlived the garbage collector's young generations, which took more time than forecasting.
/// </remarks>
internal sealed class OutstandingForecasts(int future)
{
    // Horizon, flags, naive forecast, components, transform; then the components' weights, means and standard deviations.
    private const int Head = 5;
    private const int Published = 1, Corrected = 2;

    private readonly int[] _counts = new int[future];
    private readonly int[] _used = new int[future];
    private double[] _numbers = [];
    private int _stride;

    /// <summary>One earlier forecast of a cell.</summary>
    /// <param name="Published">Whether it is scored; else it only serves the surprise of the next step.</param>
    /// <param name="Naive">The seasonal naive forecast issued beside it.</param>
    /// <param name="Corrected">Whether the marginal is one that live scores have corrected.</param>
    internal readonly record struct Entry(int Horizon, bool Published, UnivariateMixture Marginal, double Naive, bool Corrected);

    /// <summary>Adds a forecast from the newest step: for a cell, horizons come in descending order.</summary>
    public void Add(long targetStep, in Entry entry)
    {
        int cell = Cell(targetStep), components = entry.Marginal.Weights.Length;
        int length = Head + (3 * components);
        if (_used[cell] + length > _stride)
        {
            Widen(_used[cell] + length);
        }

        Span<double> record = _numbers.AsSpan((cell * _stride) + _used[cell], length);
        (record[0], record[1], record[2], record[3], record[4]) = (entry.Horizon, Flags(entry), entry.Naive, components, (int)entry.Marginal.Transform);
        entry.Marginal.Weights.CopyTo(record[Head..]);
        entry.Marginal.Means.CopyTo(record[(Head + components)..]);
        entry.Marginal.StandardDeviations.CopyTo(record[(Head + (2 * components))..]);
        _used[cell] += length;
        _counts[cell]++;
    }

    /// <summary>The forecasts of a cell, by ascending horizon; their marginals are good until more forecasts are added.</summary>
    public IReadOnlyList<Entry> Of(long targetStep)
    {
        Entry[] entries = InOrder(Cell(targetStep));
        Array.Reverse(entries);
        return entries;
    }

    public void Forget(long targetStep) => Clear(Cell(targetStep));

    public void Clear()
    {
        for (int cell = 0; cell < future; cell++)
        {
            Clear(cell);
        }
    }

    public void Write(BinaryWriter writer)
    {
        for (int cell = 0; cell < future; cell++)
        {
            writer.Write(_counts[cell]);
            foreach (Entry entry in InOrder(cell))
            {
                writer.Write(entry.Horizon);
                writer.Write(Flags(entry));
                writer.Write(entry.Naive);
                MixtureBytes.Write(writer, entry.Marginal);
            }
        }
    }

    public static OutstandingForecasts Read(BinaryReader reader, int future)
    {
        OutstandingForecasts outstanding = new(future);
        for (int cell = 0; cell < future; cell++)
        {
            for (int left = reader.ReadInt32(); left > 0; left--)
            {
                (int horizon, int flags, double naive) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble());
                outstanding.Add(cell, Of(horizon, flags, MixtureBytes.Read(reader), naive));
            }
        }

        return outstanding;
    }

    private static int Flags(in Entry entry) => (entry.Published ? Published : 0) | (entry.Corrected ? Corrected : 0);

    private static Entry Of(int horizon, int flags, UnivariateMixture marginal, double naive) =>
        new(horizon, (flags & Published) != 0, marginal, naive, (flags & Corrected) != 0);

    private int Cell(long targetStep) => (int)(targetStep % future);

    private void Clear(int cell) => (_counts[cell], _used[cell]) = (0, 0);

    private Entry[] InOrder(int cell)
    {
        Entry[] entries = new Entry[_counts[cell]];
        int start = cell * _stride;
        for (int i = 0; i < entries.Length; i++)
        {
            int components = (int)_numbers[start + 3];
            ReadOnlyMemory<double> numbers = _numbers.AsMemory(start + Head, 3 * components);
            UnivariateMixture marginal = UnivariateMixture.Over(
                numbers[..components], numbers.Slice(components, components), numbers[(2 * components)..], (ValueTransform)(int)_numbers[start + 4]);
            entries[i] = Of((int)_numbers[start], (int)_numbers[start + 1], marginal, _numbers[start + 2]);
            start += Head + (3 * components);
        }

        return entries;
    }

    private void Widen(int needed)
    {
        int stride = Math.Max(needed, 2 * _stride);
        double[] numbers = new double[future * stride];
        for (int cell = 0; cell < future; cell++)
        {
            _numbers.AsSpan(cell * _stride, _used[cell]).CopyTo(numbers.AsSpan(cell * stride));
        }

        (_numbers, _stride) = (numbers, stride);
    }
}
