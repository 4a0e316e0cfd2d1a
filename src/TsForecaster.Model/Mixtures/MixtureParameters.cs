using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Mixtures;

/// <summary>What <see cref="GaussianMixture.Create"/> demands of parameters from outside.</summary>
internal static class MixtureParameters
{
    private const double SymmetryTolerance = 1e-9;

    public static GaussianMixture Check(ReadOnlySpan<double> weights, ReadOnlySpan<double> means, ReadOnlySpan<double> covariances, CovarianceShape shape)
    {
        int components = weights.Length;
        if (components == 0 || means.Length == 0 || means.Length % components != 0)
        {
            throw new ArgumentException($"{means.Length} numbers are not {components} means of one length of at least 1", nameof(means));
        }

        int dimension = means.Length / components;
        int square = dimension * dimension;
        if (covariances.Length != components * square)
        {
            throw new ArgumentException($"{components} covariances of dimension {dimension} have {components * square} numbers, not {covariances.Length}", nameof(covariances));
        }

        RequireFinite(means, dimension, "mean");
        RequireFinite(covariances, square, "covariance");
        double[][] matrices = new double[components][];
        double[][] factors = new double[components][];
        for (int k = 0; k < components; k++)
        {
            matrices[k] = covariances.Slice(k * square, square).ToArray();
            RequireShape(matrices, k, dimension, shape);
            factors[k] = (double[])matrices[k].Clone();
            if (!Cholesky.TryFactor(factors[k], dimension, out int pivot))
            {
                throw new ArgumentException($"the covariance of component {k} is not positive definite (pivot {pivot})", nameof(covariances));
            }
        }

        return new GaussianMixture(Shares(weights), means.ToArray(), matrices, factors, shape);
    }

    private static double[] Shares(ReadOnlySpan<double> weights)
    {
        double sum = 0.0;
        for (int k = 0; k < weights.Length; k++)
        {
            if (!double.IsFinite(weights[k]) || weights[k] < 0.0)
            {
                throw new ArgumentException($"the weight of component {k} is {weights[k]}; weights are finite and not negative", nameof(weights));
            }

            sum += weights[k];
        }

        if (!(sum > 0.0) || !double.IsFinite(sum))
        {
            throw new ArgumentException($"the weights sum to {sum}; at least one must be positive", nameof(weights));
        }

        double[] shares = weights.ToArray();

        // Weights that already sum to one up to rounding keep their bits, so that saving and loading changes nothing.
        for (int k = 0; k < shares.Length && Math.Abs(sum - 1.0) > 1e-12; k++)
        {
            shares[k] /= sum;
        }

        return shares;
    }

    private static void RequireFinite(ReadOnlySpan<double> values, int size, string what)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                throw new ArgumentException($"the {what} of component {i / size} holds {values[i]} at {i % size} (counted from 0); all numbers must be finite");
            }
        }
    }

    private static void RequireShape(double[][] matrices, int k, int dimension, CovarianceShape shape)
    {
        double[] matrix = matrices[k];
        bool diagonal = shape is CovarianceShape.Diagonal or CovarianceShape.Spherical;
        for (int i = 0; i < dimension; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double lower = matrix[(i * dimension) + j], upper = matrix[(j * dimension) + i];
                double scale = Math.Sqrt(Math.Abs(matrix[(i * dimension) + i] * matrix[(j * dimension) + j]));
                if (Math.Abs(lower - upper) > SymmetryTolerance * scale)
                {
                    throw new ArgumentException($"the covariance of component {k} is not symmetric at ({i}, {j}): {lower} and {upper}");
                }

                if (diagonal && (lower != 0.0 || upper != 0.0))
                {
                    throw new ArgumentException($"the covariance of component {k} is not diagonal at ({i}, {j}), as the shape {shape} demands");
                }
            }

            if (shape == CovarianceShape.Spherical && matrix[(i * dimension) + i] != matrix[0])
            {
                throw new ArgumentException($"the covariance of component {k} has more than one variance, which the shape {shape} does not allow");
            }
        }

        if (shape == CovarianceShape.Tied && !matrix.AsSpan().SequenceEqual(matrices[0]))
        {
            throw new ArgumentException($"the covariance of component {k} is not that of component 0, as the shape {shape} demands");
        }
    }
}
