using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Series;

/// <summary>
/// Forecasts that wait for their cell to close: issue, wait, score, then learn. At most <paramref name="future"/> forecasts are
/// outstanding for a cell.
/// </summary>
internal sealed class OutstandingForecasts(int future)
{
    private readonly List<Entry>[] _byTarget = [.. Enumerable.Range(0, future).Select(_ => new List<Entry>())];

    /// <summary>One earlier forecast of a cell.</summary>
    /// <param name="Published">Whether it is scored; else it only serves the surprise of the next step.</param>
    /// <param name="Naive">The seasonal naive forecast issued beside it.</param>
    internal readonly record struct Entry(int Horizon, bool Published, UnivariateMixture Marginal, double Naive);

    public void Add(long targetStep, Entry entry) => _byTarget[targetStep % future].Add(entry);

    /// <summary>The forecasts of a cell, by ascending horizon; valid until <see cref="Forget"/>.</summary>
    public IReadOnlyList<Entry> Of(long targetStep)
    {
        List<Entry> entries = _byTarget[targetStep % future];
        entries.Sort(static (a, b) => a.Horizon.CompareTo(b.Horizon));
        return entries;
    }

    public void Forget(long targetStep) => _byTarget[targetStep % future].Clear();

    public void Clear()
    {
        foreach (List<Entry> entries in _byTarget)
        {
            entries.Clear();
        }
    }

    public void Write(BinaryWriter writer)
    {
        foreach (List<Entry> entries in _byTarget)
        {
            writer.Write(entries.Count);
            foreach (Entry entry in entries)
            {
                writer.Write(entry.Horizon);
                writer.Write(entry.Published);
                writer.Write(entry.Naive);
                writer.Write(entry.Marginal.Weights.Length);
                WriteAll(writer, entry.Marginal.Weights);
                WriteAll(writer, entry.Marginal.Means);
                WriteAll(writer, entry.Marginal.StandardDeviations);
            }
        }
    }

    public static OutstandingForecasts Read(BinaryReader reader, int future)
    {
        OutstandingForecasts outstanding = new(future);
        foreach (List<Entry> entries in outstanding._byTarget)
        {
            for (int left = reader.ReadInt32(); left > 0; left--)
            {
                (int horizon, bool published, double naive) = (reader.ReadInt32(), reader.ReadBoolean(), reader.ReadDouble());
                int components = reader.ReadInt32();
                UnivariateMixture marginal = new(ReadAll(reader, components), ReadAll(reader, components), ReadAll(reader, components));
                entries.Add(new Entry(horizon, published, marginal, naive));
            }
        }

        return outstanding;
    }

    private static void WriteAll(BinaryWriter writer, ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            writer.Write(value);
        }
    }

    private static double[] ReadAll(BinaryReader reader, int count)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = reader.ReadDouble();
        }

        return values;
    }
}
