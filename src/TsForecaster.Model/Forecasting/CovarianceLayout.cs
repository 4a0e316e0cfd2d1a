using TsForecaster.Model.Mixtures;

namespace TsForecaster.Model.Forecasting;

/// <summary>Which entries of the covariances a model file holds, for each shape.</summary>
internal readonly struct CovarianceLayout(CovarianceShape shape, int components, int dimension)
{
    /// <summary>Matrices written: one when tied, else one a component.</summary>
    public int Matrices => shape == CovarianceShape.Tied ? 1 : components;

    /// <summary>Rows written of a matrix.</summary>
    public int Rows => shape == CovarianceShape.Spherical ? 1 : dimension;

    /// <summary>Numbers in all; a double, so that impossible sizes do not overflow.</summary>
    public double Numbers => Matrices * (Triangular ? 0.5 * dimension * (dimension + 1.0) : Rows);

    private bool Triangular => shape is CovarianceShape.Full or CovarianceShape.Tied;

    /// <summary>The first column written of row i.</summary>
    public int FirstColumn(int i) => Triangular ? 0 : i;

    /// <summary>Columns written of row i.</summary>
    public int Columns(int i) => Triangular ? i + 1 : 1;

    /// <summary>Reads one matrix and completes it by symmetry.</summary>
    public void Read(ref ContentReader reader, Span<double> matrix)
    {
        for (int i = 0; i < Rows; i++)
        {
            for (int j = FirstColumn(i); j < FirstColumn(i) + Columns(i); j++)
            {
                matrix[(i * dimension) + j] = matrix[(j * dimension) + i] = reader.Number();
            }
        }

        for (int i = Rows; i < dimension; i++)
        {
            matrix[(i * dimension) + i] = matrix[0];
        }
    }
}
