using System.CommandLine;
using System.Globalization;
using System.Text;
using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Commands;

/// <summary>
/// <c>sample</c>: windows drawn from a model's joint density, one a row, as CSV: the component, then the past (…, −1, 0) and the
/// future (1, 2, …). Normalised units: a window of a centred model is relative to the level of its past.
/// </summary>
internal static class SampleCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> file = Arguments.ModelFile();
        Option<int> count = new("--count") { Description = "Windows to draw", HelpName = "N", DefaultValueFactory = _ => 10 };
        Option<long> seed = new("--seed") { Description = "The same seed draws the same windows", HelpName = "S", DefaultValueFactory = _ => 1 };
        Option<int> member = new("--member") { Description = "Which density of an ensemble", HelpName = "I", DefaultValueFactory = _ => 1 };
        Command command = new("sample", "Draw windows from a model's joint density, as CSV in normalised units") { file, count, seed, member };
        command.SetAction(parsed =>
        {
            int rows = Arguments.AtLeast(1, "--count", parsed.GetValue(count));
            long start = parsed.GetValue(seed) >= 0 ? parsed.GetValue(seed) : throw new UsageException($"--seed {parsed.GetValue(seed)}: at least 0 is allowed");
            WindowModel chosen = Models.Member(Models.Load(parsed.GetValue(file)!), parsed.GetValue(member));
            Write(terminal.Output, chosen, rows, (ulong)start);
            return CommandLine.Ok;
        });
        return command;
    }

    private static void Write(TextWriter output, WindowModel model, int count, ulong seed)
    {
        IEnumerable<string> names =
            from step in model.Shape.Lags.Select(lag => 1 - lag).Concat(Enumerable.Range(1, model.Shape.Future))
            from channel in Enumerable.Range(0, model.Shape.Channels)
            select model.Shape.Channels == 1 ? $"{step}" : $"{step}/{channel}";
        output.WriteLine($"component,{string.Join(',', names)}");
        (double[] drawn, int[] components) = model.Mixture.Sample(count, seed);
        StringBuilder line = new();
        for (int n = 0; n < count; n++)
        {
            line.Clear().Append(components[n]);
            foreach (double value in drawn.AsSpan(n * model.Shape.Dimension, model.Shape.Dimension))
            {
                line.Append(',').Append(value.ToString("R", CultureInfo.InvariantCulture));
            }

            output.WriteLine(line);
        }
    }
}
