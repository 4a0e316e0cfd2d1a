using System.Runtime.Intrinsics;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// The sums of the M-step for full covariances, component by component: N_k = Σ t_nk, Σ t_nk (x_n − c_k) and
/// Σ t_nk (x_n − c_k)(x_n − c_k)ᵀ about a centre c_k near the mean. Windows with a responsibility below
/// <see cref="Negligible"/> are skipped; of the others rows √t_nk (x_n − c_k) are gathered, and added a block at a time. Where a row
/// has padding, √t_nk itself is its next number, and the products' next row is Σ t_nk (x_n − c_k): the same sums to the bit.
/// <para>
/// Where they cost less, and err by little against the ridge, the sums come from <see cref="LagProducts"/> instead, moved from the
/// origin to the centre: S_c = S − c sᵀ − s cᵀ + N c cᵀ. Which of the two is decided on counts and bounds that do not depend on threads.
/// </para>
/// <para>
/// A job is one component and one part of the windows. The parts depend on K and N alone and are added in their order, and every
/// number is one running sum over the windows of its part: the same bits for any number of threads.
/// </para>
/// </summary>
internal sealed unsafe class FullMaximization
{
    /// <summary>
    /// A responsibility below this is less than half a unit in the last place of one. Skipped at Mahalanobis distance r it would have
    /// changed N_k by less than 1e-16, and Σ_k in its own metric by less than 1e-16 r² / N_k.
    /// </summary>
    public const double Negligible = 1e-16;

    /// <summary>
    /// A covariance that is off by less than this share of the ridge is off by no larger share of the variance in any direction. The bound is
    /// for the worst case: what is found is thousands of times less.
    /// </summary>
    private const double HarmlessShare = 1e-3;

    private const int Jobs = 16;
    private const int MinWindowsPerPart = 256;
    private const int BlockNumbers = 4096;
    private const int Lanes = 4;

    private readonly WindowRows _rows;
    private readonly ForkJoin _threads;
    private readonly int _width;
    private readonly int _parts;
    private readonly int _partLength;
    private readonly int _blockRows;
    private readonly Block[] _blocks;
    private readonly double[][] _products;
    private readonly double[][] _sums;
    private readonly double[] _sizes;
    private readonly Action<int, int> _job;
    private readonly IncompleteMaximization? _incomplete;
    private readonly RidgedCovariance? _ridge;
    private readonly int[] _kept;
    private readonly bool[] _isShared;
    private readonly bool[] _isDirect;
    private readonly double _sharedCost;
    private readonly Action<int, int> _countJob;
    private readonly Action<int, int> _moveJob;
    private LagProducts? _lags;
    private IReadOnlyList<double[]> _responsibilities = [];
    private double[][] _centres = [];
    private bool _withProducts;

    /// <param name="precisions">What windows with missing values are completed from; null when the set has none.</param>
    /// <param name="ridge">What covariances will be raised by; null where nothing is, and sums are then taken directly.</param>
    public FullMaximization(WindowRows rows, int components, ForkJoin threads, ComponentPrecisions? precisions, RidgedCovariance? ridge)
    {
        (_rows, _threads, _width, _ridge) = (rows, threads, rows.Width, ridge);
        _incomplete = precisions is null ? null : new IncompleteMaximization(precisions, threads);
        _parts = Math.Clamp((Jobs + components - 1) / components, 1, Math.Max(1, rows.Count / MinWindowsPerPart));
        _partLength = (((rows.Count + _parts - 1) / _parts) + Lanes - 1) & -Lanes;
        _blockRows = Math.Clamp(BlockNumbers / _width, Lanes, 128);
        _blocks = new Block[threads.Threads];
        for (int slot = 0; slot < _blocks.Length; slot++)
        {
            _blocks[slot] = new Block(_blockRows, _width, _partLength);
        }

        _products = new double[components * _parts][];
        _sums = new double[components * _parts][];
        for (int i = 0; i < _products.Length; i++)
        {
            (_products[i], _sums[i]) = (new double[_width * _width], new double[_width]);
        }

        _sizes = new double[components * _parts];
        (_kept, _isShared, _isDirect) = (new int[components], new bool[components], new bool[components]);
        _sharedCost = ridge is not null && LagProducts.Suits(rows) ? LagProducts.Cost(rows, components, _parts) : double.PositiveInfinity;
        (_job, _countJob, _moveJob) = (RunPart, Count, Move);
    }

    /// <summary>Whether the rows being gathered end in √t.</summary>
    private bool RootsInRows => _withProducts && _width > _rows.Dimension;

