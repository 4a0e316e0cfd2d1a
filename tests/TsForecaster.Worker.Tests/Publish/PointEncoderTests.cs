using System.Buffers;
using System.Text;
using TsForecaster.Model.Forecasting;
using TsForecaster.Worker.Publish;
using Xunit;

namespace TsForecaster.Worker.Tests.Publish;

public sealed class PointEncoderTests
{
    private const long Minute = 60_000_000_000;
    private const long Noon = 1_700_000_040_000_000_000;

    [Fact]
    public void Observation_WithoutForecast_IsOnePoint() =>
        Assert.Equal(["observed,channel=value,series=pump-7 value=21.5,missing=false 1700000040"], Lines(Result(21.5)));

    [Fact]
    public void Observation_Judged_CarriesSurpriseAndPit() =>
        Assert.Equal(
            ["observed,channel=value,series=pump-7 value=21.5,missing=false,surprise=1.25,pit=0.75 1700000040"],
            Lines(Result(21.5) with { Surprise = 1.25, Pit = 0.75 }));

    [Fact]
    public void Observation_Missing_HasNoValue() =>
        Assert.Equal(["observed,channel=value,series=pump-7 missing=true 1700000040"], Lines(Result(double.NaN)));

    [Fact]
    public void Filled_JoinsTheObservationOfItsCell()
    {
        StepResult result = Result(21.5) with { Filled = [new FilledCell(Noon - (3 * Minute), 20.25, 0.5), new FilledCell(Noon - (2 * Minute), 20.75, 0.625)] };
        Assert.Equal(
            ["observed,channel=value,series=pump-7 filled=20.25,filled_sd=0.5 1699999860", "observed,channel=value,series=pump-7 filled=20.75,filled_sd=0.625 1699999920"],
            Lines(result)[1..]);
    }

    [Fact]
    public void Scores_AreOnePointAHorizon()
    {
        StepResult result = Result(21.5) with
        {
            Scores = [new HorizonScore(1, 0.5, 0.25, 0.75, true), new HorizonScore(12, 1.5, 1.25, double.NaN, false)],
        };
        Assert.Equal(
            [
                "score,channel=value,horizon=1,series=pump-7 abs_error=0.5,crps=0.25,naive_abs_error=0.75,covered80=true 1700000040",
                "score,channel=value,horizon=12,series=pump-7 abs_error=1.5,crps=1.25,covered80=false 1700000040",
            ],
            Lines(result)[1..]);
    }

    [Fact]
    public void Model_Changed_IsWrittenAtItsActivation()
    {
        StepResult result = Result(21.5) with { Model = new ModelChange("0123456789ab", 3, 450, -12.5, true, "first fit") };
        Assert.Equal(
            "model,channel=value,series=pump-7 id=\"0123456789ab\",components=3,windows=450,log_likelihood=-12.5,promoted=true,reason=\"first fit\" 1700000040",
            Lines(result)[1]);
    }

    [Fact]
    public void Model_NoneYet_HasNoId()
    {
        StepResult result = Result(21.5) with { Model = new ModelChange("", 0, 0, double.NaN, false, "too few windows") };
        Assert.Equal(
            "model,channel=value,series=pump-7 components=0,windows=0,promoted=false,reason=\"too few windows\" 1700000040", Lines(result)[1]);
    }

    [Fact]
    public void Forecast_IsOnePointAHorizon_AtItsTargetCell()
    {
        Forecast density = Density();
        StepResult result = Result(21.5) with { Forecast = new IssuedForecast(density, "0123456789ab", [1, 3]) };
        List<Point> points = Points(result);
        Assert.Equal(3, points.Count);
        foreach ((Point point, int horizon) in points.Skip(1).Zip([1, 3]))
        {
            UnivariateMixture marginal = density.Marginal(horizon);
            Assert.Equal("forecast", point.Measurement);
            Assert.Equal(Noon + (horizon * Minute), point.Time);
            Assert.Equal([new PointTag("channel", "value"), new PointTag("horizon", $"{horizon}"), new PointTag("series", "pump-7")], point.Tags);
            Assert.Equal(
                [
                    new PointField("mean", marginal.Mean), new PointField("sd", marginal.StandardDeviation),
                    new PointField("p05", marginal.Quantile(0.05)), new PointField("p10", marginal.Quantile(0.10)),
                    new PointField("p25", marginal.Quantile(0.25)), new PointField("p50", marginal.Quantile(0.50)),
                    new PointField("p75", marginal.Quantile(0.75)), new PointField("p90", marginal.Quantile(0.90)),
                    new PointField("p95", marginal.Quantile(0.95)),
                    new PointField("issued", 1_700_000_100.0), new PointField("model", "0123456789ab"),
                ],
                point.Fields);
        }
    }

    [Fact]
    public void Points_OfAFullResult_AreWhatTheTableOfMeasurementsSays()
    {
        StepResult result = Result(21.5) with
        {
            Surprise = 1.25,
            Pit = 0.75,
            Scores = [new HorizonScore(1, 0.5, 0.25, 0.75, true)],
            Model = new ModelChange("0123456789ab", 3, 450, -12.5, true, "first fit") { HoldoutCrps = 0.5 },
            Forecast = new IssuedForecast(Density(), "0123456789ab", [1]),
        };
        List<Point> points = Points(result);
        Assert.Equal(Measurements.All.Select(m => m.Name).Order(), points.Select(p => p.Measurement).Order());
        string[] later = [Measurements.Filled, Measurements.FilledSd];
        foreach (Measurement measurement in Measurements.All)
        {
            Point point = points.Single(p => p.Measurement == measurement.Name);
            Assert.Equal(measurement.Tags.Select(tag => tag.Name), point.Tags.Select(tag => tag.Name));
            Assert.Equal(measurement.Tags.Select(tag => tag.Name).Order(StringComparer.Ordinal), point.Tags.Select(tag => tag.Name));
            Assert.Equal(
                measurement.Fields.Where(field => !later.Contains(field.Name)), point.Fields.Select(field => new MeasurementField(field.Name, field.Type)));
        }
    }

    /// <summary>Three steps ahead of a model fitted to a noisy wave.</summary>
    private static Forecast Density()
    {
        double[] history = [.. Enumerable.Range(0, 200).Select(t => Math.Sin(t * 0.7) + (0.1 * Math.Cos(t * t * 1.3)))];
        (ForecastModel? model, _) = ForecastModel.Fit(
            [history], new Model.Windows.WindowShape(4, 3, 1), new Model.Windows.Normalisation(Model.Windows.Centring.Last, Model.Windows.Scaling.None), new Model.Mixtures.FitOptions { Components = 1 });
        return new Forecaster(model!).Predict(history.AsSpan(^4..));
    }

    private static StepResult Result(double value) => new()
    {
        Step = new Step(new SeriesKey("pump-7", SeriesKey.DefaultChannel), Noon, value),
        Interval = Minute,
        Live = default,
        Status = default,
    };

    private static List<Point> Points(StepResult result)
    {
        List<Point> points = [];
        PointEncoder.Encode(result, points);
        return points;
    }

    private static string[] Lines(StepResult result)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (Point point in Points(result))
        {
            Assert.True(LineProtocol.TryWrite(output, point, TimePrecision.Seconds));
        }

        return Encoding.UTF8.GetString(output.WrittenSpan).TrimEnd('\n').Split('\n');
    }
}
