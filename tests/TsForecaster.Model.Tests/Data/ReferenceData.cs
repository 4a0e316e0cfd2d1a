using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Tests.Data;

/// <summary>The reference data sets of this folder (see SOURCES.md).</summary>
internal static class ReferenceData
{
    public static WindowSet Faithful { get; } = Rows("faithful.csv", [0, 1]);

    public static WindowSet Iris { get; } = Rows("iris.csv", [0, 1, 2, 3]);

    public static WindowSet Diabetes { get; } = Rows("diabetes.csv", [1, 2, 3]);

    private static WindowSet Rows(string file, int[] columns)
    {
        List<double> values = [];
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", file)).Skip(1))
        {
            string[] fields = line.Split(',');
            values.AddRange(columns.Select(column => double.Parse(fields[column])));
        }

        return WindowSet.FromRows(values.ToArray(), columns.Length);
    }
}
