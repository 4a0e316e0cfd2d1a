namespace TsForecaster.Model.Evaluation;

/// <summary>x ↦ (x − mean) / sd with the mean and population standard deviation of the observed values; a constant is only centred.</summary>
public readonly record struct Standardisation(double Mean, double StandardDeviation)
{
    public static Standardisation Of(ReadOnlySpan<double> values)
    {
        int count = 0;
        double sum = 0.0;
        foreach (double value in values)
        {
            if (!double.IsNaN(value))
            {
                sum += value;
                count++;
            }
        }

        if (count == 0)
        {
            return new Standardisation(0.0, 1.0);
        }

        double mean = sum / count;
        double squares = 0.0;
        foreach (double value in values)
        {
            squares += double.IsNaN(value) ? 0.0 : (value - mean) * (value - mean);
        }

        double deviation = Math.Sqrt(squares / count);
        return new Standardisation(mean, deviation > 0.0 ? deviation : 1.0);
    }

    /// <summary>In place.</summary>
    public void Apply(Span<double> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (values[i] - Mean) / StandardDeviation;
        }
    }
}
