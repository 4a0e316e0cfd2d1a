namespace TsForecaster.Model.Numerics;

/// <summary>
/// Runs numbered jobs on the calling thread and on helpers from the thread pool that stay with it until disposed. The caller
/// never waits for a helper to arrive: it takes jobs itself until none is left, and waits only for those a helper has begun.
/// Which thread takes which job is left to chance, so a job's result must depend on its number alone.
/// </summary>
internal sealed class ForkJoin : IDisposable
{
    private const int CountShift = 32;
    private const int SpinsBeforeParking = 60;

    private readonly Lock _parking = new();
    private readonly SemaphoreSlim _wake = new(0);
    private Action<int, int>? _body;
    private Exception? _failure;

    // The number of jobs in the upper half, the number taken in the lower: one word, so that a late helper can never take a job
    // of one phase for a job of another.
    private long _ticket;
    private int _done;
    private int _parked;
    private bool _stopped;

    /// <param name="threads">Threads at work, the caller included.</param>
    public ForkJoin(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        for (int slot = 1; slot < threads; slot++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.Self.Help(state.Slot), (Self: this, Slot: slot), preferLocal: false);
        }
    }

    public int Threads { get; }

    /// <summary>Runs body(job, slot) for jobs 0 … count − 1, begun in this order; slot numbers the thread, from 0.</summary>
    public void Run(int count, Action<int, int> body)
    {
        if (Threads == 1 || count == 1)
        {
            for (int job = 0; job < count; job++)
            {
                body(job, 0);
            }

            return;
        }

        (_body, _failure, _done) = (body, null, 0);
        Interlocked.Exchange(ref _ticket, (long)count << CountShift);
        WakeHelpers();
        TakeJobs(0);
        SpinWait spin = default;
        while (Volatile.Read(ref _done) < count)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        if (_failure is { } failure)
        {
            throw new AggregateException(failure);
        }
    }

    /// <summary>Sends the helpers home; they leave within microseconds.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _stopped, true);
        WakeHelpers();
    }

    private void WakeHelpers()
    {
        if (Threads == 1)
        {
            return;
        }

        lock (_parking)
        {
            if (_parked > 0)
            {
                _wake.Release(_parked);
                _parked = 0;
            }
        }
    }

    private bool HasWork()
    {
        long ticket = Volatile.Read(ref _ticket);
        return (int)ticket < (int)(ticket >> CountShift);
    }

    private void Help(int slot)
    {
        SpinWait spin = default;
        while (!Volatile.Read(ref _stopped))
        {
            if (HasWork())
            {
                TakeJobs(slot);
                spin = default;
            }
            else if (spin.Count < SpinsBeforeParking)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
            else
            {
                Park();
                spin = default;
            }
        }
    }

    private void Park()
    {
        lock (_parking)
        {
            if (HasWork() || Volatile.Read(ref _stopped))
            {
                return;
            }

            _parked++;
        }

        _wake.Wait();
    }

    private void TakeJobs(int slot)
    {
        while (true)
        {
            long ticket = Volatile.Read(ref _ticket);
            int job = (int)ticket;
            if (job >= (int)(ticket >> CountShift))
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) != ticket)
            {
                continue;
            }

            try
            {
                _body!(job, slot);
            }
#pragma warning disable CA1031 // The caller rethrows it.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _failure = failure;
            }

            Interlocked.Increment(ref _done);
        }
    }
}
