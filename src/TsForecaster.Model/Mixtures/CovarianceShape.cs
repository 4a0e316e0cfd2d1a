namespace TsForecaster.Model.Mixtures;

/// <summary>The freedom of the components' covariances.</summary>
public enum CovarianceShape
{
    /// <summary>Every component its own full matrix.</summary>
    Full,

    /// <summary>One full matrix shared by all components.</summary>
    Tied,

    /// <summary>Every component its own diagonal.</summary>
    Diagonal,

    /// <summary>Every component one variance for all dimensions.</summary>
    Spherical,
}
