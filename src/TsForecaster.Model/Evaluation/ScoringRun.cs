namespace TsForecaster.Model.Evaluation;

/// <summary>
/// Scores pieces of work side by side. The pieces are cut the same way whatever the number of cores and merged in their
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
    /// <param name="threads">At work, at most; 0 for one a core.</param>
    public static T[] Score<T>(int pieces, Func<int, T> score, IProgress<double>? progress, CancellationToken cancellation, int threads = 0)
    {
        var tallies = new T[pieces];
        int done = 0;
        Parallel.For(0, pieces, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount }, piece =>
        {
            tallies[piece] = score(piece);
            progress?.Report((double)Interlocked.Increment(ref done) / pieces);
        });
        return tallies;
    }
}
