using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// Makes a covariance estimate positive definite: Σ ← Σ + (ridge · tr Σ / D + absolute ridge) I, more of it, within bounds, when
/// the factorisation still fails. A covariance that has collapsed altogether, as that of a constant series has, gets the
/// variance <see cref="_floor"/>: its standard deviation is a millionth of the windows', or, when they do not vary at all,
/// 1e-12 of their root mean square (1e-15 when they are zero).
/// </summary>
internal sealed class RidgedCovariance
{
    private const int MaxEscalations = 10;

    /// <summary>The first escalation as a share of the mean variance; each further one is ten times the last, up to one.</summary>
    private const double FirstEscalation = 1e-9;

    private readonly double _ridge;
    private readonly double _absolute;
    private readonly double _floor;
    private int _escalations;

    public RidgedCovariance(WindowSet windows, double ridge, double absoluteRidge)
        : this(WindowSpread.Of(windows.Filled), ridge, absoluteRidge)
    {
    }

    public RidgedCovariance(WindowSpread spread, double ridge, double absoluteRidge)
    {
        (_ridge, _absolute) = (ridge, absoluteRidge);
        _floor = Math.Max(1e-30, Math.Max(1e-24 * spread.MeanSquare, 1e-12 * spread.Variance));
    }

    /// <summary>Times a ridge was raised.</summary>
    public int Escalations => _escalations;

    /// <summary>The ridge of a covariance with that mean on its diagonal, before any escalation.</summary>
    public double Of(double meanVariance) => (_ridge * meanVariance) + _absolute;

    /// <summary>Adds the ridge to a diagonal covariance in place and takes its root; null when it stays singular or is not finite.</summary>
    public double[]? Factor(double[] covariance, int dimension)
    {
        double[] factor = new double[covariance.Length];
        return TryFactor(covariance, dimension, matrix => TryRoots(matrix, factor, dimension)) ? factor : null;
    }

    /// <summary>
    /// Adds the ridge to the covariance in place, and more of it until <paramref name="factor"/> succeeds; false when it stays
    /// singular or is not finite. Several threads may be at it.
    /// </summary>
    public bool TryFactor(double[] covariance, int dimension, Func<double[], bool> factor)
    {
        double meanVariance = Trace(covariance, dimension) / dimension;
        if (!double.IsFinite(meanVariance))
        {
            return false;
        }

        double ridge = Of(meanVariance);
        AddToDiagonal(covariance, dimension, meanVariance + ridge < _floor ? ridge + _floor : ridge);
        return TryRaise(covariance, dimension, meanVariance, factor);
    }

    /// <summary>The same for a covariance that has its ridge.</summary>
    public bool TryRaise(double[] covariance, int dimension, Func<double[], bool> factor) =>
        TryRaise(covariance, dimension, Trace(covariance, dimension) / dimension, factor);

    private bool TryRaise(double[] covariance, int dimension, double meanVariance, Func<double[], bool> factor)
    {
        double escalation = Math.Max(_floor, FirstEscalation * meanVariance);
        for (int attempt = 0; attempt <= MaxEscalations; attempt++)
        {
            if (factor(covariance))
            {
                return true;
            }

            AddToDiagonal(covariance, dimension, escalation);
            escalation *= 10.0;
            Interlocked.Increment(ref _escalations);
        }

        return false;
    }

    private static bool TryRoots(double[] covariance, double[] factor, int dimension)
    {
        for (int i = 0; i < factor.Length; i += dimension + 1)
        {
            if (!(covariance[i] > 0.0))
            {
                return false;
            }

            factor[i] = Math.Sqrt(covariance[i]);
        }

        return true;
    }

    private static double Trace(double[] matrix, int dimension)
    {
        double trace = 0.0;
        for (int i = 0; i < matrix.Length; i += dimension + 1)
        {
            trace += matrix[i];
        }

        return trace;
    }

    private static void AddToDiagonal(double[] matrix, int dimension, double value)
    {
        for (int i = 0; i < matrix.Length; i += dimension + 1)
        {
            matrix[i] += value;
        }
    }
}
