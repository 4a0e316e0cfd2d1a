using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Commands;

/// <summary>Options that several commands share, so that they are named, described and checked alike.</summary>
internal static class Arguments
{
    /// <summary>What a search may cost, in 10⁹ operations. Seconds stand for what two cores do in them.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public static double Budget(string? text)
    {
        const double OperationsASecond = 20.0;
        if (text is null)
        {
            return new SelectionTask { Future = 1 }.Budget;
        }

        bool seconds = text.EndsWith('s');
        return double.TryParse(seconds ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0.0 && double.IsFinite(value)
            ? value * (seconds ? OperationsASecond : 1.0)
            : throw new UsageException($"--budget {text}: expected seconds such as 60s, or a number above zero");
    }

    public static Option<string[]> Model() => new("--model")
    {
        Description = $"Settings of the mixture: {ModelArguments.Help}",
        HelpName = "KEY=VALUE …",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    private const string JointNeedsMixture = "--joint needs a mixture that is given, such as --past 48 --model components=1: the search chooses for columns by themselves";

    /// <exception cref="UsageException">The mixture of columns together is left to a search, or centred on a mean that only one column has.</exception>
    public static void CheckJoint(bool auto, ModelSettings settings)
    {
        if (auto || settings.Centring == Centring.History)
        {
            throw new UsageException(auto ? JointNeedsMixture : "--joint cannot be used with centring=history, which is the mean of one column");
        }
    }

    public static Option<bool> Joint() => new("--joint")
    {
        Description = "The columns are the channels of one series: windows hold them all, and each is forecast from the pasts of all. Needs --past or --model components=K",
    };

    public static Option<string?> Budget() => new("--budget")
    {
        Description = "What the search for settings may cost: 60s for about so long on two cores, or a number of 10⁹ operations; the same budget tries the same candidates everywhere",
        HelpName = "BUDGET",
    };

    public static Argument<string> ModelFile() => new("MODEL") { Description = "A model file that fit wrote" };

    /// <exception cref="UsageException">A name is empty or named twice.</exception>
    public static IReadOnlyList<string> Columns(string text, string option = "--values")
    {
        string[] names = text.Split(',', StringSplitOptions.TrimEntries);
        return names.Any(name => name.Length == 0) || names.Distinct(StringComparer.Ordinal).Count() != names.Length
            ? throw new UsageException($"{option} {text}: expected different column names with commas between them")
            : names;
    }

    /// <summary>A number that is a setting of the service's <c>Model</c> too, with the range that it has there.</summary>
    /// <exception cref="UsageException">It is outside.</exception>
    public static int OfModel(string setting, string option, int number)
    {
        RangeAttribute range = typeof(ModelSettings).GetProperty(setting)!.GetCustomAttribute<RangeAttribute>()!;
        return Within((int)range.Minimum, (int)range.Maximum, option, number);
    }

    /// <summary>Says that a budget is of no use, where one is given and nothing is searched for.</summary>
    public static void WarnOfBudget(Terminal terminal, string? budget, string why)
    {
        if (budget is not null)
        {
            terminal.Error.WriteLine($"tsforecaster: warning: --budget {budget} bounds a search, and {why}");
        }
    }

    /// <exception cref="UsageException">The number is outside.</exception>
    public static int Within(int least, int most, string option, int number) =>
        number >= least && number <= most ? number : throw new UsageException($"{option} {number}: {least} to {most} is allowed");

    public static int AtLeast(int least, string option, int number) =>
        number >= least ? number : throw new UsageException($"{option} {number}: at least {least} is allowed");
}
