using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// What windows with missing values add to the sums of the M-step: Σ t_nk, Σ t_nk (x̃_nk − c_k) and
/// Σ t_nk ((x̃_nk − c_k)(x̃_nk − c_k)ᵀ + C_nk), x̃ and C the conditional mean and covariance under the components that the last
/// E-step scored. A level that is unknown counts among what is missing; C is that of the window less its level.
/// <para>
/// A job is one component and one part of the windows; the parts depend on K and the windows alone and are added in their order.
/// </para>
/// </summary>
internal sealed unsafe class IncompleteMaximization
{
    private const int Jobs = 16;
    private const int MinWindowsPerPart = 64;
    private const int BlockRows = 16;

    private readonly IncompleteRows _windows;
    private readonly ComponentPrecisions _precisions;
    private readonly ForkJoin _threads;
    private readonly int _width;
    private readonly int _parts;
    private readonly int _partLength;
    private readonly Scratch[] _scratch;
    private readonly Part[] _sums;
    private readonly Action<int, int> _job;
    private IReadOnlyList<double[]> _responsibilities = [];
    private double[][] _centres = [];
    private bool _withProducts;

    public IncompleteMaximization(ComponentPrecisions precisions, ForkJoin threads)
    {
        (_windows, _precisions, _threads) = (precisions.Rows, precisions, threads);
        _width = OuterProductKernel.Padded(_windows.Dimension);
        _parts = Math.Clamp((Jobs + precisions.Count - 1) / precisions.Count, 1, Math.Max(1, _windows.Count / MinWindowsPerPart));
        _partLength = (_windows.Count + _parts - 1) / _parts;
        _scratch = new Scratch[threads.Threads];
        for (int slot = 0; slot < _scratch.Length; slot++)
        {
            _scratch[slot] = new Scratch(_windows, _width);
        }

        _sums = new Part[precisions.Count * _parts];
        for (int i = 0; i < _sums.Length; i++)
        {
            _sums[i] = new Part(_windows, _width);
        }

        _job = RunPart;
    }

    /// <inheritdoc cref="FullMaximization.Run"/>
    public void Run(IReadOnlyList<double[]> responsibilities, double[][] centres, bool withProducts)
    {
        (_responsibilities, _centres, _withProducts) = (responsibilities, centres, withProducts);
        _threads.Run(responsibilities.Count * _parts, _job);
    }

    /// <summary>Σ t_nk of these windows.</summary>
    public double Size(int component)
    {
        double size = 0.0;
        for (int part = 0; part < _parts; part++)
        {
            size += _sums[(component * _parts) + part].Size;
        }

        return size;
    }

    /// <summary>Adds Σ t (x̃ − c), D numbers and padding.</summary>
    public void AddSums(int component, Span<double> destination)
    {
        for (int part = 0; part < _parts; part++)
        {
            VectorKernels.AddScaled(1.0, _sums[(component * _parts) + part].Sums, destination);
        }
    }

    /// <summary>Adds Σ t ((x̃ − c)(x̃ − c)ᵀ + C) to a symmetric D×D matrix.</summary>
    public void AddProducts(int component, Span<double> matrix)
    {
        int dimension = _windows.Dimension;
        for (int i = 0; i < dimension; i++)
        {
            Span<double> row = matrix.Slice(i * dimension, dimension);
            for (int j = 0; j <= i; j++)
            {
                for (int part = 0; part < _parts; part++)
                {
                    row[j] += _sums[(component * _parts) + part].Product(i, j);
                }

                matrix[(j * dimension) + i] = row[j];
            }
        }
    }

    private void RunPart(int job, int slot)
    {
        int component = job / _parts;
        int from = Math.Min(_windows.Count, (job % _parts) * _partLength), to = Math.Min(_windows.Count, from + _partLength);
        Part part = _sums[job];
        part.Clear();
        for (int start = from, end; start < to; start = end)
        {
            for (end = start + 1; end < to && _windows.Pattern(end) == _windows.Pattern(start);)
            {
                end++;
            }

            AddPattern(component, start, end, part, _scratch[slot]);
        }

        Flush(part, _scratch[slot]);
    }

