using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// One component's mean and precision Λ = WᵀW as conditioning on part of a window needs them, with one more row and column for each
/// level of the window that is not known: a centred window x = y − E δ has moved by as much as its level δ was measured wrongly (E is 1 where a
/// number belongs to the channel of the level). As a quadratic form in (y, δ), x's precision is BᵀΛB with B = (I, −E).
/// </summary>
internal sealed class PrecisionMatrix(int dimension, int levels)
{
    private readonly int _width = OuterProductKernel.Padded(dimension);

    /// <summary>D and the levels.</summary>
    public int Size { get; } = dimension + levels;

    /// <summary>Size×Size row-major, symmetric.</summary>
    public double[] Values { get; } = new double[(dimension + levels) * (dimension + levels)];

    /// <summary>μ − origin, D numbers.</summary>
    public double[] Mean { get; } = new double[dimension];

    /// <summary>Takes the parameters over. Cost D³/6.</summary>
    /// <param name="scratch">2·width² numbers.</param>
    public unsafe void Take(WhitenedComponent component, double[] scratch)
    {
        component.Mean.CopyTo(Mean, 0);
        Span<double> gram = scratch.AsSpan(0, _width * _width), inverse = scratch.AsSpan(_width * _width);
        component.Layout.Unpack(component.Panels, _width, gram);
        InverseFactor.Transpose(gram, dimension, _width, inverse);
        gram.Clear();
        fixed (double* w = inverse, c = gram)
        {
            OuterProductKernel.AddGram(w, dimension, _width, c);
        }

        int[] order = component.Layout.Order;
        for (int a = 0; a < dimension; a++)
        {
            for (int b = 0; b <= a; b++)
            {
                int i = order[a], j = order[b];
                Values[(i * Size) + j] = Values[(j * Size) + i] = gram[(a * _width) + b];
            }
        }

        AddLevels();
    }

    /// <summary>The same from a mean and a factor L of the covariance (D×D row-major), in their own order. Cost D³/3.</summary>
    public unsafe void Take(ReadOnlySpan<double> mean, ReadOnlySpan<double> factor)
    {
        mean.CopyTo(Mean);
        InverseFactor inverse = new(dimension);
        inverse.TakeFactor(factor);
        inverse.Invert();
        double[] gram = new double[_width * _width];
        fixed (double* w = inverse.Inverse, c = gram)
        {
            OuterProductKernel.AddGram(w, dimension, _width, c);
        }

        for (int i = 0; i < dimension; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                Values[(i * Size) + j] = Values[(j * Size) + i] = gram[(i * _width) + j];
            }
        }

        AddLevels();
    }

    private void AddLevels()
    {
        for (int level = 0; level < levels; level++)
        {
            Span<double> row = Values.AsSpan((dimension + level) * Size, Size);
            row.Clear();
            for (int i = level; i < dimension; i += levels)
            {
                VectorKernels.AddScaled(-1.0, Values.AsSpan(i * Size, dimension), row[..dimension]);
            }

            for (int i = 0; i < dimension; i++)
            {
                row[dimension + (i % levels)] -= row[i];
                Values[(i * Size) + dimension + level] = row[i];
            }
        }
    }
}
