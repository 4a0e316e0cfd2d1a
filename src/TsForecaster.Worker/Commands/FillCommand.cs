using System.CommandLine;
using System.Globalization;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Commands.Csv;

namespace TsForecaster.Worker.Commands;

/// <summary>
/// <c>fill</c>: model file + CSV → what its empty cells are likely to have held, given the rows before and after them, as CSV. A gap is filled
/// as the service does it: from the window that ends F rows after the gap, or with the file.
/// </summary>
internal static class FillCommand
{
    private static readonly double[] Quantiles = [0.10, 0.50, 0.90];

    public static Command Create(Terminal terminal)
    {
        Argument<string> file = Arguments.ModelFile();
        TableArguments source = new();
        Command command = new("fill", "Fill the empty cells of a CSV file from both sides, as CSV") { file, source };
        command.SetAction(async (parsed, stop) =>
        {
            TableRequest request = source.Of(parsed);
            ForecastModel model = Models.Load(parsed.GetValue(file)!);
            SeriesTable table = request.Read();
            table.WarnOfUnevenTimes(terminal.Error);
            Models.CheckChannels(model, table.Columns.Count);
            CovariateSource known = CovariateSource.Of(model);
            double[] effects = model.Covariates?.Along(known.Rows(table, request.Read(known.Known))) ?? [];
            List<string> lines = await terminal.WithProgressAsync("filling", share => Fill(model, table, effects, share, stop), stop);
            terminal.Output.WriteLine($"series,row,{(table.Times is null ? "" : "time,")}mean,sd,p10,p50,p90");
            lines.ForEach(terminal.Output.WriteLine);
            int empty = table.Columns.Sum(column => column.Count(double.IsNaN));
            if (lines.Count < empty)
            {
                terminal.Error.WriteLine($"tsforecaster: warning: {table.File}: {empty - lines.Count} of {empty} empty cells have nothing observed near them{(known.IsEmpty ? "" : ", or not all of what the model wants to be known of their row")}, and were left");
            }

            return CommandLine.Ok;
        });
        return command;
    }

    private static List<string> Fill(ForecastModel model, SeriesTable table, double[] effects, IProgress<double> share, CancellationToken stop)
    {
        GapFiller filler = GapFiller.Economical(model);
        List<string> lines = [];
        for (int first = 0; first < table.Columns.Count; first += model.Channels)
        {
            ReadOnlyMemory<double> history = JoinedHistory.Of([.. table.Columns.Skip(first).Take(model.Channels).Select(column => new ReadOnlyMemory<double>(column))]);
            for (int channel = 0; channel < model.Channels; channel++)
            {
                int column = first + channel;
                foreach ((int from, int to) in Gaps(table.Columns[column]))
                {
                    stop.ThrowIfCancellationRequested();
                    Add(lines, filler, history, effects, channel, table, column, from, to);
                    share.Report((column + ((double)to / table.Rows)) / table.Columns.Count);
                }
            }
        }

        return lines;
    }

    /// <summary>Rows of a gap, the last one not included.</summary>
    private static IEnumerable<(int From, int To)> Gaps(double[] values)
    {
        for (int from = 0; from < values.Length; from++)
        {
            int to = from;
            while (to < values.Length && double.IsNaN(values[to]))
            {
                to++;
            }

            if (to > from)
            {
                yield return (from, to);
                from = to;
            }
        }
    }

    private static void Add(List<string> lines, GapFiller filler, ReadOnlyMemory<double> history, double[] effects, int channel, SeriesTable table, int column, int from, int to)
    {
        ForecastModel model = filler.Model;
        int end = Math.Min(table.Rows, to + model.Future);
        int[] back = [.. Enumerable.Range(from, to - from).Select(row => end - 1 - row)];
        int begin = Math.Max(0, end - (model.Reach + model.Future + back[0]));
        UnivariateMixture?[] filled = filler.Fill(history.Span[(begin * model.Channels)..(end * model.Channels)], back, channel, effects.Length == 0 ? default : effects.AsSpan(begin..end));
        for (int i = 0; i < filled.Length; i++)
        {
            if (filled[i] is { } density)
            {
                int row = from + i;
                double[] numbers = [density.Mean, density.StandardDeviation, .. Quantiles.Select(density.Quantile)];
                string time = table.Times is { } times ? $"{DateTimeOffset.UnixEpoch.AddTicks(times[row] / 100):yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'}," : "";
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{ForecastRows.Quote(table.Names[column])},{row + 1},{time}{string.Join(',', numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)))}"));
            }
        }
    }
}
