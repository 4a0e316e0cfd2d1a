namespace TsForecaster.Model.Evaluation.Selection;

/// <summary>
/// The places that candidates are compared at: origins in the held-out rows, and as many fewer in the rows they were fitted to; of long
/// futures, evenly spread steps.
/// </summary>
internal sealed class HeldOutOrigins
{
    private const int MostOrigins = 400;
    private const int MostSteps = 48;

    /// <param name="rows">Of a series.</param>
    /// <param name="fitted">Rows at the beginning that candidates are fitted to.</param>
    /// <param name="reach">The most that a candidate looks back.</param>
    /// <param name="future">F.</param>
    public HeldOutOrigins(int rows, int fitted, int reach, int future)
    {
        Future = future;
        Steps = [.. Enumerable.Range(0, Math.Min(MostSteps, future)).Select(i => (int)((i + 1L) * future / Math.Min(MostSteps, future)))];
        Judged = Spread(fitted, rows - future, MostOrigins);
        Learnt = Spread(reach, fitted - future, MostOrigins / 2);
    }

    public int Future { get; }

    /// <summary>Steps that are scored, from 1, rising; F is the last.</summary>
    public int[] Steps { get; }

    /// <summary>Origins in the held-out rows.</summary>
    public int[] Judged { get; }

    /// <summary>Origins whose future the candidates were fitted to.</summary>
    public int[] Learnt { get; }

    /// <summary>Rows from the first learnt origin to the end of the last one's future.</summary>
    public int LearntRows => Learnt.Length > 0 ? Learnt[^1] - Learnt[0] + Future : 0;

    private static int[] Spread(int first, int last, int most)
    {
        if (last < first)
        {
            return [];
        }

        int stride = ((last - first) / most) + 1;
        return [.. Enumerable.Range(0, ((last - first) / stride) + 1).Select(i => first + (i * stride))];
    }
}
