using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// What an E-step has found of |z|, z = W (x − μ), carried over to the next parameters, so that a component that was far from a window need not be
/// tried on it again while it has not moved much (as Elkan's bounds for k-means, ICML 2003, do with distances).
/// <para>
/// With P = W W'⁻¹, z = P W'(x − μ), and |W'(x − μ')| ≥ |z| / ‖P‖ − δ with δ = |W'(μ' − μ)|. All matrices are lower triangular, so the same holds of the first s
/// rows alone, with the leading blocks: a component that was left after stage s has its bound for the rows up to there. ‖P‖ is found from
/// G = W L', L' = W'⁻¹: the eigenvalues of GₛGₛᵀ, the leading block of G Gᵀ, have mean m = tr GₛGₛᵀ/s, and none exceeds m + √(1 − 1/s) ‖GₛGₛᵀ − m I‖
/// (Wolkowicz and Styan, 1980, Linear Algebra Appl. 29).
/// </para>
/// <para>
/// Rounding, u = 2⁻⁵³, γ = 2 (D + 2) u, norms Frobenius, R no less than any |x| (all relative to the windows' origin): W'L' is the identity but for
/// γ ‖W'‖ ‖L'‖, G off by γ ‖W‖ ‖L'‖, z by γ ‖W‖ (R + |μ|), z' likewise, δ by γ ‖W'‖ (|μ| + |μ'|) (Higham, Accuracy and Stability, §3.1, §8.1). These are added;
/// relative errors of D² u are less than <see cref="LowerBounds.Rounding"/>. So what is ruled out here is what the E-step would have left, and results
/// have the same bits with and without it.
/// </para>
/// </summary>
internal sealed unsafe class CarriedBounds
{
    private const double Unit = 1.0 / (1L << 53);

    /// <summary>
    /// Carrying a component's bounds takes about as long as D²/5 pairs of a window and a component that the E-step begins on and leaves (measured at 50 and 96
    /// dimensions).
    /// </summary>
    private const double PairsPerSquare = 0.2;

    private readonly WindowRows _rows;
    private readonly PanelLayout _layout;
    private readonly float[][] _bounds;
    private readonly double[][] _moves;
    private readonly bool[] _hasMoved;
    private readonly Workplace?[] _workplaces;
    private double _reach;
    private bool _isNoted;
    private int _patience = 1;
    private int _wait;

    public CarriedBounds(WindowRows rows, PanelLayout layout, int components, int threads)
    {
        (_rows, _layout) = (rows, layout);
        (_bounds, _moves, _hasMoved) = (new float[components][], new double[components][], new bool[components]);
        _workplaces = new Workplace?[threads];
        for (int k = 0; k < components; k++)
        {
            (_bounds[k], _moves[k]) = ([], new double[2 * LowerBounds.Kinds]);
        }
    }

    /// <summary>Whether the E-step at hand uses bounds and notes new ones.</summary>
    public bool IsInUse { get; private set; }

    /// <summary>The kind of a bound on the rows up to a stage's last. All from the eighth stage on count as bounds on all rows, which they are.</summary>
    public static int Kind(int stage) => Math.Min(stage, LowerBounds.Kinds - 1);

    /// <summary>A component's bounds, one a window.</summary>
    public float[] Of(int component) => _bounds[component];

    /// <summary>What has become of them since: eight scales, then eight numbers to add.</summary>
    public double[] Moves(int component) => _moves[component];

    /// <summary>
    /// Takes notice of what an E-step did, and decides whether the next one had better note bounds: where enough pairs are left early, unless it was seen that
    /// bounds spare too few of them; then for twice as many E-steps as the last time it does without.
    /// </summary>
    /// <param name="begun">Pairs of a window and a component that were evaluated, in part at least.</param>
    /// <param name="finished">Those that were evaluated in full.</param>
    public void End(int components, long begun, long finished)
    {
        double cost = PairsPerSquare * components * _rows.Dimension * _rows.Dimension;
        long pairs = (long)_rows.Count * components;
        if (_isNoted && pairs - begun < cost)
        {
            (_wait, _patience) = (_patience, 2 * _patience);
        }
        else if (_wait > 0)
        {
            _wait--;
        }

        Forget(IsInUse && _wait == 0);
        IsInUse = _wait == 0 && pairs - finished > 2.0 * cost;
        if (IsInUse && _bounds[0].Length == 0)
        {
            _reach = Math.Sqrt(_rows.Dimension) * _rows.LargestNumber();
            for (int k = 0; k < _bounds.Length; k++)
            {
                _bounds[k] = new float[_rows.Count];
            }
        }
    }

    /// <summary>Forgets all bounds: the parameters have changed in another way than by <see cref="Move"/>.</summary>
    public void Forget() => Forget(isNoted: false);

