using System.Runtime.Intrinsics;
using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

/// <summary>To the bit: every number is one running sum of fused multiply-adds in the naive loop's order.</summary>
public sealed class PanelKernelsTests
{
    private const int MostColumns = 41;

    /// <summary>Columns of the matrix: every length up to five panels and one more.</summary>
    public static TheoryData<int> Orders => [.. Enumerable.Range(1, MostColumns)];

    [Theory]
    [MemberData(nameof(Orders))]
    public void Multiply_EveryRowsAndGroup_EqualsTheNaiveLoop(int n)
    {
        for (int rows = 1; rows <= n + 17; rows += 3)
        {
            (double[][] matrix, double[] panels, double[] x) = Problem(rows, n);
            int count = PanelKernels.Panels(rows);
            for (int first = 0; first < count; first++)
            {
                for (int group = 1; group <= Math.Min(PanelKernels.Group, count - first); group++)
                {
                    double[] y = [.. Enumerable.Repeat(double.NaN, group * PanelKernels.Lanes)];
                    PanelKernels.Multiply(panels, first, x, y);
                    Assert.Equal(Enumerable.Range(first * PanelKernels.Lanes, y.Length).Select(i => i < rows ? Product(matrix[i], x) : 0.0), y);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void CopyRow_EveryRow_IsTheOneThatWasSet(int n)
    {
        (double[][] matrix, double[] panels, _) = Problem(n + 7, n);
        double[] row = new double[n];
        for (int i = 0; i < matrix.Length; i++)
        {
            PanelKernels.CopyRow(panels, i, row);
            Assert.Equal(matrix[i].Concat(Enumerable.Repeat(0.0, n - matrix[i].Length)), row);
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void AddSquares_InGroups_EqualsTheNaiveLoop(int n)
    {
        // Seven rows below the triangle share its last panel, and must stay out of the squares.
        (double[][] matrix, double[] panels, double[] x) = Problem(n + 7, n);
        double[] expected = Naive(matrix, x);
        int count = PanelKernels.Panels(n);
        Vector512<double> squares = Vector512<double>.Zero;
        double[] last = new double[PanelKernels.Lanes];
        for (int panel = 0, group; panel < count; panel += group)
        {
            group = PanelKernels.NextGroup(count - panel);
            squares = PanelKernels.AddSquares(panels, panel, group, x, squares, last);
        }

        Assert.Equal(expected, Enumerable.Range(0, PanelKernels.Lanes).Select(lane => squares.GetElement(lane)));
        Assert.Equal(Enumerable.Range((count - 1) * PanelKernels.Lanes, PanelKernels.Lanes).Select(i => i < n + 7 ? Product(matrix[i], x) : 0.0), last);
        Assert.Equal(
            ((expected[0] + expected[4]) + (expected[2] + expected[6])) + ((expected[1] + expected[5]) + (expected[3] + expected[7])),
            PanelKernels.Sum(squares));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void AddSquaresOfMany_EveryVector_HasTheBitsOfOne(int n)
    {
        double[] columns = NaiveMatrix.Gaussian(n * PanelKernels.Width, new SeededRandom((ulong)n));
        (double[][] matrix, double[] panels, _) = Problem(n + 7, n);
        double[] squares = new double[PanelKernels.Lanes * PanelKernels.Width];
        for (int panel = 0; panel < PanelKernels.Panels(n); panel++)
        {
            PanelKernels.AddSquaresOfMany(panels, panel, columns, n, squares);
        }

        for (int vector = 0; vector < PanelKernels.Width; vector++)
        {
            double[] x = [.. Enumerable.Range(0, n).Select(j => columns[(j * PanelKernels.Width) + vector])];
            double[] expected = Naive(matrix, x);
            Assert.Equal(expected, Enumerable.Range(0, PanelKernels.Lanes).Select(lane => squares[(lane * PanelKernels.Width) + vector]));
            Assert.Equal(PanelKernels.Sum(Vector512.Create<double>(expected)), PanelKernels.SumRows(squares, vector / 8 * 8).GetElement(vector % 8));
        }
    }

    [Fact]
    public void Kernels_NaN_ComesOut()
    {
        (_, double[] panels, double[] x) = Problem(20, 12);
        x[11] = double.NaN;
        double[] y = new double[24];
        PanelKernels.Multiply(panels, 0, x, y);
        Assert.All(y[..8], number => Assert.True(double.IsFinite(number)));
        Assert.All(y[8..20], number => Assert.True(double.IsNaN(number)));
        Assert.True(double.IsNaN(PanelKernels.Sum(PanelKernels.AddSquares(panels, 0, 2, x, Vector512<double>.Zero, new double[8]))));
    }

    [Fact]
    public void NextGroup_Repeated_CoversAllPanelsInFewNearlyEqualGroups()
    {
        for (int panels = 1; panels <= 50; panels++)
        {
            var groups = new List<int>();
            for (int left = panels; left > 0; left -= groups[^1])
            {
                groups.Add(PanelKernels.NextGroup(left));
            }

            Assert.Equal((panels + 3) / 4, groups.Count);
            Assert.Equal(panels, groups.Sum());
            Assert.InRange(groups.Max() - groups.Min(), 0, 1);
        }
    }

    [Fact]
    public void Kernels_SizesThatDisagree_Throw()
    {
        (_, double[] panels, double[] x) = Problem(20, 12);
        Assert.Throws<ArgumentException>(() => PanelKernels.Multiply(panels, 0, x, new double[40]));
        Assert.Throws<ArgumentException>(() => PanelKernels.Multiply(panels, 1, x, new double[24]));
        Assert.Throws<ArgumentException>(() => PanelKernels.Multiply(panels, -1, x, new double[8]));
        Assert.Throws<ArgumentException>(() => PanelKernels.AddSquares(panels, 0, 3, x, default, new double[8]));
        Assert.Throws<ArgumentException>(() => PanelKernels.AddSquares(panels, 0, 2, x, default, new double[7]));
        Assert.Throws<ArgumentException>(() => PanelKernels.AddSquaresOfMany(panels, 0, x, 12, new double[128]));
    }

    private static double[] Naive(double[][] matrix, double[] x)
    {
        double[] squares = new double[PanelKernels.Lanes];
        for (int i = 0; i < x.Length; i++)
        {
            double z = Product(matrix[i], x);
            squares[i % PanelKernels.Lanes] = Math.FusedMultiplyAdd(z, z, squares[i % PanelKernels.Lanes]);
        }

        return squares;
    }

    private static double Product(double[] row, double[] x)
    {
        double sum = 0.0;
        for (int j = 0; j < row.Length; j++)
        {
            sum = Math.FusedMultiplyAdd(row[j], x[j], sum);
        }

        return sum;
    }

    /// <summary>A trapezoid by its rows, cut at the diagonal; the same in panels; and a vector.</summary>
    private static (double[][] Matrix, double[] Panels, double[] X) Problem(int rows, int n)
    {
        SeededRandom random = new((ulong)((rows * 1000) + n));
        double[] panels = new double[PanelKernels.Size(PanelKernels.Panels(rows), n)];
        double[][] matrix = new double[rows][];
        for (int i = 0; i < rows; i++)
        {
            double[] row = NaiveMatrix.Gaussian(n, random);
            PanelKernels.SetRow(panels, i, row);
            matrix[i] = row[..Math.Min(i + 1, n)];
        }

        return (matrix, panels, NaiveMatrix.Gaussian(n, random));
    }
}
