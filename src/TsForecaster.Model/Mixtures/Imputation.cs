using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// A component given what is observed of a window: with U what is unknown and O the rest, in precisions (Bishop, PRML eq. 2.73–2.75)
/// <code>
/// x̃_U = μ_U − (Λ_UU)⁻¹ Λ_UO (x_O − μ_O),   C_UU = (Λ_UU)⁻¹,
/// log N(x_O) = log N(x̃) + ½ (|U| ln 2π − ln det Λ_UU).
/// </code>
/// Cost |U|³/6 for a pattern, |U|·D for each of its windows, |U|³/3 for C_UU. One thread's working place.
/// </summary>
internal sealed class Imputation
{
    private readonly int _dimension;
    private readonly int _levels;
    private readonly InverseFactor _factor;
    private readonly double[] _gradient;
    private readonly double[] _covariance;
    private readonly int[] _unknown;
    private PrecisionMatrix? _precision;
    private int _count;

    public Imputation(IncompleteRows windows)
    {
        (_dimension, _levels) = (windows.Dimension, windows.Levels);
        _factor = new InverseFactor(windows.MostUnknown);
        _gradient = new double[windows.MostUnknown];
        _unknown = new int[windows.MostUnknown];
        _covariance = new double[_factor.Width * _factor.Width];
    }

    /// <summary>U: the missing numbers of a window, rising, then D + l for every level l.</summary>
    public ReadOnlySpan<int> Unknown => _unknown.AsSpan(0, _count);

    /// <summary>½ (|U| ln 2π − ln det Λ_UU).</summary>
    public double LogVolume { get; private set; }

    /// <summary>Takes a component and what is missing of a window (NaN); false when Λ_UU is not positive definite to working precision.</summary>
    public bool TryCondition(PrecisionMatrix precision, ReadOnlySpan<double> window)
    {
        (_precision, _count) = (precision, 0);
        for (int i = 0; i < _dimension; i++)
        {
            if (double.IsNaN(window[i]))
            {
                _unknown[_count++] = i;
            }
        }

        for (int level = 0; level < _levels; level++)
        {
            _unknown[_count++] = _dimension + level;
        }

        if (!_factor.TryFactor(precision.Values, precision.Size, Unknown))
        {
            return false;
        }

        LogVolume = 0.5 * ((_count * StandardNormal.LogTwoPi) - _factor.LogDeterminant);
        return true;
    }

    /// <summary>Replaces x (D numbers relative to the origin, with what <see cref="TryCondition"/> was given missing) by x̃ − origin.</summary>
    public void Impute(Span<double> window)
    {
        window = window[.._dimension];
        ReadOnlySpan<double> mean = _precision!.Mean;
        for (int i = 0; i < window.Length; i++)
        {
            window[i] -= mean[i];
        }

        int missing = _count - _levels;
        foreach (int i in _unknown.AsSpan(0, missing))
        {
            window[i] = 0.0;
        }

        Span<double> gradient = _gradient.AsSpan(0, _count);
        for (int u = 0; u < gradient.Length; u++)
        {
            gradient[u] = VectorKernels.Dot(_precision.Values.AsSpan(_unknown[u] * _precision.Size, _dimension), window);
        }

        _factor.Solve(gradient);
        for (int u = 0; u < missing; u++)
        {
            window[_unknown[u]] = -gradient[u];
        }

        for (int level = 0; level < _levels; level++)
        {
            for (int i = level; i < _dimension; i += _levels)
            {
                window[i] += gradient[missing + level];
            }
        }

        VectorKernels.AddScaled(1.0, mean, window);
    }

    /// <summary>C_UU on and below the diagonal, a row every <paramref name="width"/> numbers; valid until the next call.</summary>
    public unsafe ReadOnlySpan<double> Covariance(out int width)
    {
        _factor.Invert();
        width = _factor.Width;
        Span<double> covariance = _covariance.AsSpan(0, width * width);
        covariance.Clear();
        fixed (double* w = _factor.Inverse, c = covariance)
        {
            OuterProductKernel.AddGram(w, _factor.Dimension, width, c);
        }

        return covariance;
    }
}
