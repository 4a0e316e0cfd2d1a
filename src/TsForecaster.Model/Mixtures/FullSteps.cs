using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// EM's steps for full and tied covariances (Bishop, PRML §9.2.2): π_k = N_k / N, μ_k = c_k + δ_k,
/// S_k = Σ t_nk (x_n − c_k)(x_n − c_k)ᵀ / N_k − δ_k δ_kᵀ, with c_k the old mean and δ_k the mean's move;
/// Σ_k = a_k S_k + (1 − a_k) Σ_j π_j S_j with a_k = (1 − λ) N_k / (N_k + ν) for shrinkage λ and prior windows ν, then the ridge. Where the move is
/// not small against the new covariance, the sums are taken again about the new means, so that no digits cancel. All working memory
/// is taken once; an iteration allocates nothing that grows with the data.
/// </summary>
internal sealed class FullSteps : IEmSteps
{
    /// <summary>Squared Mahalanobis length of a move beyond which the sums are taken again; up to it two digits are lost at most.</summary>
    private const double FarMove = 100.0;

    private readonly FitOptions _options;
    private readonly RidgedCovariance _ridge;
    private readonly WindowRows _rows;
    private readonly PanelLayout _layout;
    private readonly ForkJoin _threads;
    private readonly ComponentPrecisions? _precisions;
    private readonly CarriedBounds? _bounds;
    private readonly FullExpectation _expectation;
    private readonly FullMaximization _maximization;
    private readonly Parameters[] _parameters;
    private readonly Workplace[] _workplaces;
    private readonly List<WhitenedComponent> _whitened = [];
    private readonly double[][] _centres;
    private readonly double[] _pooled;
    private readonly Action<int, int> _updateJob;
    private readonly Action<int, int> _measureJob;
    private readonly Action<int, int> _settleJob;
    private double _total;
    private bool _hasMeans;

    public FullSteps(WindowSet windows, FitOptions options, RidgedCovariance ridge)
    {
        (_options, _ridge) = (options, ridge);
        _rows = new WindowRows(windows);
        _layout = PanelLayout.Spread(windows.Dimension);
        _threads = new ForkJoin(ThreadsFor(windows, options));
        _precisions = ComponentPrecisions.For(_rows, options.Components, _threads);
        _bounds = IsTied || options.ShiftInvariant ? null : new CarriedBounds(_rows, _layout, options.Components, _threads.Threads);
        _expectation = new FullExpectation(_rows, _layout, options.Components, _threads, _precisions, _bounds);
        _maximization = new FullMaximization(_rows, options.Components, _threads, _precisions, ridge);
        _parameters = new Parameters[options.Components];
        _centres = new double[options.Components][];
        _pooled = new double[IsTied || options.IsShrunk ? windows.Dimension * windows.Dimension : 0];
        for (int k = 0; k < _parameters.Length; k++)
        {
            _parameters[k] = new Parameters(_rows, _layout, IsTied ? _pooled : new double[windows.Dimension * windows.Dimension]);
            _centres[k] = new double[_rows.Width];
        }

        _workplaces = new Workplace[_threads.Threads];
        for (int slot = 0; slot < _workplaces.Length; slot++)
        {
            _workplaces[slot] = new Workplace(_rows, _layout);
        }

        (_updateJob, _measureJob, _settleJob) = (Update, Measure, Settle);
    }

    private bool IsTied => _options.Shape == CovarianceShape.Tied;

    public bool Begin(GaussianMixture mixture)
    {
        Workplace workplace = _workplaces[0];
        _bounds?.Forget();
        _whitened.Clear();
        for (int k = 0; k < mixture.Components; k++)
        {
            Parameters parameters = _parameters[k];
            parameters.Weight = mixture.Weights[k];
            parameters.Place(mixture.Mean(k), _rows.Origin);
            parameters.Mean.CopyTo(_centres[k], 0);
            mixture.Covariance(k).CopyTo(parameters.Covariance);

            // A matrix that factors in one order of rows may just fail to in another; then it gets the least ridge that helps.
            if (!_ridge.TryRaise(parameters.Covariance, _rows.Dimension, workplace.Factor))
            {
                return false;
            }

            workplace.Inverse.Invert();
            parameters.Whitened.Set(parameters.Weight, parameters.Mean, workplace.Inverse);
            _whitened.Add(parameters.Whitened);
        }

        _hasMeans = true;
        return true;
    }

    public double Expect(IReadOnlyList<double[]> responsibilities) => _expectation.Run(_whitened, responsibilities, null);

