using System.Globalization;
using TsForecaster.Model.Numerics;

namespace TsForecaster.Benchmarks.Em;

/// <summary>The series that both sides read, as a CSV file and a column of it.</summary>
internal sealed record EmSeries(string File, string Column)
{
    private const int StandardLength = 50_127;
    private const double NoiseShare = 0.01;
    private const double NoisePersistence = 0.9;

    /// <summary>
    /// The bundled half-hourly demand, whose twelve weeks are laid end to end as often as the largest shape needs. Each value gets
    /// autocorrelated noise (seeded, a hundredth of the mean at its widest), lest the same windows come again and again.
    /// </summary>
    public static EmSeries Standard()
    {
        double[] weeks = Read(Path.Combine(Machine.Root, "data", "taylor_halfhourly.csv"), "demand_MW");
        double scale = NoiseShare * weeks.Average() * Math.Sqrt(1.0 - (NoisePersistence * NoisePersistence));
        SeededRandom random = new(1);
        double noise = 0.0;
        string path = Path.Combine(Path.GetTempPath(), "tsforecaster-bench-series.csv");
        using StreamWriter writer = new(path);
        writer.WriteLine("demand_MW");
        for (int i = 0; i < StandardLength; i++)
        {
            noise = (NoisePersistence * noise) + (scale * random.NextGaussian());
            writer.WriteLine((weeks[i % weeks.Length] + noise).ToString("R", CultureInfo.InvariantCulture));
        }

        return new EmSeries(path, "demand_MW");
    }

    public double[] Read() => Read(File, Column);

    private static double[] Read(string path, string column)
    {
        using StreamReader reader = new(path);
        int index = Array.IndexOf((reader.ReadLine() ?? "").Split(','), column);
        if (index < 0)
        {
            throw new ArgumentException($"{path} has no column '{column}'");
        }

        List<double> values = [];
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            values.Add(double.Parse(line.Split(',')[index], CultureInfo.InvariantCulture));
        }

        return [.. values];
    }
}