    /// <summary>Sums about the given centres (K of <see cref="WindowRows.Width"/>, relative to the windows' origin).</summary>
    /// <param name="withProducts">Whether the products are wanted too.</param>
    public void Run(IReadOnlyList<double[]> responsibilities, double[][] centres, bool withProducts)
    {
        (_responsibilities, _centres, _withProducts) = (responsibilities, centres, withProducts);
        Array.Clear(_isShared);
        if (withProducts && IsSharedCheaper())
        {
            _lags ??= new LagProducts(_rows, _isShared.Length, _parts, _threads);
            _lags.Run(responsibilities, _products, _sums, _sizes);
            _threads.Run(responsibilities.Count, _moveJob);
        }

        _threads.Run(responsibilities.Count * _parts, _job);
        _incomplete?.Run(responsibilities, centres, withProducts);
    }

    /// <summary>Moves the centres to Σ t_nk x_n / N_k; those of components without windows become NaN.</summary>
    public void Means(IReadOnlyList<double[]> responsibilities, double[][] centres)
    {
        foreach (double[] centre in centres)
        {
            Array.Clear(centre);
        }

        Run(responsibilities, centres, withProducts: false);
        for (int k = 0; k < responsibilities.Count; k++)
        {
            Sums(k, centres[k]);
            double size = Size(k);
            for (int i = 0; i < _rows.Dimension; i++)
            {
                centres[k][i] /= size;
            }
        }
    }

    /// <summary>Whether the last products of a component are shared lag products.</summary>
    public bool IsShared(int component) => _isShared[component];

    /// <summary>N_k.</summary>
    public double Size(int component)
    {
        double size = 0.0;
        for (int part = 0; part < _parts; part++)
        {
            size += _sizes[(component * _parts) + part];
        }

        return _incomplete is null ? size : size + _incomplete.Size(component);
    }

    /// <summary>Writes Σ t (x − c), D numbers and padding.</summary>
    public void Sums(int component, Span<double> destination)
    {
        destination.Clear();
        for (int part = 0; part < _parts; part++)
        {
            VectorKernels.AddScaled(1.0, _sums[(component * _parts) + part], destination);
        }

        _incomplete?.AddSums(component, destination);
    }

    /// <summary>Adds Σ t (x − c)(x − c)ᵀ − N δδᵀ to a symmetric D×D matrix.</summary>
    public void AddProducts(int component, double size, ReadOnlySpan<double> delta, Span<double> matrix)
    {
        int dimension = _rows.Dimension;
        for (int i = 0; i < dimension; i++)
        {
            // Whole vectors as far as the row goes; what lies right of the diagonal is set when its own row is.
            Span<double> row = matrix.Slice(i * dimension, dimension);
            double shift = size * delta[i];
            int j = 0;
            for (; j <= Math.Min(i, dimension - Lanes); j += Lanes)
            {
                Vector256<double> sum = default;
                for (int part = 0; part < _parts; part++)
                {
                    sum += Vector256.Create<double>(_products[(component * _parts) + part].AsSpan((i * _width) + j));
                }

                (Vector256.Create<double>(row[j..]) + (sum - (Vector256.Create(shift) * Vector256.Create(delta[j..])))).CopyTo(row[j..]);
            }

            for (; j <= i; j++)
            {
                double sum = 0.0;
                for (int part = 0; part < _parts; part++)
                {
                    sum += _products[(component * _parts) + part][(i * _width) + j];
                }

                row[j] += sum - (shift * delta[j]);
            }

            for (j = 0; j < i; j++)
            {
                matrix[(j * dimension) + i] = row[j];
            }
        }

        _incomplete?.AddProducts(component, matrix);
    }

    /// <summary>Whether shared lag products cost less than the sums over what is not negligible, in multiply-adds of eight lanes.</summary>
    private bool IsSharedCheaper()
    {
        if (double.IsPositiveInfinity(_sharedCost))
        {
            return false;
        }

        // A row's products with a half of its own block, and what it takes to gather it.
        double row = (_width * (_width + 8.0) / 16.0) + (1.25 * _width), rows = 0.0;
        _threads.Run(_responsibilities.Count, _countJob);
        for (int k = 0; k < _responsibilities.Count; k++)
        {
            // Components whose shared sums were not good enough the last time will most likely need theirs directly again.
            rows += _isDirect[k] ? 0.0 : _kept[k];
        }

        return _sharedCost < row * rows;
    }

    private void Count(int component, int slot)
    {
        fixed (double* t = _responsibilities[component])
        {
            _kept[component] = WindowLists.CountNotBelow(Negligible, t, _rows.Count);
        }
    }

