namespace TsForecaster.Worker.Dashboard;

/// <summary>
/// The last values of a series on its grid, in a ring that grows to its capacity and no further. Only values are kept: a cell's
/// time follows from the newest cell's. Not thread-safe.
/// </summary>
internal sealed class RecentCells(int capacity)
{
    private const int FirstLength = 32;

    private double[] _ring = new double[Math.Min(FirstLength, capacity)];
    private int _count;
    private int _next;
    private long _interval;

    public int Count => _count;

    /// <summary>Start of the newest cell, nanoseconds; meaningless while <see cref="Count"/> is 0.</summary>
    public long LastStart { get; private set; }

    /// <summary>Start of the oldest cell.</summary>
    public long FirstStart => LastStart - ((_count - 1) * _interval);

    public double LastValue => _ring[Wrap(_next - 1)];

    /// <summary>
    /// Puts a cell behind the others. A cell that comes again (the state of a partition was set back) replaces itself and all
    /// after it; cells passed over become missing.
    /// </summary>
    public void Add(long start, long interval, double value)
    {
        long ahead = _count == 0 || interval != _interval ? long.MaxValue : (start - LastStart) / interval;
        if (ahead > capacity || ahead <= -_count)
        {
            (_count, _next) = (0, 0);
        }
        else if (ahead <= 0)
        {
            int again = 1 - (int)ahead;
            (_count, _next) = (_count - again, Wrap(_next - again));
        }
        else
        {
            for (long skipped = 1; skipped < ahead; skipped++)
            {
                Push(double.NaN);
            }
        }

        Push(value);
        (LastStart, _interval) = (start, interval);
    }

    /// <summary>The values, oldest first; the last one belongs to <see cref="LastStart"/>.</summary>
    public double[] ToArray()
    {
        double[] values = new double[_count];
        for (int i = 0; i < _count; i++)
        {
            values[i] = _ring[Wrap(_next - _count + i)];
        }

        return values;
    }

    private void Push(double value)
    {
        if (_count == _ring.Length && _count < capacity)
        {
            double[] values = ToArray();
            Array.Resize(ref values, Math.Min(capacity, 2 * _count));
            (_ring, _next) = (values, _count);
        }

        _ring[_next] = value;
        _next = Wrap(_next + 1);
        _count = Math.Min(_count + 1, _ring.Length);
    }

    private int Wrap(int index) => (index + _ring.Length) % _ring.Length;
}
