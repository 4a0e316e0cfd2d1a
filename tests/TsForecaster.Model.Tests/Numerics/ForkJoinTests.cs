using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed class ForkJoinTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_ManyPhases_RunsEveryJobOnceInASlotOfItsOwn(int threads)
    {
        using ForkJoin pool = new(threads);
        for (int phase = 0; phase < 2000; phase++)
        {
            int count = 1 + (phase % 7);
            int[] runs = new int[count];
            int[] busy = new int[threads];
            bool shared = false;
            pool.Run(count, (job, slot) =>
            {
                shared |= Interlocked.Increment(ref busy[slot]) != 1;
                Interlocked.Increment(ref runs[job]);
                Interlocked.Decrement(ref busy[slot]);
            });

            Assert.All(runs, times => Assert.Equal(1, times));
            Assert.False(shared);
        }
    }

    [Fact]
    public void Run_JobThrows_TellsTheCallerAndGoesOn()
    {
        using ForkJoin pool = new(2);
        int ran = 0;

        AggregateException failure = Assert.Throws<AggregateException>(() => pool.Run(50, (job, _) =>
        {
            Interlocked.Increment(ref ran);
            if (job == 20)
            {
                throw new InvalidOperationException("job 20");
            }
        }));
        pool.Run(3, (_, _) => Interlocked.Increment(ref ran));

        Assert.Equal("job 20", failure.InnerException!.Message);
        Assert.Equal(53, ran);
    }
}
