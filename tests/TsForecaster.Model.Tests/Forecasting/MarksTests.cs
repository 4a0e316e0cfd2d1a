using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

/// <summary>Forecasts that are given numbers known ahead beside a past.</summary>
public sealed class MarksTests
{
    private const int Week = 7;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Predict_MarksNotKnown_MarginalisesThem(int channels)
    {
        WindowShape shape = new(4, 2, channels) { Marks = 3 };
        ForecastModel model = RandomModels.Model(shape, 2, 11);
        double[] given = RandomModels.Past(shape, 5);
        double[] past = given[3..];
        int[] targets = [.. Enumerable.Range(shape.GivenDimension, shape.FutureDimension)];
        foreach (int[] known in new int[][] { [], [1], [0, 2], [0, 1, 2] })
        {
            double[] marks = [.. Enumerable.Range(0, 3).Select(i => known.Contains(i) ? given[i] : double.NaN)];
            int[] observed = [.. known, .. Enumerable.Range(3, past.Length)];
            ConditionalReference expected = new(model.Members[0].Mixture, observed, targets, [.. observed.Select(i => given[i])]);
            Forecast forecast = new Forecaster(model).Predict(past, known.Length == 0 ? [] : marks);

            Close.To([.. expected.Mean()], forecast.Mean(), 1e-9);
            Close.To(expected.Covariance().ToRowMajorArray(), forecast.Covariance(), 1e-9);
            double[] mean = new double[targets.Length], deviation = new double[targets.Length];
            new Forecaster(model).PredictMoments(past, marks, mean, deviation);
            Close.To(forecast.Mean(), mean, 1e-12);
        }
    }

