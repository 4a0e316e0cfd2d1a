using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

/// <summary>Effects of what is known ahead: found, taken off, and put on forecasts.</summary>
public sealed class CovariateTests
{
    private const int Steps = 1500;
    private static readonly double[] _noise = Noise(0.6, 3);

    // One that flips at random, one that wanders.
    private static readonly double[] _covariates = Covariates(4);

    [Theory]
    [InlineData(0.0, 0.05)]
    [InlineData(0.9, 0.05)]
    [InlineData(1.0, 0.05)]
    public void Regression_AutoregressiveErrors_FindsTheEffects(double memory, double tolerance)
    {
        double[] values = [.. Noise(memory, 5).Select((u, t) => 100.0 + u + (3.0 * _covariates[2 * t]) - (0.5 * _covariates[(2 * t) + 1]))];
        CovariateEffects effects = new CovariateRegression(2, 1).Fit(values, _covariates);
        Assert.Equal(3.0, effects.Coefficients[0], 2.0 * tolerance);
        Assert.Equal(-0.5, effects.Coefficients[1], 2.0 * tolerance);
    }

    [Fact]
    public void Regression_WalkThatHasNothingToDoWithIt_FindsNextToNothing()
    {
        // Two walks by themselves look as if one explained the other (Granger & Newbold 1974); their changes do not.
        double[] walk = Noise(1.0, 6), other = Noise(1.0, 7);
        Assert.InRange(new CovariateRegression(1, 1).Fit(walk, other).Coefficients[0], -0.1, 0.1);
    }

    [Fact]
    public void Regression_SeasonalSeries_TakesNoPatternForAnEffect()
    {
        // On where the pattern is high: a plain regression would find that it adds two or so.
        double[] flags = [.. Enumerable.Range(0, Steps).Select(t => t % 24 is 5 or 6 or 7 && t % 5 > 0 ? 1.0 : 0.0)];
        double[] values = [.. _noise.Select((u, t) => (0.1 * u) + (2.0 * Math.Sin(t * Math.Tau / 24.0)) + (0.5 * flags[t]))];
        Assert.Equal(0.5, new CovariateRegression(1, 24).Fit(values, flags).Coefficients[0], 0.05);
    }

