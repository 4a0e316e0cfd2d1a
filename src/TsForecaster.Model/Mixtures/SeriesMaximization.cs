using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Mixtures;

/// <summary>The M-step of <see cref="SeriesMixture"/>: one job a component, sums over series in their order.</summary>
internal sealed unsafe class SeriesMaximization
{
    /// <summary>A series that belongs to a component with less than this adds nothing at double precision.</summary>
    private const double Negligible = 1e-16;

    private readonly SeriesMoments[] _series;
    private readonly RidgedCovariance _ridge;
    private readonly ForkJoin _threads;
    private readonly int _dimension;
    private readonly int _width;
    private readonly int[] _order;

    public SeriesMaximization(SeriesMoments[] series, double ridge, ForkJoin threads)
    {
        (_series, _threads, _dimension) = (series, threads, series[0].Dimension);
        _width = OuterProductKernel.Padded(_dimension);
        _order = [.. Enumerable.Range(0, _dimension)];
        _ridge = new RidgedCovariance(Spread(series), ridge, 0.0);
    }

    /// <summary>Times a ridge was raised.</summary>
    public int Escalations => _ridge.Escalations;

    /// <summary>The components that the responsibilities make; null when a covariance stays singular.</summary>
    /// <param name="responsibilities">K arrays, a number a series.</param>
    public SeriesComponent[]? Run(List<double[]> responsibilities)
    {
        double total = 0.0;
        foreach (double[] r in responsibilities)
        {
            total += VectorKernels.Sum(r);
        }

        SeriesComponent?[] components = new SeriesComponent?[responsibilities.Count];
        _threads.Run(components.Length, (k, _) => components[k] = Component(responsibilities[k], total));
        return components.Contains(null) ? null : components.Select(component => component!).ToArray();
    }

    private SeriesComponent? Component(double[] responsibilities, double total)
    {
        double size = 0.0;
        double[] mean = new double[_dimension];
        for (int s = 0; s < _series.Length; s++)
        {
            double share = responsibilities[s] * _series[s].Count;
            size += share;
            VectorKernels.AddScaled(share, _series[s].Mean, mean);
        }

        foreach (ref double m in mean.AsSpan())
        {
            m /= size;
        }

        double[] covariance = Covariance(responsibilities, mean, size);
        InverseFactor factor = new(_dimension);
        if (!_ridge.TryFactor(covariance, _dimension, matrix => factor.TryFactor(matrix, _dimension, _order)))
        {
            return null;
        }

        factor.Invert();
        return new SeriesComponent(VectorKernels.Sum(responsibilities) / total, mean, covariance, factor);
    }

    /// <summary>Scatter within series, and that of their means about μ_k.</summary>
    private double[] Covariance(double[] responsibilities, double[] mean, double size)
    {
        double[] within = new double[PackedTriangle.Size(_dimension)], rows = new double[_series.Length * _width], between = new double[_width * _width];
        int count = 0;
        for (int s = 0; s < _series.Length; s++)
        {
            if (responsibilities[s] > Negligible)
            {
                VectorKernels.AddScaled(responsibilities[s], _series[s].Scatter, within);
                VectorKernels.ScaledDifference(Math.Sqrt(responsibilities[s] * _series[s].Count), _series[s].Mean, mean, rows.AsSpan(count * _width, _dimension));
                count++;
            }
        }

        fixed (double* r = rows, b = between)
        {
            OuterProductKernel.Add(r, count, _dimension, _width, b);
        }

        double[] covariance = new double[_dimension * _dimension];
        for (int i = 0, at = 0; i < _dimension; i++)
        {
            for (int j = 0; j <= i; j++, at++)
            {
                covariance[(i * _dimension) + j] = covariance[(j * _dimension) + i] = (within[at] + between[(i * _width) + j]) / size;
            }
        }

        return covariance;
    }

    private static WindowSpread Spread(SeriesMoments[] series)
    {
        double squares = 0.0, scatter = 0.0, numbers = 0.0;
        foreach (SeriesMoments moments in series)
        {
            double trace = 0.0;
            for (int i = 0; i < moments.Dimension; i++)
            {
                trace += moments.Scatter[PackedTriangle.Row(i) + i];
            }

            scatter += trace;
            squares += trace + (moments.Count * VectorKernels.Dot(moments.Mean, moments.Mean));
            numbers += (double)moments.Count * moments.Dimension;
        }

        return new WindowSpread(squares / numbers, scatter / numbers);
    }
}
