namespace TsForecaster.Model.Windows;

/// <summary>What is done to every value before windows are cut, and undone on the forecast.</summary>
public enum ValueTransform
{
    None,

    /// <summary>
    /// The natural logarithm: variation in proportion to the level becomes variation of one size, and forecasts stay positive. A value
    /// that is not above zero has none and is taken as missing.
    /// </summary>
    Log,
}

/// <summary>Applying transforms.</summary>
public static class ValueTransforms
{
    /// <summary>The transform of one value; NaN where it has none.</summary>
    public static double Apply(this ValueTransform transform, double value) =>
        transform == ValueTransform.None ? value : value > 0.0 ? Math.Log(value) : double.NaN;

    /// <summary>A history's transform: itself, where there is nothing to do.</summary>
    public static ReadOnlyMemory<double> Apply(this ValueTransform transform, ReadOnlyMemory<double> history)
    {
        if (transform == ValueTransform.None)
        {
            return history;
        }

        double[] transformed = new double[history.Length];
        Apply(transform, history.Span, transformed);
        return transformed;
    }

    /// <summary>Writes the transform of every value.</summary>
    public static void Apply(this ValueTransform transform, ReadOnlySpan<double> values, Span<double> destination)
    {
        for (int i = 0; i < values.Length; i++)
        {
            destination[i] = transform.Apply(values[i]);
        }
    }
}