    /// <summary>Takes notice of a component's new parameters. Several threads may be at it, for different components.</summary>
    /// <param name="old">The component still with its old ones.</param>
    /// <param name="factor">The new covariance's, inverted.</param>
    /// <param name="mean">The new mean, relative to the origin.</param>
    public void Move(int component, int slot, WhitenedComponent old, InverseFactor factor, ReadOnlySpan<double> mean)
    {
        if (!_isNoted)
        {
            return;
        }

        Workplace place = _workplaces[slot] ??= new Workplace(_rows);
        int dimension = _rows.Dimension, width = _rows.Width;
        Span<double> product = place.Product.Span, z = place.Move;
        _layout.Unpack(old.Panels, width, product);
        double oldNorm = Norm(product[..(dimension * width)]), norm = Norm(factor.Transposed);
        factor.MultiplyByFactor(product);
        z.Clear();
        double means = 0.0;
        for (int j = 0; j < dimension; j++)
        {
            double before = old.Mean[_layout.Order[j]], now = mean[_layout.Order[j]];
            means += (before * before) + (now * now);
            VectorKernels.AddScaled(now - before, factor.Transposed.Slice((j * width) + j, dimension - j), z[j..]);
        }

        // |μ| + |μ'| ≤ √(2 (|μ|² + |μ'|²)).
        double gamma = 2.0 * (dimension + 2) * Unit, factorNorm = factor.FactorNorm(), error = gamma * (_reach + Math.Sqrt(2.0 * means));
        Span<double> moves = _moves[component];
        ReadOnlySpan<double> gram = Gram(place);
        double trace = 0.0, squares = 0.0, shift = 0.0;
        for (int stage = 0, row = 0; row < dimension; stage++)
        {
            for (int end = row + _layout.Stages[stage].Rows; row < end; row++)
            {
                ReadOnlySpan<double> left = gram.Slice(row * width, row);
                squares += 2.0 * VectorKernels.Dot(left, left);
                trace += gram[(row * width) + row];
                shift += z[row] * z[row];
            }

            if (Kind(stage) == LowerBounds.Kinds - 1 && row < dimension)
            {
                continue;
            }

            double largest = (trace / row) + Math.Sqrt((squares + Spread(gram, row, width, trace / row)) * (row - 1) / row);
            double length = (Math.Sqrt(largest) + (gamma * oldNorm * factorNorm)) / (1.0 - (gamma * norm * factorNorm));
            double scale = length > 0.0 ? Math.Min(1.0, 1.0 / length) : 0.0, errors = error * ((scale * oldNorm) + (2.0 * norm));
            Compose(moves, Kind(stage), scale * (1.0 - LowerBounds.Rounding), (Math.Sqrt(shift) + errors) * (1.0 + LowerBounds.Rounding), _hasMoved[component]);
        }

        _hasMoved[component] = true;
    }

    private static double Norm(ReadOnlySpan<double> numbers) => Math.Sqrt(VectorKernels.Dot(numbers, numbers));

    /// <summary>Σ_i (a_ii − mean)² over the leading numbers of a diagonal.</summary>
    private static double Spread(ReadOnlySpan<double> matrix, int size, int width, double mean)
    {
        double squares = 0.0;
        for (int i = 0; i < size; i++)
        {
            double d = matrix[(i * width) + i] - mean;
            squares += d * d;
        }

        return squares;
    }

    private static void Compose(Span<double> moves, int kind, double scale, double shift, bool hasMoved)
    {
        ref double before = ref moves[kind], added = ref moves[LowerBounds.Kinds + kind];
        (before, added) = hasMoved ? (before * scale, (added * scale) - shift) : (scale, -shift);
    }

    /// <summary>G Gᵀ on and below the diagonal, from Gᵀ eight rows at a time: each adds only where it is not zero.</summary>
    private ReadOnlySpan<double> Gram(Workplace place)
    {
        int dimension = _rows.Dimension, width = _rows.Width;
        Array.Clear(place.Gram);
        fixed (double* g = place.Product.Span, c = place.Gram)
        {
            for (int row = 0; row < dimension; row += OuterProductKernel.Multiple)
            {
                int rows = Math.Min(OuterProductKernel.Multiple, dimension - row);
                OuterProductKernel.Add(g + ((nint)row * width) + row, rows, dimension - row, width, c + ((nint)row * width) + row);
            }
        }

        return place.Gram;
    }

    /// <summary>Until a component's parameters have moved its bounds say nothing.</summary>
    private void Forget(bool isNoted)
    {
        _isNoted = isNoted;
        Array.Clear(_hasMoved);
        foreach (double[] moves in _moves)
        {
            Array.Clear(moves);
        }
    }

    /// <summary>What one thread works in.</summary>
    private sealed class Workplace(WindowRows rows)
    {
        /// <summary>Wᵀ, then Gᵀ.</summary>
        public AlignedBuffer Product { get; } = new(UpperFactor.PaddedRows(rows.Dimension) * rows.Width);

        public double[] Gram { get; } = new double[rows.Width * rows.Width];

        public double[] Move { get; } = new double[rows.Dimension];
    }
}
