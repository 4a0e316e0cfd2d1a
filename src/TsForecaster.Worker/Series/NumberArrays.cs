namespace TsForecaster.Worker.Series;

/// <summary>Numbers one after another in a state; how many is told elsewhere.</summary>
internal static class NumberArrays
{
    public static void WriteAll(this BinaryWriter writer, ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            writer.Write(value);
        }
    }

    public static double[] ReadAll(this BinaryReader reader, int count)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = reader.ReadDouble();
        }

        return values;
    }
}
