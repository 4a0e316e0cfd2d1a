using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Series;

/// <summary>A predictive distribution as a state holds it: transform, components; weights, means and standard deviations.</summary>
internal static class MixtureBytes
{
    public static void Write(BinaryWriter writer, UnivariateMixture mixture)
    {
        writer.Write((int)mixture.Transform);
        writer.Write(mixture.Weights.Length);
        writer.WriteAll(mixture.Weights);
        writer.WriteAll(mixture.Means);
        writer.WriteAll(mixture.StandardDeviations);
    }

    public static UnivariateMixture Read(BinaryReader reader)
    {
        (ValueTransform transform, int components) = ((ValueTransform)reader.ReadInt32(), reader.ReadInt32());
        return new(reader.ReadAll(components), reader.ReadAll(components), reader.ReadAll(components), transform);
    }
}
