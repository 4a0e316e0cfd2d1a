using System.Numerics;
using System.Runtime.Intrinsics;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// The M-step's sums for windows that are slices of one history, from products that all components share. With y the history less its
/// origin and τ_k[m] = t_nk where window n starts at m, zero where none does, Σ_n t_nk x_n[i] x_n[i + l] = Σ_m τ_k[m] z_l[m + i]
/// with z_l[m] = y[m] y[m + l]: for each lag l the correlation of τ_k with z_l at offsets i = 0 … D − 1 − l. Σ_n t_nk x_n is that with y itself,
/// which stands as lag D.
/// <para>
/// Correlations are taken by overlap-save (Oppenheim and Schafer, Discrete-Time Signal Processing, §8.7): blocks of B = M − D + 1 starts, transforms of M ≥ 4 D numbers, products summed
/// over the blocks of a part while still transformed, one transform back a component and part. Two lags are the real and the imaginary part of one
/// number, eight such pairs the lanes of a vector. About 2 M/B · K D fused multiply-adds a window and component, where direct sums take K D²/2,
/// however many responsibilities are negligible.
/// </para>
/// <para>
/// Rounding, u = 2⁻⁵³: a transform is off by 4 log2 M · u in the 2-norm, a sum over blocks by three units a block, and by Cauchy and Schwarz no
/// correlation exceeds ‖τ_kb‖ ‖z_lb‖. What is transformed together is off together: two lags, and two blocks' τ, whose squares are therefore added. Every
/// product is off by less than β = (12 log2 M + 3 blocks of a part + 8) u Σ_b ‖τ_kb‖ ζ_b with ζ_b² = 2 max(Σ y⁴, s² Σ y²) over the block, since Σ z_l² ≤ Σ y⁴; s is
/// a power of two near the root mean square of y, by which the lag that is y itself is scaled, and sums by less than β/s (<see cref="ErrorBounds"/>). This is
/// relative to the origin, not to a component's centre: where it is too much against the ridge, the sums are taken directly.
/// </para>
/// <para>
/// A job is a part of the blocks and one vector of lags; parts depend on K and N alone, blocks are added in their order: the same bits for any
/// number of threads.
/// </para>
/// </summary>
internal sealed unsafe class LagProducts
{
    /// <summary>u.</summary>
    public const double Unit = 1.0 / (1L << 53);

    private const int Element = LaneTransform.Element;
    private const int Lanes = LaneTransform.Lanes;
    private const int MaxLength = 2048;
    private const int SpectrumNumbers = 1 << 16;

    private readonly WindowRows _rows;
    private readonly ForkJoin _threads;
    private readonly LaneTransform _transform;
    private readonly int _slots;
    private readonly int _parts;
    private readonly int _starts;
    private readonly int _blocks;
    private readonly int _filterBlocks;
    private readonly int _lagVectors;
    private readonly int _filterVectors;
    private readonly int _batch;
    private readonly double[] _values;
    private readonly int[] _first;
    private readonly int[] _places;
    private readonly double _scale;
    private readonly double[] _blockNorms;
    private readonly AlignedBuffer _filters;
    private readonly Workplace[] _workplaces;
    private readonly double[] _sizes;
    private readonly double[] _norms;
    private readonly Action<int, int> _filterJob;
    private readonly Action<int, int> _productJob;
    private IReadOnlyList<double[]> _responsibilities = [];
    private double[][] _products = [];
    private double[][] _sums = [];

