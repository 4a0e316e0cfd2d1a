using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Refit;

/// <summary>
/// Which of the channels that are forecast together a refit learns from. A window counts where at least half of each channel is observed, so that one that has just
/// begun, or went silent long ago, would take away what the others have to learn from: it and those behind it are left out.
/// </summary>
internal static class JointChannels
{
    /// <summary>Windows a refit needs for each number that a window holds: as many as the first refit of a series by itself has.</summary>
    public const int WindowsANumber = 2;

    /// <summary>
    /// The first so many channels that leave half of the windows that the first has alone, and enough for the dimension they make. One channel is always learned from.
    /// </summary>
    public static int Learnable(RefitJob job)
    {
        if (job.Channels == 1)
        {
            return 1;
        }

        int alone = Windows(job, 1), kept = job.Channels;
        while (kept > 1 && Windows(job, kept) is var windows && (2 * windows < alone || windows < WindowsANumber * Window(job, kept).Dimension))
        {
            kept--;
        }

        return kept;
    }

    /// <summary>The recipe for so many channels.</summary>
    public static ForecastRecipe Of(ForecastRecipe recipe, int channels) => recipe.Members.All(member => member.Shape.Channels == channels)
        ? recipe
        : recipe with { Members = [.. recipe.Members.Select(member => member with { Shape = WindowShape.OfLags(member.Shape.Lags, member.Shape.Future, channels) })] };

    private static WindowShape Window(RefitJob job, int channels) => Of(job.Recipe!, channels).Members[0].Shape;

    private static int Windows(RefitJob job, int channels) => WindowSet.Over(
        JoinedHistory.First(job.Before, job.Channels, channels), Window(job, channels), job.Recipe!.Members[0].Normalisation, missing: new MissingValues()).Count;
}
