using System.Globalization;
using TsForecaster.Worker.Refit;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

public sealed class FillAccuracyTests
{
    private const long Second = 1_000_000_000;

    /// <summary>Half-hourly demand, a fifth of the cells gone after the first fit, singly and in gaps of a few.</summary>
    [Theory]
    [InlineData(1, 1, 0.6)]
    [InlineData(1, 5, 0.3)]
    [InlineData(null, 5, 0.5)]
    public void Filled_RealSeries_IsCloserThanLinearInterpolation(int? components, int gap, double share)
    {
        double[] demand = [.. RepositoryFiles.Read("data/taylor_halfhourly.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..].Select(line => double.Parse(line.Split(',')[1], CultureInfo.InvariantCulture))];
        Random random = new(1);
        HashSet<int> missing = [];
        for (int t = 1300; t < 3900; t++)
        {
            if (random.NextDouble() < 0.2 / gap)
            {
                missing.UnionWith(Enumerable.Range(t, gap));
                t += gap;
            }
        }

        Dictionary<int, FilledCell> filled = Fill(demand, missing, components);
        Assert.Equal(missing.Order(), filled.Keys.Order());
        double fill = missing.Average(t => Math.Pow(filled[t].Mean - demand[t], 2)), line = missing.Average(t => Math.Pow(Line(demand, missing, t) - demand[t], 2));
        Assert.True(fill < share * line, $"{fill:F0} filled, {line:F0} interpolated");
        Assert.InRange(missing.Average(t => Math.Abs(filled[t].Mean - demand[t]) < 1.2816 * filled[t].StandardDeviation ? 1.0 : 0.0), 0.65, 0.9);
    }

    private static Dictionary<int, FilledCell> Fill(double[] values, HashSet<int> missing, int? components)
    {
        SeriesSettings settings = new()
        {
            Grid = new GridSettings { Interval = TimeSpan.FromSeconds(1) },
            Model = new ModelSettings { Past = 48, Future = 12, Season = 48, Components = components },
            Refit = new RefitSettings { First = 1250, Every = 100_000, Drift = 0 },
        };
        SeriesKey key = new("demand", SeriesKey.DefaultChannel);
        PartitionState state = new(_ => settings, []);
        Dictionary<int, FilledCell> filled = [];
        RefitJob? job = null;
        for (int t = 0; t < values.Length; t++)
        {
            while (state.CloseNext(t * Second) is { } due)
            {
                Assert.True(state.TryAdvance(due, _ => RefitPool.Do(job!, CancellationToken.None), out StepResult? result));
                foreach (FilledCell cell in result.Filled)
                {
                    Assert.True(filled.TryAdd((int)(cell.Start / Second), cell));
                }

                job = state.BeginRefit(due) ?? job;
            }

            if (!missing.Contains(t))
            {
                state.Place(new Tick(key, t * Second, values[t]));
            }
        }

        return filled;
    }

    private static double Line(double[] values, HashSet<int> missing, int at)
    {
        int before = at, after = at;
        while (missing.Contains(before))
        {
            before--;
        }

        while (missing.Contains(after))
        {
            after++;
        }

        return values[before] + ((values[after] - values[before]) * (at - before) / (after - before));
    }
}