    [Fact]
    public void Regression_MissingAndUseless_AreLeftOut()
    {
        double[] values = [.. _noise.Select((u, t) => t % 7 == 0 ? double.NaN : u + (3.0 * _covariates[2 * t]))];
        double[] three = [.. Enumerable.Range(0, Steps).SelectMany(t => new[] { t % 11 == 0 ? double.NaN : _covariates[2 * t], 4.0, t })];
        CovariateEffects effects = new CovariateRegression(3, 1).Fit(values, three);
        Assert.Equal(3.0, effects.Coefficients[0], 0.2);
        Assert.Equal(0.0, effects.Coefficients[1]);
        Assert.InRange(effects.Coefficients[2], -0.01, 0.01);
        Assert.Contains("not 4", Assert.Throws<ArgumentException>(() => new CovariateRegression(3, 1).Fit([1.0, 2.0], [1.0, 2.0, 3.0, 4.0])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(293.0)]
    [InlineData(1e6)]
    public void Regression_CovariateFarFromZero_FindsTheSame(double offset)
    {
        // In kelvins or degrees.
        double[] moved = [.. Enumerable.Range(0, Steps).Select(t => offset + _covariates[2 * t])], values = [.. _noise.Select((u, t) => u + (3.0 * _covariates[2 * t]))];
        Assert.Equal(3.0, new CovariateRegression(1, 1).Fit(values, moved).Coefficients[0], 0.15);
    }

    [Fact]
    public void Regression_NothingToBeFound_HasNoEffects()
    {
        double[] flat = [.. Enumerable.Repeat(7.0, Steps)], missing = [.. Enumerable.Repeat(double.NaN, Steps)];
        Assert.Equal([0.0, 0.0], new CovariateRegression(2, 1).Fit(flat, _covariates).Coefficients.ToArray());
        Assert.Equal([0.0, 0.0], new CovariateRegression(2, 1).Fit(missing, _covariates).Coefficients.ToArray());
        Assert.Equal([0.0], new CovariateRegression(1, 1).Fit(_noise, new double[Steps]).Coefficients.ToArray());
        Assert.Equal([0.0], new CovariateRegression(1, 1).Fit(_noise, missing).Coefficients.ToArray());
        Assert.Equal([0.0, 0.0], new CovariateRegression(2, 1).Fit(_noise.AsSpan(0, 5), _covariates.AsSpan(0, 10)).Coefficients.ToArray());
        Assert.Equal([0.0, 0.0], new CovariateRegression(2, 1) { LeastSteps = Steps + 1 }.Fit(_noise, _covariates).Coefficients.ToArray());
        Assert.NotEqual([0.0, 0.0], new CovariateRegression(2, 1) { LeastSteps = Steps }.Fit(_noise, _covariates).Coefficients.ToArray());
    }

    [Fact]
    public void Regression_ASeasonAgoIsRarelyKnown_GoesByTheStepBefore()
    {
        Random random = new(8);
        double[] values = [.. _noise.Select((u, t) => random.Next(5) < 4 && t % 24 < 14 ? u + (3.0 * _covariates[2 * t]) : t < 600 ? double.NaN : random.Next(3) > 0 ? double.NaN : u + (3.0 * _covariates[2 * t]))];
        Assert.Equal(3.0, new CovariateRegression(2, 700).Fit(values, _covariates).Coefficients[0], 0.3);
    }

    [Theory]
    [InlineData(ValueTransform.None)]
    [InlineData(ValueTransform.Log)]
    public void Predict_IsTheForecastOfWhatIsLeft_MovedByWhatIsKnown(ValueTransform transform)
    {
        double[] values = [.. _noise.Select((u, t) => (0.1 * u) + _covariates[2 * t])];
        values = transform == ValueTransform.Log ? Array.ConvertAll(values, Math.Exp) : values;
        ForecastModel model = Fit(values, transform), plain = new(model.Members, [1.0], model.Spread.ToArray());
        double[] past = values[400..406], ahead = model.Covariates!.Along(_covariates.AsSpan(2 * 400, 2 * 9)), left = new double[6];
        transform.Apply(past, left);
        left = [.. left.Zip(ahead, (value, effect) => value - effect)];
        Forecast forecast = new Forecaster(model).Predict(past, ahead), rest = new Forecaster(plain).Predict(left);
        for (int step = 1; step <= 3; step++)
        {
            double effect = ahead[5 + step], quantile = rest.Marginal(step).Quantile(0.9) + effect;
            Assert.Equal(transform == ValueTransform.Log ? Math.Exp(quantile) : quantile, forecast.Marginal(step).Quantile(0.9), 1e-9);
            Assert.NotEqual(0.0, effect);
        }

        double[] mean = new double[3], deviation = new double[3];
        new Forecaster(model).PredictMoments(past, mean, deviation, ahead);
        Assert.Equal(forecast.Mean(), mean);
    }

    [Fact]
    public void Predict_WithWhatIsKnown_ErrsByTheNoise()
    {
        double[] values = [.. _noise.Select((u, t) => (0.1 * u) + (3.0 * _covariates[2 * t]))];
        Forecaster with = new(Fit(values[..1000], ValueTransform.None)), without = new(ForecastRecipe.Of(new(6, 3), new(), new()).Fit([values.AsMemory(0, 1000)])!);
        double[] effects = with.Model.Covariates!.Along(_covariates);
        double known = 0.0, blind = 0.0;
        for (int t = 1000; t < Steps - 3; t++)
        {
            known += Square(values[t + 2] - with.Predict(values.AsSpan(t - 6, 6), effects.AsSpan(t - 6, 9)).Mean()[2]);
            blind += Square(values[t + 2] - without.Predict(values.AsSpan(t - 6, 6)).Mean()[2]);
        }

        Assert.InRange(Math.Sqrt(known / (Steps - 1003)), 0.05, 0.15);
        Assert.True(known < 0.02 * blind);

        static double Square(double x) => x * x;
    }

    [Fact]
    public void Predict_CovariatesNotKnown_AreMissingBehindAndAnErrorAhead()
    {
        ForecastModel model = Fit(_noise, ValueTransform.None);
        Forecaster forecaster = new(model);
        double[] past = _noise[..6], holed = [.. past], covariates = _covariates[..18], ahead = model.Covariates!.Along(covariates);
        (holed[2], covariates[4]) = (double.NaN, double.NaN);
        double[] unknown = model.Covariates.Along(covariates);
        Assert.Equal(forecaster.Predict(holed, ahead).Mean(), forecaster.Predict(past, unknown).Mean());
        unknown[^1] = double.NaN;
        Assert.False(forecaster.TryPredict(past, out _, unknown));
        Assert.Contains("ahead is not known", Assert.Throws<ArgumentException>(() => forecaster.Predict(past, unknown)).Message, StringComparison.Ordinal);
        Assert.Contains("0 effects", Assert.Throws<ArgumentException>(() => forecaster.Predict(past)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fill_KnowsTheEffects()
    {
        double[] values = [.. _noise.Select((u, t) => (0.01 * u) + (3.0 * _covariates[2 * t]))];
        GapFiller filler = new(Fit(values, ValueTransform.None));
        double[] history = values[..40], effects = filler.Model.Covariates!.Along(_covariates.AsSpan(0, 80));
        UnivariateMixture filled = filler.Fill(history, [5], 0, effects)[0]!;
        Assert.Equal(history[34], filled.Mean, 0.1);
        effects[34] = double.NaN;
        Assert.Null(filler.Fill(history, [5], 0, effects)[0]);
        Assert.Throws<ArgumentException>(() => filler.Fill(history, [5]));
    }

    [Fact]
    public void ModelFile_KeepsEffectsAndSource()
    {
        ForecastModel model = Fit(_noise, ValueTransform.Log, "day, week"), bare = new(model.Members, [1.0], null, ValueTransform.Log);
        using MemoryStream stream = new();
        ModelFile.Save(stream, model);
        stream.Position = 0;
        ForecastModel loaded = ModelFile.Load(stream);
        Assert.Equal(model.Covariates!.Coefficients.ToArray(), loaded.Covariates!.Coefficients.ToArray());
        Assert.Equal(("day, week", model.Id), (loaded.Covariates.Source, loaded.Id));
        Assert.NotEqual(bare.Id, model.Id);
    }

    [Fact]
    public void Model_ManyChannelsOrNoEffect_IsRefused()
    {
        ForecastModel two = RandomModels.Model(new WindowShape(3, 2, 2), 1, 9, new Normalisation());
        Assert.Contains("one channel", Assert.Throws<ArgumentException>(() => new ForecastModel(two.Members, [1.0], covariates: new CovariateEffects([1.0]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new CovariateEffects([]));
        Assert.Throws<ArgumentException>(() => new CovariateEffects([double.NaN]));
        ForecastRecipe recipe = ForecastRecipe.Of(new(6, 3), new(), new()) with { Regression = new(2, 1) };
        Assert.Throws<ArgumentException>(() => recipe.Fit([_noise]));
    }

    private static ForecastModel Fit(double[] values, ValueTransform transform, string source = "") =>
        (ForecastRecipe.Of(new WindowShape(6, 3), new Normalisation(), new FitOptions()) with { Transform = transform, Regression = new(2, 1, source), Spread = [1.1, 1.2, 1.3] })
        .Fit(transform == ValueTransform.Log ? Array.ConvertAll(values, value => Math.Abs(value) + 0.1) : values, _covariates.AsMemory(0, 2 * values.Length))!;

    private static double[] Noise(double memory, int seed)
    {
        Random random = new(seed);
        double u = 0.0;
        return [.. Enumerable.Range(0, Steps).Select(_ => u = (memory * u) + random.NextDouble() + random.NextDouble() - random.NextDouble() - random.NextDouble())];
    }

    private static double[] Covariates(int seed)
    {
        Random random = new(seed);
        double[] wander = Noise(0.95, seed);
        return [.. Enumerable.Range(0, Steps).SelectMany(t => new[] { random.Next(2), wander[t] })];
    }
}
