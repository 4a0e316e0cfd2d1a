namespace TsForecaster.Model.Evaluation;

/// <summary>
/// Scores pieces of work on all cores. The pieces are cut the same way whatever the number of cores and merged in their
/// order, so the sums are too.
/// </summary>
internal static class ScoringRun
{
    /// <summary>Forecasts in a piece: some tens of milliseconds of work.</summary>
    public const int PieceForecasts = 256;

    /// <param name="pieces">How many.</param>
    /// <param name="score">Scores one piece; called from several threads.</param>
    /// <param name="progress">Told the share done, from the threads that do the work.</param>
    /// <param name="cancellation">Looked at between pieces.</param>
    public static T[] Score<T>(int pieces, Func<int, T> score, IProgress<double>? progress, CancellationToken cancellation)
    {
        var tallies = new T[pieces];
        int done = 0;
        Parallel.For(0, pieces, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, piece =>
        {
            tallies[piece] = score(piece);
            progress?.Report((double)Interlocked.Increment(ref done) / pieces);
        });
        return tallies;
    }
}
