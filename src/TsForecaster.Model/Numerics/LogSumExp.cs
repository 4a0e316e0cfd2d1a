namespace TsForecaster.Model.Numerics;

/// <summary>ln Σ exp(v_i) without overflow or underflow.</summary>
internal static class LogSumExp
{
    /// <summary>ln Σ exp(v_i); −∞ for no terms or none but −∞. NaN in, NaN out.</summary>
    public static double Of(ReadOnlySpan<double> logs)
    {
        double max = Max(logs);
        if (double.IsInfinity(max))
        {
            return max;
        }

        double sum = 0.0;
        foreach (double value in logs)
        {
            sum += Math.Exp(value - max);
        }

        return max + Math.Log(sum);
    }

    /// <summary>Replaces v_i by exp(v_i) / Σ exp(v_j), and returns ln Σ exp(v_j). When every v_i is −∞ the shares are equal.</summary>
    public static double Normalise(Span<double> logs)
    {
        double max = Max(logs);
        if (double.IsNegativeInfinity(max))
        {
            logs.Fill(1.0 / logs.Length);
            return max;
        }

        double sum = 0.0;
        for (int i = 0; i < logs.Length; i++)
        {
            logs[i] = Math.Exp(logs[i] - max);
            sum += logs[i];
        }

        for (int i = 0; i < logs.Length; i++)
        {
            logs[i] /= sum;
        }

        return max + Math.Log(sum);
    }

    private static double Max(ReadOnlySpan<double> values)
    {
        double max = double.NegativeInfinity;
        foreach (double value in values)
        {
            max = Math.Max(max, value);
        }

        return max;
    }
}
