using TsForecaster.Worker.Observability;
using Xunit;

namespace TsForecaster.Worker.Tests.Observability;

public sealed class MetricLabelsTests
{
    private static readonly object?[] Values = ["ticks", "", "Süd", "a\"b", "back\\slash", "line\nfeed", 0, -7, long.MaxValue, 1.5, true, null, new string('x', 200)];

    private static readonly string[] Names = ["topic", "partition", "sink", "_x", "a.b", "9lives", "topic_", "z", "y", "x"];

    /// <summary>Where the quick way answers at all, it gives the text of the slow way, whatever the order of the tags.</summary>
    [Fact]
    public void TryWrite_AnyTags_EqualsTheSlowWay()
    {
        Random random = new(1);
        char[] buffer = new char[MetricLabels.MostChars];
        int answered = 0;
        for (int round = 0; round < 20_000; round++)
        {
            KeyValuePair<string, object?>[] tags =
                [.. Enumerable.Range(0, random.Next(11)).Select(_ => KeyValuePair.Create(Names[random.Next(Names.Length)], Values[random.Next(Values.Length)]))];
            if (MetricLabels.TryWrite(tags, buffer, out int length))
            {
                answered++;
                Assert.Equal(MetricNames.Labels(tags), new string(buffer, 0, length));
            }
        }

        Assert.InRange(answered, 1_000, 19_000);
    }

    [Fact]
    public void TryWrite_TagsOfTheWorker_TakesTheQuickWay()
    {
        char[] buffer = new char[MetricLabels.MostChars];
        Assert.True(MetricLabels.TryWrite([new("topic", "ticks"), new("partition", 3)], buffer, out int length));
        Assert.Equal("partition=\"3\",topic=\"ticks\"", new string(buffer, 0, length));
    }
}