    /// <param name="rows">Direct, in the order of their starts (<see cref="Suits"/>).</param>
    /// <param name="parts">Parts that a component's sums are handed over in, of which no more are filled than pay.</param>
    public LagProducts(WindowRows rows, int components, int parts, ForkJoin threads)
    {
        (_rows, _threads, _slots) = (rows, threads, parts);
        int length = LengthFor(rows.Dimension);
        _transform = new LaneTransform(length);
        _starts = length - rows.Dimension + 1;
        _blocks = Blocks(rows);
        _parts = Parts(_blocks, parts);
        _filterBlocks = (_blocks + 1) & ~1;
        _lagVectors = LagVectors(rows.Dimension);
        _filterVectors = (components + Lanes - 1) / Lanes;
        _batch = Math.Min((_blocks + _parts - 1) / _parts, Math.Max(1, SpectrumNumbers / (length * Element)));

        // Beyond the history, where no window reaches, anything finite will do.
        _values = new double[(_blocks * _starts) + length + (_lagVectors * Element)];
        for (int m = 0; m < Math.Min(rows.Values.Length, _values.Length); m++)
        {
            _values[m] = double.IsNaN(rows.Values[m]) ? 0.0 : rows.Values[m];
        }

        _first = new int[_blocks + 1];
        for (int n = 0; n < rows.Count; n++)
        {
            _first[(rows.Starts[n] / _starts) + 1] = n + 1;
        }

        for (int b = 1; b <= _blocks; b++)
        {
            _first[b] = Math.Max(_first[b], _first[b - 1]);
        }

        _places = new int[length];
        for (int place = 0; place < length; place++)
        {
            _places[_transform.Frequencies[place]] = place;
        }

        double square = VectorKernels.Dot(_values, _values) / Math.Max(1, rows.Values.Length);
        _scale = square > 0.0 && double.IsFinite(square) ? Math.ScaleB(1.0, Math.ILogB(square) / 2) : 1.0;
        _blockNorms = new double[_blocks];
        for (int b = 0; b < _blocks; b++)
        {
            double squares = 0.0, fourths = 0.0;
            foreach (double y in _values.AsSpan(b * _starts, length + rows.Dimension))
            {
                squares += y * y;
                fourths += y * y * (y * y);
            }

            _blockNorms[b] = Math.Sqrt(2.0 * Math.Max(fourths, _scale * _scale * squares));
        }

        _filters = new AlignedBuffer(((length / 2) + 1) * _filterBlocks * _filterVectors * Element);
        _sizes = new double[components * _blocks];
        _norms = new double[components * _blocks];
        _workplaces = new Workplace[threads.Threads];
        for (int slot = 0; slot < _workplaces.Length; slot++)
        {
            _workplaces[slot] = new Workplace(length, _batch, _filterVectors * Lanes);
        }

        (_filterJob, _productJob) = (TransformFilters, AddPart);
    }

    /// <summary>Whether the windows lie in a history one after another.</summary>
    public static bool Suits(WindowRows rows)
    {
        bool suits = rows.IsDirect && rows.Count > 0 && LengthFor(rows.Dimension) <= MaxLength;
        for (int n = 1; n < rows.Count && suits; n++)
        {
            suits = rows.Starts[n] > rows.Starts[n - 1];
        }

        return suits;
    }

    /// <summary>The cost of all sums, in multiply-adds of eight lanes at the rate of direct sums, as measured.</summary>
    public static double Cost(WindowRows rows, int components, int parts)
    {
        const double PerPointAndLevel = 8.0, PerProduct = 5.0;
        int length = LengthFor(rows.Dimension), vectors = LagVectors(rows.Dimension), blocks = Blocks(rows);
        double transforms = (blocks * (vectors + (components / (2.0 * Lanes)))) + (components * Parts(blocks, parts) * vectors);
        return (transforms * PerPointAndLevel * length * Math.Log2(length)) + (PerProduct * length * vectors * components * blocks);
    }

