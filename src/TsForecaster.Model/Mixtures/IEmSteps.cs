namespace TsForecaster.Model.Mixtures;

/// <summary>The two steps of an EM iteration on one set of windows, with the parameters they pass to each other.</summary>
internal interface IEmSteps : IDisposable
{
    /// <summary>Takes parameters to go on from; false when a covariance cannot be factored.</summary>
    bool Begin(GaussianMixture mixture);

    /// <summary>E-step under the current parameters; fills K arrays of N. Returns Σ_n log p(x_n), added in the order of the windows.</summary>
    double Expect(IReadOnlyList<double[]> responsibilities);

    /// <summary>M-step; false when a covariance stays singular.</summary>
    /// <param name="responsibilities">K arrays of N; none of them empty.</param>
    /// <param name="areMended">Whether they are not those of <see cref="Expect"/>, so that the new parameters may lie far from the old.</param>
    bool Maximize(IReadOnlyList<double[]> responsibilities, bool areMended);

    /// <summary>The current parameters, or null when a covariance cannot be factored.</summary>
    GaussianMixture? Mixture();
}
