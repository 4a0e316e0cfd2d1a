namespace TsForecaster.Model.Mixtures;

/// <summary>What a covariance's shape leaves of a full one: with missing values, diagonal and spherical covariances are fitted as full ones are.</summary>
internal static class ShapeConstraint
{
    /// <summary>Keeps a full or tied covariance, the variances of a diagonal one, or the mean of them of a spherical one.</summary>
    /// <param name="covariance">D×D row-major.</param>
    public static void Impose(CovarianceShape shape, Span<double> covariance, int dimension)
    {
        if (shape is CovarianceShape.Full or CovarianceShape.Tied)
        {
            return;
        }

        double trace = 0.0;
        for (int i = 0; i < dimension; i++)
        {
            trace += covariance[i * (dimension + 1)];
        }

        for (int i = 0; i < covariance.Length; i++)
        {
            covariance[i] = i % (dimension + 1) != 0 ? 0.0 : shape == CovarianceShape.Spherical ? trace / dimension : covariance[i];
        }
    }
}