    /// <summary>Windows that have the same numbers missing.</summary>
    private void AddPattern(int component, int start, int end, Part part, Scratch scratch)
    {
        double[] responsibilities = _responsibilities[component], centre = _centres[component];
        Imputation imputation = scratch.Imputation;
        bool conditioned = false;
        double weight = 0.0;
        for (int n = start; n < end; n++)
        {
            double t = responsibilities[_windows.Number(n)];
            if (t < FullMaximization.Negligible)
            {
                continue;
            }

            Span<double> row = scratch.Rows.AsSpan(scratch.Filled * _width, _width);
            if (!_precisions.AreKnown)
            {
                _windows.ReadFilled(n, row);
            }
            else
            {
                // The E-step has factored it, or there would be no likelihood to go on from.
                _windows.Read(n, row);
                conditioned = conditioned || imputation.TryCondition(_precisions[component], row);
                imputation.Impute(row);
            }

            weight += t;
            double root = Math.Sqrt(t);
            scratch.Roots[scratch.Filled] = root;
            VectorKernels.ScaledDifference(root, row, centre, row);
            if (++scratch.Filled == BlockRows)
            {
                Flush(part, scratch);
            }
        }

        part.Size += weight;
        if (conditioned && _withProducts)
        {
            part.AddCovariance(weight, imputation.Covariance(out int width), width, imputation.Unknown);
        }
    }

    /// <summary>Adds the rows gathered so far.</summary>
    private void Flush(Part part, Scratch scratch)
    {
        fixed (double* rows = scratch.Rows, roots = scratch.Roots, sums = part.Sums, products = part.Products)
        {
            OuterProductKernel.AddRows(rows, roots, scratch.Filled, _width, sums);
            if (_withProducts)
            {
                OuterProductKernel.Add(rows, scratch.Filled, _windows.Dimension, _width, products);
            }
        }

        scratch.Filled = 0;
    }

    /// <summary>The sums of one component over one part of the windows.</summary>
    private sealed class Part(IncompleteRows windows, int width)
    {
        private readonly int _dimension = windows.Dimension;
        private readonly int _levels = windows.Levels;

        // Σ t Cov(level l, number j or level j − D), a row a level.
        private readonly double[] _levelCovariances = new double[windows.Levels * (windows.Dimension + windows.Levels)];

        public double Size { get; set; }

        public double[] Sums { get; } = new double[width];

        /// <summary>On and below the diagonal.</summary>
        public double[] Products { get; } = new double[width * width];

        public void Clear()
        {
            Size = 0.0;
            Array.Clear(Sums);
            Array.Clear(Products);
            Array.Clear(_levelCovariances);
        }

        /// <summary>Adds t C; <paramref name="unknown"/> says what its rows belong to.</summary>
        public void AddCovariance(double t, ReadOnlySpan<double> covariance, int stride, ReadOnlySpan<int> unknown)
        {
            int missing = unknown.Length - _levels;
            for (int u = 0; u < missing; u++)
            {
                ReadOnlySpan<double> row = covariance.Slice(u * stride, u + 1);
                Span<double> target = Products.AsSpan(unknown[u] * width, width);
                for (int v = 0; v < row.Length; v++)
                {
                    target[unknown[v]] += t * row[v];
                }
            }

            for (int level = 0; level < _levels; level++)
            {
                ReadOnlySpan<double> row = covariance.Slice((missing + level) * stride, missing + level + 1);
                Span<double> target = _levelCovariances.AsSpan(level * (_dimension + _levels), _dimension + _levels);
                for (int v = 0; v < row.Length; v++)
                {
                    target[unknown[v]] += t * row[v];
                }
            }
        }

        /// <summary>Entry (i, j), j ≤ i, of the products and of the covariances of windows less their levels.</summary>
        public double Product(int i, int j)
        {
            double product = Products[(i * width) + j];
            if (_levels == 0)
            {
                return product;
            }

            int a = i % _levels, b = j % _levels;
            return product - LevelCovariance(b, i) - LevelCovariance(a, j) + LevelCovariance(Math.Max(a, b), _dimension + Math.Min(a, b));
        }

        private double LevelCovariance(int level, int other) => _levelCovariances[(level * (_dimension + _levels)) + other];
    }

    /// <summary>What one thread works in.</summary>
    private sealed class Scratch(IncompleteRows windows, int width)
    {
        public Imputation Imputation { get; } = new(windows);

        public double[] Rows { get; } = new double[BlockRows * width];

        public double[] Roots { get; } = new double[BlockRows];

        /// <summary>Rows gathered.</summary>
        public int Filled { get; set; }
    }
}
