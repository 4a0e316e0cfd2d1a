namespace TsForecaster.Model.Evaluation.Selection;

/// <summary>
/// Weights for one series from its held-out errors: the reference, which candidates are admitted, how they are combined, and the
/// honest gain of the combination.
/// </summary>
internal sealed class SeriesChoice
{
    /// <summary>
    /// Weights are found as if so many more futures had been seen, in which the errors of all candidates were independent and equal: the fewer the
    /// held-out rows hold, the nearer the weights are to equal ones.
    /// </summary>
    private const double Prior = 4.0;

    /// <summary>A candidate whose error is so many times the best one's only adds noise.</summary>
    private const double Hopeless = 2.0;

    private const int Blocks = 5;

    private readonly IReadOnlyList<Candidate> _candidates;
    private readonly double[][] _errors;
    private readonly int _steps;
    private readonly int _origins;
    private readonly double _shrinkage;
    private readonly int _overlap;

    /// <param name="candidates">Those that could be fitted.</param>
    /// <param name="errors">Of each candidate, origins×steps; NaN where it, or the truth, is missing.</param>
    /// <param name="steps">Scored steps.</param>
    /// <param name="futures">How many futures the held-out rows hold, side by side.</param>
    /// <param name="overlap">How many origins after one have futures that share rows with its own.</param>
    public SeriesChoice(IReadOnlyList<Candidate> candidates, double[][] errors, int steps, double futures, int overlap)
    {
        (_candidates, _steps, _origins) = (candidates, steps, errors[0].Length / steps);

        (_shrinkage, _overlap) = (Prior / futures, overlap);

        // An entry counts when every candidate has one, so that all are judged on the same.
        _errors = [.. errors.Select(own => own.ToArray())];
        for (int i = 0; i < errors[0].Length; i++)
        {
            if (Array.Exists(errors, own => double.IsNaN(own[i])))
            {
                foreach (double[] own in _errors)
                {
                    own[i] = double.NaN;
                }
            }
        }

        Mse = [.. _errors.Select(own => MeanSquare(own, 0, _origins))];
        Reference = Refer();
        Admitted = Admit();
        Weights = Combine(0, 0);
    }

    /// <summary>Mean squared error of each candidate.</summary>
    public double[] Mse { get; }

    /// <summary>The simple forecast with the smallest error.</summary>
    public int Reference { get; }

    /// <summary>Candidates that may have a weight.</summary>
    public int[] Admitted { get; }

    /// <summary>One a candidate, from all held-out rows.</summary>
    public double[] Weights { get; }

    /// <summary>
    /// The logarithm of the combination's mean squared error over the reference's, a stretch of at least <paramref name="length"/>
    /// origins each, over the first <paramref name="early"/> scored steps; every block of origins is forecast with weights from those others whose future it
    /// has no part in.
    /// </summary>
    /// <returns>The gains, and the ratio of the errors of all stretches together; none, and NaN, when there is too little.</returns>
    public (IReadOnlyList<double> Gains, double Ratio) HonestGains(int length, int early)
    {
        if (!(Mse[Reference] > 0.0) || _origins < 2 * Blocks)
        {
            return ([], double.NaN);
        }

        double[] pooled = new double[_errors[0].Length];
        for (int block = 0; block < Blocks; block++)
        {
            (int from, int to) = (block * _origins / Blocks, (block + 1) * _origins / Blocks);
            Pool(Combine(from - _overlap, to + _overlap), from, to).CopyTo(pooled, from * _steps);
        }

        // What is less than a millionth of the reference's error counts as that.
        double floor = 1e-6 * Mse[Reference];
        int stretches = Math.Max(1, _origins / Math.Max(1, length));
        double[] gains = [.. Enumerable.Range(0, stretches)
            .Select(i => Gain(i * _origins / stretches, (i + 1) * _origins / stretches))
            .Where(gain => !double.IsNaN(gain))];
        return (gains, Math.Exp(Gain(0, _origins)));

        double Gain(int from, int to) => Math.Log((MeanSquare(pooled, from, to, early) + floor) / (MeanSquare(_errors[Reference], from, to, early) + floor));
    }

    private IEnumerable<int> Indices(CandidateKind kind) => Enumerable.Range(0, _candidates.Count).Where(i => _candidates[i].Kind == kind);

