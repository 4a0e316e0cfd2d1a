using System.Globalization;
using CsvHelper;

namespace TsForecaster.Worker.Commands.Csv;

/// <summary>The rows of a CSV file (RFC 4180, comma, one header line, UTF-8) one after the other. Blank lines are skipped.</summary>
internal sealed class CsvRows : IDisposable
{
    private readonly CsvReader _reader;

    /// <exception cref="FailureException">The file cannot be opened or has no header.</exception>
    public CsvRows(string file)
    {
        File = file;
        try
        {
            _reader = CsvReader.FromFile(file, new CsvReaderOptions { Separator = ',', TrimWhitespace = true, TrackLineNumbers = true, MalformedData = CsvMalformedDataHandling.Throw });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FailureException($"{file} does not exist", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"{file} cannot be read: {e.Message}", e);
        }

        Guarded(() => _reader.ReadHeader());
        Header = [.. _reader.Headers];
        if (Header.Count == 0)
        {
            _reader.Dispose();
            throw new FailureException($"{file} is empty; a header line and rows of values are needed");
        }
    }

    public string File { get; }

    public IReadOnlyList<string> Header { get; }

    /// <summary>Line of the file that the current row starts on, from 1 for the header.</summary>
    public long Line { get; private set; }

    /// <summary>The current row's cells.</summary>
    public string[] Cells { get; private set; } = [];

    public bool Read()
    {
        bool more = false;
        Guarded(() => more = _reader.Read());
        if (!more)
        {
            return false;
        }

        Line = _reader.LineNumber;
        Cells = new string[_reader.FieldCount];
        for (int i = 0; i < Cells.Length; i++)
        {
            Cells[i] = _reader.GetString(i);
        }

        return true;
    }

    /// <summary>Where a named column is.</summary>
    /// <exception cref="FailureException">No column has the name, or several have.</exception>
    public int Column(string name)
    {
        int[] found = [.. Enumerable.Range(0, Header.Count).Where(i => Header[i] == name)];
        return found.Length switch
        {
            1 => found[0],
            0 => throw new FailureException($"{File} has no column \"{name}\"; its columns are {string.Join(", ", Header)}"),
            _ => throw new FailureException($"{File} has {found.Length} columns \"{name}\"; names must differ"),
        };
    }

    /// <summary>A cell as a number; an empty cell is a missing value, NaN.</summary>
    /// <exception cref="FailureException">Text, NaN, an infinity, or more than <see cref="Tick.LargestValue"/>.</exception>
    public double Number(int column)
    {
        string text = Cells[column];
        if (text.Length == 0)
        {
            return double.NaN;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number))
        {
            throw Bad(column, $"\"{text}\" is not a finite number (leave the cell empty for a missing value)");
        }

        return Math.Abs(number) <= Tick.LargestValue ? number : throw Bad(column, $"\"{text}\" is beyond ±{Tick.LargestValue:R}; use a larger unit");
    }

    public FailureException Bad(int column, string what) =>
        new($"{File}: line {Line}, column {(column < Header.Count ? $"\"{Header[column]}\"" : column + 1)}: {what}");

    public void Dispose() => _reader.Dispose();

    private void Guarded(Action read)
    {
        try
        {
            read();
        }
        catch (CsvFormatException e)
        {
            throw new FailureException($"{File}: line {e.LineNumber}: {e.Message}", e);
        }
    }
}
