using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

/// <summary>The kernel promises the bits of the naive loop in its header, so the tests demand equality.</summary>
public sealed unsafe class WhiteningKernelTests
{
    public static TheoryData<int, int> Sizes
    {
        get
        {
            TheoryData<int, int> sizes = [];
            for (int dimension = 1; dimension <= 66; dimension++)
            {
                sizes.Add(dimension, 1 + (dimension % 19));
            }

            for (int count = 0; count <= (3 * WhiteningKernel.Group) + 1; count++)
            {
                sizes.Add(25, count);
            }

            return sizes;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void AddSquares_EverySize_EqualsTheNaiveLoopToTheBit(int dimension, int count)
    {
        Case problem = new(dimension, count, (ulong)((dimension * 100) + count));

        Assert.Equal(problem.Naive(), problem.Kernel());
    }

    [Fact]
    public void AddSquares_NaNInAWindow_StaysInItsSum()
    {
        Case problem = new(21, 9, 3);
        problem.Windows[(4 * 21) + 20] = double.NaN; // The list names window 4 twice.

        double[] sums = problem.Kernel();

        Assert.Equal([3, 4], Enumerable.Range(0, sums.Length).Where(n => double.IsNaN(sums[n])));
    }

    /// <summary>Random W, bias and windows, taken through a list that skips and repeats.</summary>
    private sealed class Case
    {
        private readonly int _dimension;
        private readonly PanelLayout _layout;
        private readonly double[] _w;
        private readonly double[] _mean;
        private readonly int[] _list;

        public Case(int dimension, int count, ulong seed)
        {
            SeededRandom random = new(seed);
            _dimension = dimension;
            _layout = PanelLayout.Spread(dimension);
            _w = NaiveMatrix.Gaussian(dimension * dimension, random);
            _mean = NaiveMatrix.Gaussian(dimension, random);
            Windows = NaiveMatrix.Gaussian(dimension * (count + 1), random);
            _list = [.. Enumerable.Range(0, count).Select(n => n % 5 == 3 ? n + 1 : n)];
        }

        public double[] Windows { get; }

        public double[] Naive()
        {
            double[] bias = Bias();
            double[] sums = new double[_list.Length];
            for (int m = 0; m < sums.Length; m++)
            {
                int row = 0;
                foreach (PanelLayout.Stage stage in _layout.Stages)
                {
                    double[] squares = new double[WhiteningKernel.PanelRows];
                    for (int panel = stage.Panel; panel < stage.Panel + stage.Panels; panel++)
                    {
                        // The first panel of all holds what is left over.
                        int rows = panel == 0 ? _dimension - (8 * (_layout.Panels - 1)) : 8;
                        for (int i = 0; i < rows; i++, row++)
                        {
                            double z = -bias[(8 * panel) + i];
                            for (int j = 0; j <= row; j++)
                            {
                                z = Math.FusedMultiplyAdd(_w[(row * _dimension) + j], Windows[(_list[m] * _dimension) + _layout.Order[j]], z);
                            }

                            squares[i] = Math.FusedMultiplyAdd(z, z, squares[i]);
                        }
                    }

                    sums[m] += LaneSum(squares);
                }

                Assert.Equal(_dimension, row);
            }

            return sums;
        }

        public double[] Kernel()
        {
            double[] panels = Panels(), bias = Bias();
            double[] sums = new double[_list.Length + WhiteningKernel.Group];
            int[] padded = [.. _list, .. new int[WhiteningKernel.Group]];
            double** starts = stackalloc double*[_list.Length + 2];
            fixed (double* x = Windows, p = panels, b = bias, s = sums)
            {
                fixed (int* order = _layout.Order, list = padded)
                {
                    for (int n = 0; n < _list.Length + 1; n++)
                    {
                        starts[n] = x + (n * _dimension);
                    }

                    foreach (PanelLayout.Stage stage in _layout.Stages)
                    {
                        WhiteningKernel.AddSquares(p, stage, order, b, starts, list, _list.Length, s);
                    }
                }
            }

            return sums[.._list.Length];
        }

        private static double LaneSum(double[] v) => ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));

        private double[] Panels()
        {
            double[] panels = new double[_layout.Size];
            _layout.Pack(NaiveMatrix.Transpose(Lower(), _dimension, _dimension), _dimension, panels);
            return panels;
        }

        /// <summary>W without what the naive loop does not read.</summary>
        private double[] Lower() => [.. _w.Select((value, at) => at % _dimension <= at / _dimension ? value : 0.0)];

        private double[] Bias()
        {
            double[] bias = new double[_layout.Panels * 8];
            double norm = _layout.Multiply(Panels(), _mean, bias);
            Assert.Equal(bias.Sum(value => value * value), norm, 1e-12 * norm);
            return bias;
        }
    }
}