    public bool Maximize(IReadOnlyList<double[]> responsibilities, bool areMended)
    {
        if (areMended || !_hasMeans)
        {
            _precisions?.Forget();
            _expectation.Guess(responsibilities);
            _maximization.Means(responsibilities, _centres);
        }

        UpdateAll(responsibilities);
        if (Array.Exists(_parameters, parameters => parameters.IsFar))
        {
            _maximization.Means(responsibilities, _centres);
            UpdateAll(responsibilities);
        }

        _hasMeans = true;
        _whitened.Clear();
        bool succeeded = true;
        for (int k = 0; k < responsibilities.Count; k++)
        {
            Parameters parameters = _parameters[k];
            parameters.Mean.CopyTo(_centres[k], 0);
            _whitened.Add(parameters.Whitened);
            succeeded &= parameters.IsFactored;
        }

        return succeeded;
    }

    public GaussianMixture? Mixture()
    {
        int components = _whitened.Count, dimension = _rows.Dimension;
        double[] weights = new double[components], means = new double[components * dimension];
        double[][] covariances = new double[components][], factors = new double[components][];
        for (int k = 0; k < components; k++)
        {
            Parameters parameters = _parameters[k];
            weights[k] = parameters.Weight;
            parameters.Location.CopyTo(means, k * dimension);

            if (IsTied && k > 0)
            {
                (covariances[k], factors[k]) = (covariances[0], factors[0]);
                continue;
            }

            double[] covariance = (double[])parameters.Covariance.Clone(), factor = new double[covariance.Length];
            if (!_ridge.TryRaise(covariance, dimension, matrix => TryFactor(matrix, factor, dimension)))
            {
                return null;
            }

            (covariances[k], factors[k]) = (covariance, factor);
        }

        return new GaussianMixture(weights, means, covariances, factors, _options.Shape);
    }

    public void Dispose() => _threads.Dispose();

    private static int ThreadsFor(WindowSet windows, FitOptions options)
    {
        const double WorthAThread = 4e6;
        double products = (double)windows.Count * windows.Dimension * windows.Dimension * options.Components;
        int cores = options.Threads > 0 ? options.Threads : Math.Min(Environment.ProcessorCount, FitOptions.MaxThreads);
        return (int)Math.Clamp(products / WorthAThread, 1.0, cores);
    }

    private static bool TryFactor(double[] covariance, double[] factor, int dimension)
    {
        covariance.CopyTo(factor, 0);
        return Cholesky.TryFactor(factor, dimension, out _);
    }

    private void UpdateAll(IReadOnlyList<double[]> responsibilities)
    {
        _maximization.Run(responsibilities, _centres, withProducts: true);
        _total = 0.0;
        for (int k = 0; k < responsibilities.Count; k++)
        {
            _total += _maximization.Size(k);
        }

        foreach (Parameters parameters in _parameters)
        {
            parameters.IsFar = false;
        }

        if (IsTied)
        {
            UpdateTied(responsibilities.Count);
        }
        else if (_options.IsShrunk && responsibilities.Count > 1)
        {
            _threads.Run(responsibilities.Count, _measureJob);
            Pool(responsibilities.Count);
            _threads.Run(responsibilities.Count, _settleJob);
        }
        else
        {
            _threads.Run(responsibilities.Count, _updateJob);
        }
    }

    /// <summary>New parameters of one component that keeps to itself.</summary>
    private void Update(int k, int slot)
    {
        Measure(k, slot);
        Whiten(k, slot);
    }

    /// <summary>Weight, mean and covariance of a component's windows.</summary>
    private void Measure(int k, int slot)
    {
        Parameters parameters = _parameters[k];
        Workplace workplace = _workplaces[slot];
        Array.Clear(parameters.Covariance);
        double size = Move(k, workplace);
        _maximization.AddProducts(k, size, workplace.Delta, parameters.Covariance);
        VectorKernels.Divide(parameters.Covariance, size);

        ShapeConstraint.Impose(_options.Shape, parameters.Covariance, _rows.Dimension);
    }

    /// <summary>Σ_j π_j S_j, the components in their order.</summary>
    private void Pool(int components)
    {
        Array.Clear(_pooled);
        for (int k = 0; k < components; k++)
        {
            VectorKernels.AddScaled(_parameters[k].Weight, _parameters[k].Covariance, _pooled);
        }
    }

    /// <summary>Shrinks one component's covariance toward the pooled one.</summary>
    private void Settle(int k, int slot)
    {
        double[] covariance = _parameters[k].Covariance;
        double size = _parameters[k].Weight * _total, own = (1.0 - _options.Shrinkage) * size / (size + _options.PriorWindows);
        for (int i = 0; i < covariance.Length; i++)
        {
            covariance[i] = (own * covariance[i]) + ((1.0 - own) * _pooled[i]);
        }

        Whiten(k, slot);
    }

