namespace TsForecaster.Model.Windows;

/// <summary>
/// The shape of a window: <see cref="Past"/> observed steps followed by <see cref="Future"/> steps to forecast, each step
/// holding <see cref="Channels"/> values side by side (step-major), so that the past is the first
/// <see cref="PastDimension"/> numbers of a window.
/// </summary>
public sealed record WindowShape
{
    public WindowShape(int past, int future, int channels = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(past, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(future, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        (Past, Future, Channels) = (past, future, channels);
    }

    public int Past { get; }

    public int Future { get; }

    public int Channels { get; }

    /// <summary>Steps in a window, P + F.</summary>
    public int Steps => Past + Future;

    /// <summary>Numbers in a window, D = (P + F)·C.</summary>
    public int Dimension => Steps * Channels;

    public int PastDimension => Past * Channels;

    public int FutureDimension => Future * Channels;
}