    [Fact]
    public void PredictMoments_ManyPasts_EqualEachAlone()
    {
        WindowShape shape = new(5, 3) { Marks = 2 };
        Forecaster forecaster = new(RandomModels.Model(shape, 3, 4, new Normalisation(Centring.Last)));
        const int Count = 37;
        double[] pasts = RandomModels.Gaussians(new Random(1), Count * 5), marks = RandomModels.Gaussians(new Random(2), Count * 2);
        double[] means = new double[Count * 3], deviations = new double[Count * 3], mean = new double[3], deviation = new double[3];
        forecaster.PredictMoments(Count, pasts, marks, means, deviations);
        for (int n = 0; n < Count; n++)
        {
            forecaster.PredictMoments(pasts.AsSpan(n * 5, 5), marks.AsSpan(n * 2, 2), mean, deviation);
            Assert.Equal(mean, means[(n * 3)..((n + 1) * 3)]);
            Assert.Equal(deviation, deviations[(n * 3)..((n + 1) * 3)]);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        forecaster.PredictMoments(pasts.AsSpan(0, 5), marks.AsSpan(0, 2), mean, deviation);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Predict_MembersWithAndWithout_GiveMarksToThoseThatKnowThem()
    {
        WindowModel plain = RandomModels.Member(new WindowShape(4, 2), 1, 1, Normalisation.None), marked = RandomModels.Member(new WindowShape(3, 2) { Marks = 2 }, 1, 2, Normalisation.None);
        double[] past = [1.0, -1.0, 0.5, 2.0], marks = [0.3, -0.7];
        ForecastModel model = new([plain, marked], [0.25, 0.75]);
        double[] apart = new Forecaster(new ForecastModel(plain)).Predict(past).Mean(), known = new Forecaster(new ForecastModel(marked)).Predict(past.AsSpan(1), marks).Mean();

        Assert.Equal(2, model.Marks);
        Close.To([.. apart.Zip(known, (a, b) => (0.25 * a) + (0.75 * b))], new Forecaster(model).Predict(past, marks).Mean(), 1e-12);
        Assert.Throws<ArgumentException>(() => new ForecastModel([marked, RandomModels.Member(new WindowShape(3, 2) { Marks = 1 }, 1, 2, Normalisation.None)], [1.0, 1.0]));
        Assert.Contains("1 marks", Assert.Throws<ArgumentException>(() => new Forecaster(model).Predict(past, [1.0])).Message, StringComparison.Ordinal);
        Assert.Contains("mark 1 is infinite", Assert.Throws<ArgumentException>(() => new Forecaster(model).Predict(past, [1.0, double.NegativeInfinity])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryPredict_OnlyMarksKnown_HasNothingToForecastFrom()
    {
        Forecaster forecaster = new(RandomModels.Model(new WindowShape(3, 2) { Marks = 1 }, 1, 3, new Normalisation(Centring.Last)));
        Assert.False(forecaster.TryPredict([double.NaN, double.NaN, double.NaN], [1.0], out _));
    }

    [Theory]
    [InlineData(Centring.Last)]
    [InlineData(Centring.History)]
    public void Fit_PatternTheShortPastCannotTell_ErrorsComeNearTheNoise(Centring centring)
    {
        (double[] series, MarkRows marks) = Weekly(700, 1);
        (double[] later, MarkRows laterMarks) = Weekly(400, 2);
        double Error(int count)
        {
            WindowShape shape = new(2, 1) { Marks = count };
            ForecastModel model = ForecastModel.Fit([series], shape, new Normalisation(centring), new FitOptions(), count > 0 ? [marks] : null).Model!;
            Forecaster forecaster = new(model);
            double squares = Enumerable.Range(2, 398).Sum(t => Math.Pow(later[t] - forecaster.Predict(later.AsSpan(t - 2, 2), count > 0 ? laterMarks.Row(t) : []).Mean()[0], 2.0));
            return Math.Sqrt(squares / 398);
        }

        // AR(1) of coefficient 0.7 and innovations of one about a weekly pattern of a deviation of five: at best the error is that of the innovations.
        Assert.True(Error(0) > 3.0);
        Assert.InRange(Error(Week - 1), 0.9, centring == Centring.Last ? 1.15 : 1.1);
    }

    [Fact]
    public void Choose_MarksThatTell_AreUsedAndOthersAreNot()
    {
        (double[] series, MarkRows marks) = Weekly(500, 3);
        SelectionTask task = new() { Future = 2, Past = 2, Budget = 5.0, TryLog = false };
        SelectionResult with = ModelSelection.Choose([series], task with { Marks = marks });
        SelectionResult without = ModelSelection.Choose([series], task);

        Assert.DoesNotContain(without.Recipes[0].Members, member => member.Shape.Marks > 0);
        Assert.True(with.Recipes[0].Members.Zip(with.Recipes[0].Weights).Where(part => part.First.Shape.Marks > 0).Sum(part => part.Second) > 0.5);
        Assert.True(with.RelativeMse < 0.6 * without.RelativeMse);
        ForecastModel model = with.Recipes[0].Fit([series], [marks])!;
        Assert.Equal(Week - 1, model.Marks);
        Assert.Contains("marks of 499 rows", Assert.Throws<ArgumentException>(() => ModelSelection.Choose([series], task with { Marks = new MarkRows(1, new double[499]) })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ModelFile_Marks_AreKeptBitForBit()
    {
        WindowModel marked = RandomModels.Member(new WindowShape(3, 2) { Marks = 2 }, 2, 2, new Normalisation(Centring.Last) { MarkScale = 8.0 });
        WindowModel plain = RandomModels.Member(new WindowShape(4, 2), 1, 1, Normalisation.None);
        ForecastModel model = new([plain, marked], [0.25, 0.75]);
        MemoryStream stream = new();
        ModelFile.Save(stream, model);
        stream.Position = 0;
        ForecastModel loaded = ModelFile.Load(stream);

        Assert.Equal(model.Id, loaded.Id);
        Assert.Equal([.. model.Members.Select(member => (member.Shape, member.Normalisation))], loaded.Members.Select(member => (member.Shape, member.Normalisation)));
        Assert.NotEqual(model.Id, new ForecastModel([plain, new WindowModel(marked.Shape, marked.Normalisation with { MarkScale = 4.0 }, marked.Mixture, marked.Report)], [0.25, 0.75]).Id);
        Assert.Equal(new Forecaster(model).Predict([1, 2, 3, 4], [0.1, 0.2]).Mean(), new Forecaster(loaded).Predict([1, 2, 3, 4], [0.1, 0.2]).Mean());
    }

    /// <summary>A pattern of seven days without rhythm, and an AR(1); marks are flags of all days but the last.</summary>
    private static (double[] Series, MarkRows Marks) Weekly(int steps, int seed)
    {
        double[] pattern = [5.0, -3.0, 8.0, 1.0, -6.0, 2.0, -7.0], noise = RandomModels.Gaussians(new Random(seed), steps), series = new double[steps];
        double departure = 0.0;
        for (int t = 0; t < steps; t++)
        {
            departure = (0.7 * departure) + noise[t];
            series[t] = 100.0 + pattern[t % Week] + departure;
        }

        return (series, new MarkRows(Week - 1, Enumerable.Range(0, steps).SelectMany(t => Enumerable.Range(0, Week - 1).Select(day => t % Week == day ? 1.0 : 0.0)).ToArray()));
    }
}
