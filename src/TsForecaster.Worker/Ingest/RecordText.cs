using System.Text;

namespace TsForecaster.Worker.Ingest;

/// <summary>Bytes of a record inside a message.</summary>
internal static class RecordText
{
    private const int Shown = 60;

    /// <summary>The text in quotes, shortened, with what is not printable replaced.</summary>
    public static string Quote(ReadOnlySpan<byte> text)
    {
        string shown = Encoding.UTF8.GetString(text.Length > Shown ? text[..Shown] : text);
        var quoted = new StringBuilder(shown.Length + 3).Append('\'');
        foreach (char c in shown) quoted.Append(char.IsControl(c) ? '\uFFFD' : c);
        return quoted.Append(text.Length > Shown ? "…'" : "'").ToString();
    }
}
