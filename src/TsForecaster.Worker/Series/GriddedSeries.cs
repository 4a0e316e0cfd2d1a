namespace TsForecaster.Worker.Series;

/// <summary>A series of a partition: its grid, its state, and the closed cells between the two.</summary>
/// <param name="group">The series that it shares a model with; null when it has its own.</param>
internal sealed class GriddedSeries(SeriesGrid grid, SeriesState state, SeriesGroup? group)
{
    public SeriesGrid Grid => grid;

    public SeriesState State => state;

    public SeriesGroup? Group => group;

    /// <summary>Closed cells that are not yet taken in, because something that becomes active with the first is still under way.</summary>
    public Queue<ClosedCell> Waiting { get; init; } = [];

    /// <summary>What was asked for since the last cell closed.</summary>
    public PinRequest? Request { get; set; }

    /// <summary>Steps known without a break, waiting ones included.</summary>
    public int Length => Unbroken.Taken + Unbroken.Waiting;

    /// <summary>What of a group's models the series still refers to.</summary>
    public IEnumerable<Background?> Backgrounds => Waiting.Select(cell => cell.Background).Concat(state.Backgrounds);

    /// <summary>Closes the next cell of the grid.</summary>
    /// <param name="beside">What the cells of the channels that it is forecast together with hold.</param>
    public void Close(double[] beside)
    {
        Background? inForce = group?.Observe(grid.NextStart);
        Waiting.Enqueue(new ClosedCell(grid.Close(), beside, Request, inForce));
        Request = null;
    }

    /// <summary>The last values known without a break, waiting ones included; fewer where there are not so many.</summary>
    public double[] Last(int count)
    {
        (int taken, int waiting) = Unbroken;
        int own = Math.Clamp(count - waiting, 0, taken);
        return [.. state.Last(own), .. Waiting.TakeLast(Math.Min(count, waiting)).Select(cell => cell.Step.Value)];
    }

    /// <summary>How many of the steps taken in, and of those that wait, follow one another up to the last.</summary>
    private (int Taken, int Waiting) Unbroken
    {
        get
        {
            (int taken, int waiting, long next) = (state.Known, 0, state.NextStart);
            foreach (ClosedCell cell in Waiting)
            {
                (taken, waiting) = next < 0 || cell.Step.Start == next ? (taken, waiting + 1) : (0, 1);
                next = cell.Step.Start + grid.Interval;
            }

            return (taken, waiting);
        }
    }
}

/// <param name="Beside">The values of the same cell of the channels that the series is forecast together with.</param>
/// <param name="Request">What was asked for while the cell was the next to close: it keeps its place among the cells.</param>
/// <param name="Background">The model of the series' group in force.</param>
internal readonly record struct ClosedCell(Step Step, double[] Beside, PinRequest? Request, Background? Background);
