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
        WriteAll(writer, mixture.Weights);
        WriteAll(writer, mixture.Means);
        WriteAll(writer, mixture.StandardDeviations);
    }

    public static UnivariateMixture Read(BinaryReader reader)
    {
        (ValueTransform transform, int components) = ((ValueTransform)reader.ReadInt32(), reader.ReadInt32());
        return new(ReadAll(reader, components), ReadAll(reader, components), ReadAll(reader, components), transform);
    }

    private static void WriteAll(BinaryWriter writer, ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            writer.Write(value);
        }
    }

    private static double[] ReadAll(BinaryReader reader, int count)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = reader.ReadDouble();
        }

        return values;
    }
}