    /// <summary>Fills the sums of every component about the origin; they are those over its parts.</summary>
    /// <param name="products">Of part p of component k at k · parts + p: rows of <see cref="WindowRows.Width"/>, on and below the diagonal.</param>
    /// <param name="sums">Likewise.</param>
    /// <param name="sizes">Likewise.</param>
    public void Run(IReadOnlyList<double[]> responsibilities, double[][] products, double[][] sums, double[] sizes)
    {
        (_responsibilities, _products, _sums) = (responsibilities, products, sums);
        _threads.Run((_blocks + 1) / 2, _filterJob);
        _threads.Run(_parts * _lagVectors, _productJob);
        for (int k = 0; k < responsibilities.Count; k++)
        {
            for (int part = 0; part < _slots; part++)
            {
                int at = (k * _slots) + part, from = FirstBlock(Math.Min(part, _parts)), to = FirstBlock(Math.Min(part + 1, _parts));
                sizes[at] = VectorKernels.Sum(_sizes.AsSpan((k * _blocks) + from, to - from));
                if (part >= _parts)
                {
                    Array.Clear(products[at]);
                    Array.Clear(sums[at]);
                }
            }
        }
    }

    /// <summary>What none of a component's products Σ t x_i x_j, and none of its sums Σ t x_i, is off by more than.</summary>
    public (double Products, double Sums) ErrorBounds(int component)
    {
        double sum = 0.0;
        for (int b = 0; b < _blocks; b++)
        {
            int even = (component * _blocks) + (b & ~1), odd = Math.Min(even + 1, ((component + 1) * _blocks) - 1);
            sum += Math.Sqrt(_norms[even] + _norms[odd]) * _blockNorms[b];
        }

        double ofPart = (_blocks + _parts - 1) / _parts;
        double bound = ((12.0 * Math.Log2(_transform.Length)) + (3.0 * ofPart) + 8.0) * Unit * sum;
        return (bound, bound / _scale);
    }

    private static int LengthFor(int dimension) => Math.Max(64, (int)BitOperations.RoundUpToPowerOf2((uint)(4 * dimension)));

    private static int LagVectors(int dimension) => (dimension + Element) / Element;

    private static int Blocks(WindowRows rows) => (rows.Starts[^1] / (LengthFor(rows.Dimension) - rows.Dimension + 1)) + 1;

    /// <summary>Every part costs a transform back.</summary>
    private static int Parts(int blocks, int most) => Math.Clamp(blocks / 64, 1, most);

    private int FirstBlock(int part) => (int)((long)_blocks * part / _parts);

    /// <summary>Transforms of a pair of blocks' responsibilities: one is the real part, one the imaginary.</summary>
    private void TransformFilters(int pair, int slot)
    {
        Workplace workplace = _workplaces[slot];
        int even = 2 * pair, odd = Math.Min(even + 1, _blocks - 1);
        fixed (double* x = workplace.Time.Span, filters = _filters.Span)
        {
            nint vectors = (nint)_filterVectors * Element;
            for (int vector = 0; vector < _filterVectors; vector++)
            {
                workplace.Time.Span.Clear();
                for (int lane = 0; lane < Math.Min(Lanes, _responsibilities.Count - (vector * Lanes)); lane++)
                {
                    int k = (vector * Lanes) + lane;
                    for (int b = even; b <= odd; b++)
                    {
                        ReadOnlySpan<double> t = _responsibilities[k].AsSpan(_first[b], _first[b + 1] - _first[b]);
                        ReadOnlySpan<int> starts = _rows.Starts.AsSpan(_first[b], t.Length);
                        double* lanes = x + lane + ((b - even) * Lanes) - ((nint)b * _starts * Element);
                        for (int n = 0; n < t.Length; n++)
                        {
                            lanes[(nint)starts[n] * Element] = t[n];
                        }

                        _sizes[(k * _blocks) + b] = VectorKernels.Sum(t);
                        _norms[(k * _blocks) + b] = VectorKernels.Dot(t, t);
                    }
                }

                _transform.Forward(x, x, Element);
                double* target = filters + ((even * vectors) + (vector * Element));
                for (int f = 0; f <= _transform.Length / 2; f++, target += _filterBlocks * vectors)
                {
                    double* at = x + ((nint)_places[f] * Element), mirrored = x + ((nint)_places[(_transform.Length - f) % _transform.Length] * Element);
                    LaneTransform.Separate(at, mirrored, target, target + vectors);
                }
            }
        }
    }

