namespace TsForecaster.Worker.Observability;

/// <summary>
/// A measurement's labels, written where they are needed without allocating: counters sit on the path of every record. Says no to
/// what needs translating or does not fit, which <see cref="MetricNames.Labels"/> then does at leisure.
/// </summary>
internal static class MetricLabels
{
    public const int MostChars = 256;
    private const int MostTags = 8;

    /// <summary>Writes the same text as <see cref="MetricNames.Labels"/>.</summary>
    public static bool TryWrite(ReadOnlySpan<KeyValuePair<string, object?>> tags, Span<char> destination, out int length)
    {
        length = 0;
        if (tags.Length > MostTags)
        {
            return false;
        }

        Span<int> order = stackalloc int[MostTags];
        for (int i = 0; i < tags.Length; i++)
        {
            int at = i;
            for (; at > 0 && string.CompareOrdinal(tags[order[at - 1]].Key, tags[i].Key) >= 0; at--)
            {
                if (tags[order[at - 1]].Key == tags[i].Key)
                {
                    return false;
                }

                order[at] = order[at - 1];
            }

            order[at] = i;
        }

        for (int i = 0; i < tags.Length; i++)
        {
            (string name, object? value) = tags[order[i]];
            if ((i > 0 && !TryAppend(",", destination, ref length))
                || !IsPlain(name)
                || !TryAppend(name, destination, ref length)
                || !TryAppend("=\"", destination, ref length)
                || !TryAppendValue(value, destination, ref length)
                || !TryAppend("\"", destination, ref length))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPlain(string name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return name.Length > 0 && !char.IsAsciiDigit(name[0]);
    }

    private static bool TryAppendValue(object? value, Span<char> destination, ref int length)
    {
        switch (value)
        {
            case string text:
                return text.AsSpan().IndexOfAny('\\', '"', '\n') < 0 && TryAppend(text, destination, ref length);
            case int or long:
                bool fits = ((ISpanFormattable)value).TryFormat(destination[length..], out int written, default, null);
                length += written;
                return fits;
            default:
                return false;
        }
    }

    private static bool TryAppend(ReadOnlySpan<char> text, Span<char> destination, ref int length)
    {
        if (!text.TryCopyTo(destination[length..]))
        {
            return false;
        }

        length += text.Length;
        return true;
    }
}