    /// <summary>Moves a component's shared sums from the origin to its centre, and judges whether they are good enough.</summary>
    private void Move(int component, int slot)
    {
        int dimension = _rows.Dimension;
        double[] centre = _centres[component];
        double largest = 0.0, trace = 0.0, squares = 0.0;
        for (int part = component * _parts; part < (component + 1) * _parts; part++)
        {
            double[] scatter = _products[part], first = _sums[part];
            for (int i = 0; i < dimension; i++)
            {
                double shifted = first[i] - (_sizes[part] * centre[i]);
                for (int j = 0; j <= i; j++)
                {
                    scatter[(i * _width) + j] -= (centre[i] * first[j]) + (shifted * centre[j]);
                }

                trace += scatter[(i * _width) + i];
            }

            for (int i = 0; i < dimension; i++)
            {
                first[i] -= _sizes[part] * centre[i];
            }
        }

        double size = 0.0;
        for (int part = component * _parts; part < (component + 1) * _parts; part++)
        {
            size += _sizes[part];
        }

        for (int i = 0; i < dimension; i++)
        {
            double sum = 0.0;
            for (int part = component * _parts; part < (component + 1) * _parts; part++)
            {
                sum += _sums[part][i];
            }

            double move = sum / size, mean = centre[i] + move;
            largest = Math.Max(largest, Math.Abs(centre[i]) + Math.Abs(move));
            squares += mean * mean;
            trace -= move * sum;
        }

        // E of Σ t x xᵀ and e of Σ t x leave S off by E − e μᵀ − μ eᵀ; moving S rounds a few numbers of its size.
        (double products, double sums) = _lags!.ErrorBounds(component);
        double error = (dimension * (products + (8.0 * LagProducts.Unit * size * largest * largest))) + (2.0 * Math.Sqrt(dimension * squares) * sums);
        _isShared[component] = error <= HarmlessShare * size * _ridge!.Of(trace / (size * dimension));
        _isDirect[component] = !_isShared[component];
    }

    private void RunPart(int job, int slot)
    {
        int component = job / _parts;
        if (_isShared[component])
        {
            return;
        }

        int from = Math.Min(_rows.Count, (job % _parts) * _partLength), to = Math.Min(_rows.Count, from + _partLength);
        Block block = _blocks[slot];
        Array.Clear(_products[job]);
        Array.Clear(_sums[job]);
        fixed (double* t = _responsibilities[component], centre = _centres[component], sums = _sums[job], products = _products[job])
        {
            fixed (double* rows = block.Rows, roots = block.Roots)
            {
                Target target = new(rows, roots, sums, products);
                _sizes[job] = Gather(t, from, to, centre, block, target);
                if (RootsInRows)
                {
                    new ReadOnlySpan<double>(products + ((nint)_rows.Dimension * _width), _rows.Dimension).CopyTo(_sums[job]);
                }
            }
        }
    }

    /// <summary>Returns Σ t.</summary>
    private double Gather(double* t, int from, int to, double* centre, Block block, Target target)
    {
        double size = 0.0;
        fixed (int* list = block.List)
        {
            fixed (double* shares = block.Shares)
            {
                int listed = WindowLists.NotBelow(Negligible, t, from, to, list, shares);
                for (int begin = 0; begin < listed; begin += _blockRows)
                {
                    int count = Math.Min(_blockRows, listed - begin);
                    for (int m = 0; m < count; m++)
                    {
                        size += shares[begin + m];
                        target.Roots[m] = Math.Sqrt(shares[begin + m]);
                    }

                    _rows.ReadScaled(list + begin, target.Roots, count, centre, target.Rows, RootsInRows);
                    Add(target, count);
                }
            }
        }

        return size;
    }

    private void Add(Target target, int filled)
    {
        if (_withProducts)
        {
            OuterProductKernel.Add(target.Rows, filled, RootsInRows ? _rows.Dimension + 1 : _rows.Dimension, _width, target.Products);
        }

        if (!RootsInRows)
        {
            OuterProductKernel.AddRows(target.Rows, target.Roots, filled, _width, target.Sums);
        }
    }

    private readonly struct Target(double* rows, double* roots, double* sums, double* products)
    {
        public readonly double* Rows = rows;
        public readonly double* Roots = roots;
        public readonly double* Sums = sums;
        public readonly double* Products = products;
    }

    /// <summary>What one thread gathers rows in.</summary>
    private sealed class Block(int rows, int width, int part)
    {
        public double[] Rows { get; } = new double[rows * width];

        public double[] Roots { get; } = new double[rows];

        public int[] List { get; } = new int[part];

        public double[] Shares { get; } = new double[part];
    }
}
