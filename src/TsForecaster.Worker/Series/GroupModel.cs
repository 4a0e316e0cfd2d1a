using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Series;

/// <summary>What a series has from its group: the newest model there was for a cell of its own, and the one its refit under way adapts.</summary>
internal sealed class GroupModel
{
    public Background? Current { get; private set; }

    /// <summary>What the refit under way adapts; null when there is none.</summary>
    public Background? Adapting { get; private set; }

    /// <summary>Steps of the shortest past that a member looks at; null before the group has a model.</summary>
    public int? Shortest => Current?.Model!.Members.Min(member => member.Recipe.Shape.Reach);

    /// <summary>Takes note of the model in force for a cell. Where nothing came of a fit, the one before it stays.</summary>
    public void Observe(Background? inForce) => Current = inForce?.Model is null ? Current : inForce;

    /// <summary>Whether a history of so many steps holds a window of a member, so that there is something to adapt to.</summary>
    public bool CanAdapt(int steps) => Current?.Model!.Members.Any(member => member.Recipe.Shape.Reach + member.Recipe.Shape.Future <= steps) ?? false;

    /// <summary>A refit begins.</summary>
    public void Begin() => Adapting = Current;

    /// <summary>The refit under way has ended, or is no longer wanted.</summary>
    public void End() => Adapting = null;

    /// <summary>The model of a series that has not been seen before: of each member the component that its last past belongs to. Null while that is not full.</summary>
    public Forecaster? Start(ReadOnlySpan<double> history) =>
        Current?.Model!.Within(history.Length) is { } model ? new Forecaster(model.Adapt(history[^Math.Min(history.Length, model.Reach)..].ToArray())) : null;

    public void Write(BinaryWriter writer)
    {
        writer.Write(Current?.Number ?? -1);
        writer.Write(Adapting?.Number ?? -1);
    }

    /// <param name="backgrounds">Those of the group by number; one that is gone is forgotten.</param>
    public static GroupModel Read(BinaryReader reader, IReadOnlyDictionary<int, Background> backgrounds) => new()
    {
        Current = backgrounds.GetValueOrDefault(reader.ReadInt32()),
        Adapting = backgrounds.GetValueOrDefault(reader.ReadInt32()),
    };
}