    /// <summary>Ridge and whitening of a component with a covariance of its own.</summary>
    private void Whiten(int k, int slot)
    {
        Parameters parameters = _parameters[k];
        Workplace workplace = _workplaces[slot];
        parameters.IsFactored = _ridge.TryFactor(parameters.Covariance, _rows.Dimension, workplace.Factor);
        if (parameters.IsFactored)
        {
            workplace.Inverse.Invert();
            _bounds?.Move(k, slot, parameters.Whitened, workplace.Inverse, parameters.Mean);
            parameters.Whitened.Set(parameters.Weight, parameters.Mean, workplace.Inverse);
            JudgeMove(k, workplace);
        }
    }

    private void JudgeMove(int k, Workplace workplace)
    {
        Parameters parameters = _parameters[k];
        Span<double> move = workplace.Delta.AsSpan(0, _rows.Dimension);
        VectorKernels.ScaledDifference(1.0, parameters.Mean.AsSpan(0, move.Length), _centres[k].AsSpan(0, move.Length), move);
        parameters.IsFar = parameters.Whitened.SquaredNorm(workplace.Delta, workplace.Product) > FarMove;
    }

    /// <summary>New parameters of all components with the one covariance they share.</summary>
    private void UpdateTied(int components)
    {
        Workplace workplace = _workplaces[0];
        Array.Clear(_pooled);
        for (int k = 0; k < components; k++)
        {
            double size = Move(k, workplace);
            _maximization.AddProducts(k, size, workplace.Delta, _pooled);
        }

        VectorKernels.Divide(_pooled, _total);

        bool isFactored = _ridge.TryFactor(_pooled, _rows.Dimension, workplace.Factor);
        if (isFactored)
        {
            workplace.Inverse.Invert();
        }

        for (int k = 0; k < components; k++)
        {
            Parameters parameters = _parameters[k];
            parameters.IsFactored = isFactored;
            if (isFactored && k == 0)
            {
                parameters.Whitened.Set(parameters.Weight, parameters.Mean, workplace.Inverse);
            }
            else if (isFactored)
            {
                parameters.Whitened.Set(parameters.Weight, parameters.Mean, _parameters[0].Whitened, workplace.Inverse.LogDeterminant);
            }

            if (isFactored)
            {
                JudgeMove(k, workplace);
            }
        }
    }

    /// <summary>Weight and mean of a component, and δ at the workplace; returns N_k.</summary>
    private double Move(int k, Workplace workplace)
    {
        Parameters parameters = _parameters[k];
        double size = _maximization.Size(k);
        parameters.Weight = size / _total;
        _maximization.Sums(k, workplace.Delta);
        for (int i = 0; i < _rows.Dimension; i++)
        {
            workplace.Delta[i] /= size;
            workplace.Location[i] = _rows.Origin[i] + (_centres[k][i] + workplace.Delta[i]);
        }

        parameters.Place(workplace.Location, _rows.Origin);

        return size;
    }

    /// <summary>What a component is made of.</summary>
    private sealed class Parameters(WindowRows rows, PanelLayout layout, double[] covariance)
    {
        public double Weight { get; set; }

        /// <summary>μ.</summary>
        public double[] Location { get; } = new double[rows.Dimension];

        /// <summary>μ relative to the windows' origin, computed from <see cref="Location"/> so that a warm start has the same bits.</summary>
        public double[] Mean { get; } = new double[rows.Width];

        public double[] Covariance { get; } = covariance;

        public WhitenedComponent Whitened { get; } = new(layout);

        public bool IsFactored { get; set; }

        /// <summary>Whether the mean moved so far that the covariance has lost digits.</summary>
        public bool IsFar { get; set; }

        public void Place(ReadOnlySpan<double> location, ReadOnlySpan<double> origin)
        {
            location.CopyTo(Location);
            VectorKernels.ScaledDifference(1.0, location, origin[..location.Length], Mean.AsSpan(0, location.Length));
        }
    }

    /// <summary>What one thread works in.</summary>
    private sealed class Workplace
    {
        public Workplace(WindowRows rows, PanelLayout layout)
        {
            Inverse = new InverseFactor(rows.Dimension);
            Factor = covariance => Inverse.TryFactor(covariance, rows.Dimension, layout.Order);
            Delta = new double[rows.Width];
            Location = new double[rows.Dimension];
            Product = new double[layout.Panels * WhiteningKernel.PanelRows];
        }

        public InverseFactor Inverse { get; }

        public Func<double[], bool> Factor { get; }

        public double[] Delta { get; }

        public double[] Location { get; }

        public double[] Product { get; }
    }
}
