using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Series;

/// <summary>
/// The model of a group of series as one fit leaves it: first the fit under way, then what came of it. Cells of the group that close while it is in
/// force wait until it is known.
/// </summary>
/// <param name="number">Counts the fits of the group from 0.</param>
/// <param name="since">The event time before which the values lie that it learns from.</param>
/// <param name="job">The fit, to be done.</param>
internal sealed class Background(int number, long since, BackgroundJob job)
{
    private byte[]? _bytes;

    public int Number => number;

    public long Since => since;

    /// <summary>Series that it was fitted to.</summary>
    public int Series { get; private init; } = job.Series;

    /// <summary>The fit under way; null when it has ended.</summary>
    public BackgroundJob? Job { get; private set; } = job;

    /// <summary>Null while it is under way, and when nothing came of it.</summary>
    public PooledModel? Model { get; private set; }

    /// <summary>Takes up what came of the fit.</summary>
    public void Settle(BackgroundOutcome outcome) => (Model, Job) = (outcome.Model, null);

    public void Write(StateWriter writer)
    {
        writer.Write(Number);
        writer.Write(Since);
        writer.Write(Series);
        writer.Write(Job is not null);
        if (Job is { } job)
        {
            writer.Write(job.Histories.Count);
            foreach (double[] history in job.Histories)
            {
                writer.Write(history.Length);
                writer.WriteAll(history);
            }

            return;
        }

        byte[] bytes = _bytes ??= Bytes();
        writer.Write(bytes.Length);
        writer.WriteKept(bytes);
    }

    /// <param name="settings">Of the group.</param>
    public static Background Read(BinaryReader reader, SeriesSettings settings)
    {
        (int number, long since, int series) = (reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt32());
        bool underWay = reader.ReadBoolean();
        double[][] histories = new double[underWay ? reader.ReadInt32() : 0][];
        for (int i = 0; i < histories.Length; i++)
        {
            histories[i] = reader.ReadAll(reader.ReadInt32());
        }

        Background background = new(number, since, new BackgroundJob(series, histories, settings.Model, settings.Refit));
        if (!underWay)
        {
            background._bytes = reader.ReadBytes(reader.ReadInt32());
            background.Settle(new BackgroundOutcome(background._bytes.Length > 0 ? PooledModelFile.Load(new MemoryStream(background._bytes)) : null));
        }

        return background;
    }

    private byte[] Bytes()
    {
        using MemoryStream stream = new();
        if (Model is not null)
        {
            PooledModelFile.Save(stream, Model);
        }

        return stream.ToArray();
    }
}
