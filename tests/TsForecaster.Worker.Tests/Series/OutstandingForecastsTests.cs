using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

public sealed class OutstandingForecastsTests
{
    private const int Future = 5;

    [Fact]
    public void Of_EveryCell_IsWhatWasForecastForItByHorizon()
    {
        OutstandingForecasts outstanding = new(Future);
        for (long step = 0; step < 60; step++)
        {
            int horizon = 0;
            foreach (OutstandingForecasts.Entry entry in outstanding.Of(step))
            {
                AssertSame(Issued(step - ++horizon, horizon), entry);
            }

            Assert.Equal(Math.Min(step, Future), horizon);
            outstanding.Forget(step);
            Issue(outstanding, step);
        }
    }

    [Fact]
    public void Read_WhatWasWritten_GoesOnTheSame()
    {
        OutstandingForecasts outstanding = new(Future);
        for (long step = 0; step < 13; step++)
        {
            outstanding.Forget(step);
            Issue(outstanding, step);
        }

        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        outstanding.Write(writer);
        stream.Position = 0;
        using BinaryReader reader = new(stream);
        OutstandingForecasts read = OutstandingForecasts.Read(reader, Future);

        Assert.Equal(stream.Length, stream.Position);
        for (long step = 13; step < 18; step++)
        {
            IReadOnlyList<OutstandingForecasts.Entry> expected = outstanding.Of(step), actual = read.Of(step);
            Assert.Equal(expected.Count, actual.Count);
            for (int i = 0; i < expected.Count; i++)
            {
                AssertSame(expected[i], actual[i]);
            }
        }
    }

    [Fact]
    public void Clear_Then_NothingIsOutstanding()
    {
        OutstandingForecasts outstanding = new(Future);
        Issue(outstanding, 0);
        outstanding.Clear();
        Assert.All(Enumerable.Range(1, Future), step => Assert.Empty(outstanding.Of(step)));
    }

    private static void Issue(OutstandingForecasts outstanding, long step)
    {
        for (int horizon = 1; horizon <= Future; horizon++)
        {
            outstanding.Add(step + horizon, Issued(step, horizon));
        }
    }

    /// <summary>Its own numbers for every step and horizon, and one to seven components: memory has to grow on the way.</summary>
    private static OutstandingForecasts.Entry Issued(long step, int horizon)
    {
        int components = 1 + (int)((step + (3 * horizon)) % 7);
        UnivariateMixture marginal = new(
            [.. Enumerable.Repeat(1.0 / components, components)],
            [.. Enumerable.Range(0, components).Select(k => step + (horizon / 10.0) + k)],
            [.. Enumerable.Range(1, components).Select(k => (double)k * horizon)],
            step % 2 == 0 ? ValueTransform.None : ValueTransform.Log);
        return new OutstandingForecasts.Entry(horizon, Published: horizon % 2 == 0, marginal, horizon == 4 ? double.NaN : -step, Corrected: step % 3 == 0);
    }

    private static void AssertSame(OutstandingForecasts.Entry expected, OutstandingForecasts.Entry actual)
    {
        Assert.Equal((expected.Horizon, expected.Published, expected.Naive, expected.Corrected), (actual.Horizon, actual.Published, actual.Naive, actual.Corrected));
        Assert.Equal(expected.Marginal.Transform, actual.Marginal.Transform);
        Assert.Equal(expected.Marginal.Weights, actual.Marginal.Weights);
        Assert.Equal(expected.Marginal.Means, actual.Marginal.Means);
        Assert.Equal(expected.Marginal.StandardDeviations, actual.Marginal.StandardDeviations);
    }
}
