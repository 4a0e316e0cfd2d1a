using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>One run of EM from one start. An iteration is an M-step and the E-step that scores its result.</summary>
internal sealed class EmRun : IDisposable
{
    private readonly WindowSet _windows;
    private readonly FitOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly RidgedCovariance _ridge;
    private readonly bool _isComplete;
    private readonly IEmSteps _steps;
    private readonly ComponentRecovery _recovery;
    private readonly List<double> _trace = [];
    private Iterate? _best;
    private double _logLikelihood = double.NaN;
    private int _iterations;

    public EmRun(WindowSet windows, FitOptions options, CancellationToken cancellation)
    {
        (_windows, _options, _cancellation) = (windows, options, cancellation);
        _ridge = new RidgedCovariance(windows, options.Ridge, options.AbsoluteRidge);
        _isComplete = windows.CompleteCount == windows.Count;
        _steps = options switch
        {
            { ShiftInvariant: true } => new ShiftInvariantSteps(new FullSteps(windows, options, _ridge), windows.Channels),
            { Shape: CovarianceShape.Full or CovarianceShape.Tied } => new FullSteps(windows, options, _ridge),
            _ when !_isComplete => new FullSteps(windows, options, _ridge),
            _ => new DiagonalSteps(windows, options, _ridge),
        };
        _recovery = new ComponentRecovery(windows.Filled, options.Components);
    }

    /// <summary>Goes on from a mixture; its own likelihood is the first of the trace.</summary>
    public FitResult From(GaussianMixture mixture)
    {
        List<double[]> responsibilities = [];
        for (int k = 0; k < mixture.Components; k++)
        {
            responsibilities.Add(new double[_windows.Count]);
        }

        if (!_steps.Begin(mixture))
        {
            return new FitResult(null, Report(StopReason.Singular, mixture.Components));
        }

        Score(responsibilities);
        return From(responsibilities);
    }

    /// <summary>Begins with an M-step from responsibilities (K arrays of N), which are used up.</summary>
    public FitResult From(List<double[]> responsibilities)
    {
        while (true)
        {
            _cancellation.ThrowIfCancellationRequested();
            bool mended = _recovery.Mend(responsibilities);
            double previous = mended || _trace.Count == 0 ? double.NegativeInfinity : _trace[^1];
            bool maximized = _steps.Maximize(responsibilities, mended);
            _iterations++;
            if (!maximized || !double.IsFinite(Score(responsibilities)))
            {
                return new FitResult(null, Report(StopReason.Singular, responsibilities.Count));
            }

            Keep();
            double rise = _trace[^1] - previous, change = _options.IsMonotone ? rise : Math.Abs(rise);

            // One component has no hidden variable, unless something is missing: its M-step is the answer.
            if ((_options.Components == 1 && _isComplete) || change < _options.Tolerance)
            {
                return End(StopReason.Converged, responsibilities.Count);
            }

            if (_iterations == _options.MaxIterations)
            {
                return End(StopReason.MaxIterations, responsibilities.Count);
            }
        }
    }

    public void Dispose() => _steps.Dispose();

    private FitResult End(StopReason stop, int components)
    {
        GaussianMixture? mixture = _best?.Mixture ?? _steps.Mixture();
        FitReport report = Report(mixture is null ? StopReason.Singular : stop, mixture?.Components ?? components);
        return new FitResult(mixture, _best is null ? report : report with { LogLikelihood = _best.LogLikelihood, HeldOutScore = _options.HeldOutScore is null ? null : _best.Score });
    }

    /// <summary>Notes the iterate if it is the best so far, where not the last one is wanted.</summary>
    private void Keep()
    {
        if ((_options.HeldOutScore is null && !_options.ShiftInvariant) || _steps.Mixture() is not { } mixture)
        {
            return;
        }

        // A score that is no number loses to every other.
        double score = _options.HeldOutScore?.Invoke(mixture) ?? _logLikelihood;
        if (_best is null || score > _best.Score || (double.IsNaN(_best.Score) && !double.IsNaN(score)))
        {
            _best = new Iterate(mixture, score, _logLikelihood);
        }
    }

    private double Score(List<double[]> responsibilities)
    {
        _logLikelihood = _steps.Expect(responsibilities);
        _trace.Add(_logLikelihood / _windows.Count);
        return _logLikelihood;
    }

    private FitReport Report(StopReason stop, int components) => new()
    {
        Stop = stop,
        Iterations = _iterations,
        Trace = _trace,
        LogLikelihood = _logLikelihood,
        Windows = _windows.Count,
        FreeParameters = GaussianMixture.CountParameters(components, _windows.Dimension, _options.Shape),
        Reseeded = _recovery.Reseeded,
        Dropped = _recovery.Dropped,
        RidgeEscalations = _ridge.Escalations,
    };

    private sealed record Iterate(GaussianMixture Mixture, double Score, double LogLikelihood);
}
