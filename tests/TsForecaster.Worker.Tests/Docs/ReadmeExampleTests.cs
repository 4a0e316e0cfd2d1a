// README.md shows these usings and what lies between the two marks below.
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Worker.Tests.Docs;

public sealed class ReadmeExampleTests
{
    private const string Source = "tests/TsForecaster.Worker.Tests/Docs/ReadmeExampleTests.cs";

    [Fact]
    public void LibraryExample_Runs_AndForecastsTheSine()
    {
        // Shadows the console: the example talks, a test does not.
        TextWriter Console = TextWriter.Null;

        // <example>
        double[] history = Enumerable.Range(0, 500).Select(t => Math.Sin(t / 8.0)).ToArray();
        var (model, report) = ForecastModel.Fit(
            [history], new WindowShape(past: 48, future: 12), new Normalisation(Centring.Mean), new FitOptions { Components = 2 });
        if (model is null)
            throw new InvalidOperationException($"no fit: {report.Stop}");

        Forecast forecast = new Forecaster(model).Predict(history.AsSpan(^48..));
        for (int step = 1; step <= forecast.Steps; step++)
        {
            UnivariateMixture value = forecast.Marginal(step);
            Console.WriteLine($"{step}: {value.Mean:f3}, 80 % in {value.Quantile(0.1):f3} … {value.Quantile(0.9):f3}");
        }

        // </example>
        for (int step = 1; step <= forecast.Steps; step++)
        {
            Assert.Equal(Math.Sin((499 + step) / 8.0), forecast.Marginal(step).Mean, 0.02);
        }
    }

    [Fact]
    public void Readme_Shows_TheExampleThatRuns()
    {
        string source = RepositoryFiles.Read(Source).ReplaceLineEndings("\n");
        int from = source.IndexOf("        // <example>\n", StringComparison.Ordinal) + "        // <example>\n".Length;
        int to = source.IndexOf("\n        // </example>", StringComparison.Ordinal);
        string example = string.Join('\n', source[from..to].TrimEnd().Split('\n').Select(line => line.Length > 8 ? line[8..] : line.TrimStart()));
        Assert.Contains(example, RepositoryFiles.Read("README.md").ReplaceLineEndings("\n"));
    }
}
