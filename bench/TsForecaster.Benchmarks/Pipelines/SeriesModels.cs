using System.Globalization;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using TsForecaster.Worker;

namespace TsForecaster.Benchmarks.Pipelines;

/// <summary>
/// The settings of the series, and their models: P=48, F=12, K=8, full covariance, fitted once to a long past of each law; every series
/// has its own copy, as it would after a refit of its own.
/// </summary>
internal sealed class SeriesModels
{
    public static readonly WindowShape Shape = new(48, 12);

    /// <summary>Ticks a series needs until every cell is forecast at every horizon.</summary>
    public const int WarmUpRounds = FirstRefit + 20;

    public const int Components = 8;

    private const int FirstRefit = 60;
    private const int Lag = 2;
    private const int FitTo = 4000;

    private readonly Dictionary<string, SeriesSettings> _settings;
    private readonly ForecastModel[] _models;

    public SeriesModels()
    {
        _settings = Enumerable.Range(0, TickStream.Series).ToDictionary(TickStream.Name, Settings, StringComparer.Ordinal);
        _models = [.. Enumerable.Range(0, TickStream.Laws).Select(Fit)];
    }

    /// <summary>Forecasts that come of so many rounds of ticks: one a closed cell from the first model on.</summary>
    public static int ForecastsAfter(int rounds) => (rounds - FirstRefit - Lag) * TickStream.Series;

    public PipelineSettings Flow => new(series => _settings[series], []);

    /// <summary>What the refits of the run are answered with.</summary>
    public RefitOutcome Refit(RefitJob job)
    {
        ForecastModel model = _models[LawOf(job.Key)];
        return new RefitOutcome(new Forecaster(model), model.Members[0].Report.Windows, model.Members[0].Report.LogLikelihood, "first");
    }

    /// <summary>Components that count in a forecast, averaged.</summary>
    public double MeanKept()
    {
        double sum = 0.0;
        int count = 0;
        for (int law = 0; law < TickStream.Laws; law++)
        {
            Forecaster forecaster = new(_models[law]);
            double[] history = TickStream.History(law + TickStream.Laws, 500);
            for (int end = Shape.Past; end <= history.Length; end++, count++)
            {
                sum += forecaster.Predict(history.AsSpan(end - Shape.Past, Shape.Past)).Weights.Length;
            }
        }

        return sum / count;
    }

    private static int LawOf(SeriesKey key) => int.Parse(key.Series.AsSpan("sensor-".Length), CultureInfo.InvariantCulture) % TickStream.Laws;

    private static SeriesSettings Settings(int series) => new()
    {
        Grid = new GridSettings { Interval = TimeSpan.FromMilliseconds(TickStream.IntervalMs), Grace = TickStream.Phase(series) },
        Model = new ModelSettings { Past = Shape.Past, Future = Shape.Future, Season = 24, Components = Components },
        Refit = new RefitSettings { First = FirstRefit, Every = 1_000_000, Drift = 0, Lag = Lag, History = 5000 },
    };

    private static ForecastModel Fit(int law)
    {
        FitOptions options = new() { Components = Components, MaxIterations = 30, Starts = 1, Seed = 1 };
        return ForecastModel.Fit([TickStream.History(law, FitTo)], Shape, new Normalisation(), options).Model
            ?? throw new InvalidOperationException("the model of the benchmark could not be fitted");
    }
}
