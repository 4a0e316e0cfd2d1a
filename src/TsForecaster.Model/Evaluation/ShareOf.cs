namespace TsForecaster.Model.Evaluation;

/// <summary>Progress of a stretch of the work, told as progress of the whole.</summary>
internal sealed class ShareOf(IProgress<double> whole, double from, double to) : IProgress<double>
{
    public void Report(double value) => whole.Report(from + (value * (to - from)));
}
