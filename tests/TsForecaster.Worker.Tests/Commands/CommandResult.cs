using TsForecaster.Worker.Commands;
using Xunit;

namespace TsForecaster.Worker.Tests.Commands;

/// <summary>What a command line left behind.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>Runs the command line in this process, on streams that are no terminal.</summary>
    public static async Task<CommandResult> Of(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await CommandLine.RunAsync(args, new Terminal(output, error), TestContext.Current.CancellationToken);
        return new CommandResult(code, output.ToString(), error.ToString());
    }

    /// <summary>The one line on standard error, once it is made sure that it is one and that nothing else was written.</summary>
    public string Complaint(int exitCode)
    {
        Assert.Equal(exitCode, ExitCode);
        Assert.Empty(Output);
        string line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("tsforecaster: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        return line;
    }

    public string Succeeded()
    {
        Assert.True(ExitCode == 0 && Error.Length == 0, $"exit code {ExitCode}: {Error}");
        return Output;
    }
}