    /// <summary>The mean of all, too, has to be the best in both halves: where a series wanders, it only looks right while the series passes by.</summary>
    private int Refer()
    {
        int[] falling = [.. Indices(CandidateKind.Reference).OrderBy(i => double.IsNaN(Mse[i]) ? double.PositiveInfinity : Mse[i])];
        return falling.Length > 1 && IsMean(falling[0]) && !(Better([falling[0]], [falling[1]], 0, _origins / 2) && Better([falling[0]], [falling[1]], _origins / 2, _origins)) ? falling[1] : falling[0];
    }

    private bool IsMean(int candidate) => _candidates[candidate].Recipes is [{ Dependence: Forecasting.Dependence.Level, Normalisation.IsNone: true }];

    /// <summary>
    /// A reverting candidate is admitted when the equal-weight pool of its kind beats that of the levelled ones in both halves: a mean
    /// that only looked right for a while must not decide.
    /// </summary>
    private int[] Admit()
    {
        double best = Mse.Where(mse => !double.IsNaN(mse)).DefaultIfEmpty(double.NaN).Min();
        int[] fair = [.. Enumerable.Range(0, Mse.Length).Where(i => Mse[i] <= Hopeless * best)];
        int[] reverting = [.. fair.Where(i => _candidates[i].Kind == CandidateKind.Reverting)];
        int[] others = [.. fair.Where(i => _candidates[i].Kind == CandidateKind.Levelled)];
        if (others.Length == 0)
        {
            others = [Reference];
        }

        int half = _origins / 2;
        bool admitted = reverting.Length > 0 && Better(reverting, others, 0, half) && Better(reverting, others, half, _origins);
        int[] chosen = [.. fair.Where(i => _candidates[i].Kind == CandidateKind.Levelled || (admitted && _candidates[i].Kind == CandidateKind.Reverting))];
        return chosen.Length > 0 ? chosen : [Reference];
    }

    private bool Better(int[] a, int[] b, int from, int to) => MeanSquare(Pool(Equal(a), from, to), 0, to - from) < MeanSquare(Pool(Equal(b), from, to), 0, to - from);

    private double[] Equal(int[] members)
    {
        double[] weights = new double[_errors.Length];
        foreach (int i in members)
        {
            weights[i] = 1.0 / members.Length;
        }

        return weights;
    }

    /// <summary>Weights from all origins but those from <paramref name="without"/> to <paramref name="until"/>; equal ones when that leaves none.</summary>
    private double[] Combine(int without, int until)
    {
        int n = Admitted.Length;
        double[] gram = new double[n * n];
        long count = 0;
        for (int i = 0; i < _errors[0].Length; i++)
        {
            int origin = i / _steps;
            if ((origin >= without && origin < until) || double.IsNaN(_errors[0][i]))
            {
                continue;
            }

            count++;
            for (int a = 0; a < n; a++)
            {
                double own = _errors[Admitted[a]][i];
                for (int b = 0; b <= a; b++)
                {
                    gram[(a * n) + b] += own * _errors[Admitted[b]][i];
                }
            }
        }

        double[] weights = new double[_errors.Length];
        for (int a = 0; a < n; a++)
        {
            for (int b = 0; b < a; b++)
            {
                gram[(b * n) + a] = gram[(a * n) + b];
            }
        }

        double[] shares = SimplexWeights.Minimise(gram, n, _shrinkage);
        for (int a = 0; a < n; a++)
        {
            weights[Admitted[a]] = count > 0 ? shares[a] : 1.0 / n;
        }

        return weights;
    }

    private double[] Pool(double[] weights, int from, int to)
    {
        double[] pooled = new double[(to - from) * _steps];
        for (int k = 0; k < weights.Length; k++)
        {
            for (int i = 0; i < pooled.Length && weights[k] > 0.0; i++)
            {
                pooled[i] += weights[k] * _errors[k][(from * _steps) + i];
            }
        }

        return pooled;
    }

    private double MeanSquare(double[] errors, int from, int to) => MeanSquare(errors, from, to, _steps);

    private double MeanSquare(double[] errors, int from, int to, int early)
    {
        double sum = 0.0;
        long count = 0;
        for (int i = from * _steps; i < to * _steps; i++)
        {
            if (i % _steps >= early)
            {
                continue;
            }

            sum += double.IsNaN(errors[i]) ? 0.0 : errors[i] * errors[i];
            count += double.IsNaN(errors[i]) ? 0 : 1;
        }

        return count > 0 ? sum / count : double.NaN;
    }
}