    /// <summary>The products of one part at one vector of lags.</summary>
    private void AddPart(int job, int slot)
    {
        int part = job / _lagVectors, lag = job % _lagVectors * Element;
        Workplace workplace = _workplaces[slot];
        int length = _transform.Length, filters = (_responsibilities.Count + SpectralProduct.Filters - 1) / SpectralProduct.Filters * SpectralProduct.Filters;
        nint vectors = (nint)_filterVectors * Element, row = (nint)(_batch + 1) * Element, stride = (nint)(length + 1) * Element;
        workplace.Sums.Span.Clear();
        fixed (double* y = _values, x = workplace.Time.Span, spectra = workplace.Spectra.Span, sums = workplace.Sums.Span, t = _filters.Span)
        {
            for (int begin = FirstBlock(part), end = FirstBlock(part + 1); begin < end; begin += _batch)
            {
                int count = Math.Min(_batch, end - begin);
                for (int b = 0; b < count; b++)
                {
                    Multiply(y + ((nint)(begin + b) * _starts), lag, x);
                    _transform.Forward(x, spectra + (b * Element), row);
                }

                for (int f = 0; f <= length / 2; f++)
                {
                    nint place = _places[f], mirrored = _places[(length - f) % length];
                    double* filter = t + (((nint)f * _filterBlocks) + begin) * vectors;
                    for (int k = 0; k < filters; k += SpectralProduct.Filters)
                    {
                        SpectralProduct.Add(
                            filter + (k / Lanes * Element) + (k % Lanes), vectors, spectra + (place * row), spectra + (mirrored * row), count,
                            sums + (k * stride) + (place * Element), sums + (k * stride) + (mirrored * Element), stride);
                    }
                }
            }

            for (int k = 0; k < _responsibilities.Count; k++)
            {
                double* correlations = sums + (k * stride);
                _transform.Back(correlations);
                Place(correlations, lag, _products[(k * _slots) + part], _sums[(k * _slots) + part]);
            }
        }
    }

    /// <summary>z at sixteen lags from one on, for the M numbers of a block; at lag D, y itself, scaled.</summary>
    private void Multiply(double* y, int lag, double* z)
    {
        int own = _rows.Dimension - lag;
        for (int m = 0; m < _transform.Length; m++, z += Element)
        {
            Vector512<double> now = Vector512.Create(y[m]);
            (now * Vector512.Load(y + m + lag)).Store(z);
            (now * Vector512.Load(y + m + lag + Lanes)).Store(z + Lanes);
            if (own < Element)
            {
                z[own] = _scale * y[m];
            }
        }
    }

    /// <summary>Writes the correlations, M times too large, where they belong.</summary>
    private void Place(double* correlations, int lag, double[] products, double[] sums)
    {
        int dimension = _rows.Dimension, width = _rows.Width;
        double scale = 1.0 / _transform.Length;
        for (int lane = 0; lane < Element && lag + lane <= dimension; lane++)
        {
            int l = lag + lane;
            for (int i = 0; i < dimension && l == dimension; i++)
            {
                sums[i] = scale / _scale * correlations[((nint)i * Element) + lane];
            }

            for (int i = 0; i < dimension - l; i++)
            {
                products[((i + l) * width) + i] = scale * correlations[((nint)i * Element) + lane];
            }
        }
    }

    /// <summary>What one thread works in.</summary>
    private sealed class Workplace(int length, int batch, int filters)
    {
        public AlignedBuffer Time { get; } = new(length * Element);

        /// <summary>Frequency by frequency, the blocks of a batch side by side. One more, so that rows are not a power of two apart, which caches suffer from.</summary>
        public AlignedBuffer Spectra { get; } = new(length * (batch + 1) * Element);

        /// <summary>Filter by filter, one element between.</summary>
        public AlignedBuffer Sums { get; } = new((length + 1) * filters * Element);
    }
}
