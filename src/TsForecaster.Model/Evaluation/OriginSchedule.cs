namespace TsForecaster.Model.Evaluation;

/// <summary>
/// Where the forecasts of a part start, and which rows the model behind each may have seen: origin n is row First + n · Stride, its
/// model is fitted on the rows before the last multiple of <paramref name="RefitEvery"/> rows into the part.
/// </summary>
/// <param name="First">First row of the part.</param>
/// <param name="Count">Origins.</param>
/// <param name="Stride">Rows from one to the next.</param>
/// <param name="RefitEvery">0: never refitted.</param>
/// <param name="FittedRows">Rows that the model is fitted on at first.</param>
internal sealed record OriginSchedule(int First, int Count, int Stride, int RefitEvery, int FittedRows)
{
    public int Origin(int n) => First + (n * Stride);

    /// <summary>Rows behind the model of origin n.</summary>
    public int RowsBehind(int n) => RefitEvery == 0 ? FittedRows : First + (n * Stride / RefitEvery * RefitEvery);

    /// <summary>Consecutive origins that share a fit, as ranges of n.</summary>
    public IEnumerable<Range> Blocks()
    {
        for (int from = 0, to = 0; from < Count; from = to)
        {
            while (to < Count && RowsBehind(to) == RowsBehind(from))
            {
                to++;
            }

            yield return from..to;
        }
    }
}
