using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Series;

/// <summary>
/// The active model of a series and the last <paramref name="keep"/> that it replaced. Those are kept as they are saved, a fraction of
/// what a model takes that is ready to use.
/// </summary>
internal sealed class HeldModels(int keep)
{
    private readonly List<Held> _earlier = [];
    private byte[]? _activeBytes;

    /// <param name="LearnedUntil">The step at which the model's fit began: what came later is new to it.</param>
    private sealed record Held(string Id, long LearnedUntil, byte[] Bytes);

    /// <summary>Null before the first model.</summary>
    public Forecaster? Active { get; private set; }

    /// <summary>The step at which the active model's fit began.</summary>
    public long LearnedUntil { get; private set; }

    /// <summary>Ids of the models that can be gone back to, newest first; the active one leads.</summary>
    public IEnumerable<string> Ids => Active is null ? [] : _earlier.Select(held => held.Id).Prepend(Active.Model.Id);

    /// <summary>Makes a new model the active one; the one before it is kept, and the oldest let go.</summary>
    public void Promote(Forecaster forecaster, long learnedUntil)
    {
        if (Active is not null && keep > 0)
        {
            _earlier.Insert(0, new Held(Active.Model.Id, LearnedUntil, ActiveBytes()));
            _earlier.RemoveRange(Math.Min(keep, _earlier.Count), Math.Max(0, _earlier.Count - keep));
        }

        (Active, _activeBytes, LearnedUntil) = (forecaster, null, learnedUntil);
    }

    /// <summary>Makes a held model the active one; the one before it takes the first place among the earlier.</summary>
    /// <returns>False when no such model is held.</returns>
    public bool TryRestore(string id)
    {
        if (Active?.Model.Id == id)
        {
            return true;
        }

        if (_earlier.FindIndex(held => held.Id == id) is >= 0 and var at)
        {
            Held restored = _earlier[at];
            _earlier.RemoveAt(at);
            Promote(Load(restored.Bytes), restored.LearnedUntil);
            _activeBytes = restored.Bytes;
            return true;
        }

        return false;
    }

    public void Write(StateWriter writer)
    {
        writer.Write(Active is null ? 0 : 1 + _earlier.Count);
        if (Active is not null)
        {
            Write(writer, new Held(Active.Model.Id, LearnedUntil, ActiveBytes()));
            _earlier.ForEach(held => Write(writer, held));
        }
    }

    public static HeldModels Read(BinaryReader reader, int keep)
    {
        HeldModels models = new(keep);
        for (int i = 0, count = reader.ReadInt32(); i < count; i++)
        {
            Held held = new(reader.ReadString(), reader.ReadInt64(), reader.ReadBytes(reader.ReadInt32()));
            if (i == 0)
            {
                (models.Active, models._activeBytes, models.LearnedUntil) = (Load(held.Bytes), held.Bytes, held.LearnedUntil);
            }
            else if (i <= keep)
            {
                models._earlier.Add(held);
            }
        }

        return models;
    }

    private static void Write(StateWriter writer, Held held)
    {
        writer.Write(held.Id);
        writer.Write(held.LearnedUntil);
        writer.Write(held.Bytes.Length);
        writer.WriteKept(held.Bytes);
    }

    /// <summary>The active model as it is saved. Checkpoints come far more often than models: its bytes are made once.</summary>
    private byte[] ActiveBytes()
    {
        if (_activeBytes is null)
        {
            using MemoryStream model = new();
            ModelFile.Save(model, Active!.Model);
            _activeBytes = model.ToArray();
        }

        return _activeBytes;
    }

    private static Forecaster Load(byte[] bytes) => new(ModelFile.Load(new MemoryStream(bytes)));
}
