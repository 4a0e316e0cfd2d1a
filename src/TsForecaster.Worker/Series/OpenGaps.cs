namespace TsForecaster.Worker.Series;

/// <summary>
/// Missing cells that wait to be filled. A cell is due once <paramref name="future"/> cells after the end of its gap are closed, so
/// that its window knows both sides; but no later than <paramref name="patience"/> cells after it, beyond which a window that still holds it
/// would know nothing from before it.
/// </summary>
internal sealed class OpenGaps(int future, int patience)
{
    // In the order of steps, which is that of the times at which they are due.
    private readonly List<Gap> _gaps = [];
    private bool _open;

    private readonly record struct Gap(long Step, long Due);

    /// <summary>Takes note of a closed cell; steps count up by one.</summary>
    /// <returns>The missing steps that are due with it, ascending.</returns>
    public IReadOnlyList<long> Close(long step, bool missing)
    {
        if (missing)
        {
            _gaps.Add(new Gap(step, step + patience));
        }
        else if (_open)
        {
            for (int i = 0; i < _gaps.Count; i++)
            {
                _gaps[i] = _gaps[i] with { Due = Math.Min(_gaps[i].Due, step + future - 1) };
            }
        }

        _open = missing;
        int due = _gaps.FindIndex(gap => gap.Due > step) is >= 0 and var first ? first : _gaps.Count;
        if (due == 0)
        {
            return [];
        }

        long[] steps = [.. _gaps.Take(due).Select(gap => gap.Step)];
        _gaps.RemoveRange(0, due);
        return steps;
    }

    public void Clear()
    {
        _gaps.Clear();
        _open = false;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(_open);
        writer.Write(_gaps.Count);
        foreach (Gap gap in _gaps)
        {
            writer.Write(gap.Step);
            writer.Write(gap.Due);
        }
    }

    public static OpenGaps Read(BinaryReader reader, int future, int patience)
    {
        OpenGaps gaps = new(future, patience) { _open = reader.ReadBoolean() };
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            gaps._gaps.Add(new Gap(reader.ReadInt64(), reader.ReadInt64()));
        }

        return gaps;
    }
}
