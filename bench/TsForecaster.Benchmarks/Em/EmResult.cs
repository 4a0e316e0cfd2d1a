namespace TsForecaster.Benchmarks.Em;

/// <summary>One shape's comparison. Times are an iteration's; likelihoods the mean of a window, natural logarithm.</summary>
internal sealed record EmResult
{
    public required int N { get; init; }

    public required int D { get; init; }

    public required int K { get; init; }

    public required double OursMs { get; init; }

    public required double SklearnMs { get; init; }

    /// <summary>Median over the pairs of theirs over ours.</summary>
    public required double Ratio { get; init; }

    public required double OursLogLikelihood { get; init; }

    public required double SklearnLogLikelihood { get; init; }

    public double RelativeDifference => Math.Abs(OursLogLikelihood - SklearnLogLikelihood) / Math.Abs(SklearnLogLikelihood);

    /// <summary>2·N·D²·K operations, what symmetric kernels without pruning need, a second, over the measured matrix product.</summary>
    public double PeakShare => 2.0 * N * D * D * K / (OursMs * 1e6) / MatrixProductGflops;

    public required double OursPeakMib { get; init; }

    public required double SklearnPeakMib { get; init; }

    public required double MatrixProductGflops { get; init; }

    public required int Pairs { get; init; }

    public required int Iterations { get; init; }

    public required string Peer { get; init; }
}
