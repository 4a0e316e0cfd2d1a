using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Tests.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

/// <summary>Bounds against what the E-step's kernel finds itself, for components that move at random.</summary>
public sealed unsafe class CarriedBoundsTests
{
    private const int Components = 4;

    public static TheoryData<int, double, double> Moves
    {
        get
        {
            TheoryData<int, double, double> moves = [];
            foreach (int dimension in (int[])[2, 3, 10, 26, 50])
            {
                foreach (double ridge in (double[])[1.0, 1e-5, 1e-10])
                {
                    moves.Add(dimension, ridge, 0.3);
                    moves.Add(dimension, ridge, 1e-3);
                }
            }

            // More stages than kinds.
            moves.Add(200, 1e-5, 1e-3);
            return moves;
        }
    }

    [Theory]
    [MemberData(nameof(Moves))]
    public void Run_ComponentsMoveAtRandom_HasTheBitsOfAnEStepThatTriesAll(int dimension, double ridge, double step)
    {
        SeededRandom random = new((ulong)dimension);
        Walk walk = new(dimension, ridge, random);
        using ForkJoin alone = new(1);
        CarriedBounds bounds = new(walk.Rows, walk.Layout, Components, 1);
        FullExpectation carried = new(walk.Rows, walk.Layout, Components, alone, null, bounds), plain = new(walk.Rows, walk.Layout, Components, alone, null);
        double[][] found = walk.Responsibilities(), expected = walk.Responsibilities();
        long spared = 0;
        for (int iteration = 0; iteration < 8; iteration++)
        {
            walk.Step(step, bounds);
            double total = carried.Run(walk.Whitened, found, null), expectedTotal = plain.Run(walk.Whitened, expected, null);

            Assert.Equal(expectedTotal, total);
            Assert.Equal(expected, found);
            spared += plain.Begun - carried.Begun;
            if (iteration == 5)
            {
                // What moved in another way is forgotten.
                bounds.Forget();
                walk.Step(1.0, null);
            }
        }

        Assert.True(step > 0.1 || ridge < 1e-10 || spared > walk.Count, $"{spared} pairs spared");
    }

    [Theory]
    [MemberData(nameof(Moves))]
    public void Move_AnyMove_BoundsWhatTheKernelFinds(int dimension, double ridge, double step)
    {
        SeededRandom random = new((ulong)dimension + 7);
        Walk walk = new(dimension, ridge, random);
        CarriedBounds bounds = new(walk.Rows, walk.Layout, Components, 1);

        // As if two E-steps had left everything early, so that bounds are in use and have been noted.
        walk.Step(step, null);
        bounds.End(Components, Components * walk.Count, 0);
        bounds.End(Components, Components * walk.Count, 0);
        double[][] before = [.. walk.Whitened.Select(component => Squares(walk, component))];
        Assert.All(Enumerable.Range(0, Components), k => Note(bounds, walk, k, before[k]));

        // Twice, as where the sums are taken again about the new means.
        walk.Step(step, bounds);
        walk.Step(0.1 * step, bounds);

        double share = 0.0;
        for (int k = 0; k < Components; k++)
        {
            double[] after = Squares(walk, walk.Whitened[k]);
            float[] moved = bounds.Of(k);
            Apply(bounds, k);
            for (int n = 0; n < walk.Count; n++)
            {
                double square = after[(Stage(walk, n) * walk.Count) + n];
                Assert.True(moved[n] <= 0f || (double)moved[n] * moved[n] <= square, $"{moved[n]} is no bound on the root of {square}");
                share += moved[n] / Math.Sqrt(square) / (Components * walk.Count);
            }
        }

        // And they say something.
        Assert.True(step > 0.1 || ridge < 1e-10 || share > 0.9, $"{share} of |z| on average");
    }

    [Fact]
    public void Move_NotANumber_RulesNothingOut()
    {
        Walk walk = new(5, 1.0, new SeededRandom(1));
        CarriedBounds bounds = new(walk.Rows, walk.Layout, Components, 1);
        walk.Step(0.1, null);
        bounds.End(Components, Components * walk.Count, 0);
        bounds.End(Components, Components * walk.Count, 0);
        Note(bounds, walk, 0, Squares(walk, walk.Whitened[0]));
        walk.Means[0][2] = double.NaN;

        walk.Step(0.1, bounds);

        Assert.Equal(walk.Count, Apply(bounds, 0));
    }

    /// <summary>A stage for each window, all of them by turns.</summary>
    private static int Stage(Walk walk, int n) => n % walk.Layout.Stages.Length;

    /// <summary>|z|² of every window after every stage, a stage after another.</summary>
    private static double[] Squares(Walk walk, WhitenedComponent component)
    {
        PanelLayout layout = walk.Layout;
        double[] squares = new double[layout.Stages.Length * walk.Count], sums = new double[walk.Count + 8], block = new double[walk.Count * walk.Rows.Width];
        int[] list = [.. Enumerable.Range(0, walk.Count + 8).Select(m => Math.Min(m, walk.Count - 1))];
        double** windows = stackalloc double*[walk.Count];
        fixed (double* b = block, s = sums, panels = component.Panels, bias = component.Bias)
        {
            fixed (int* order = layout.Order, l = list)
            {
                for (int n = 0; n < walk.Count; n++)
                {
                    windows[n] = b + (n * walk.Rows.Width);
                    walk.Rows.Read(n, windows[n]);
                }

                for (int i = 0; i < layout.Stages.Length; i++)
                {
                    WhiteningKernel.AddSquares(panels, layout.Stages[i], order, bias, windows, l, walk.Count, s);
                    sums.AsSpan(0, walk.Count).CopyTo(squares.AsSpan(i * walk.Count));
                }
            }
        }

        return squares;
    }

    private static void Note(CarriedBounds bounds, Walk walk, int k, double[] squares)
    {
        double[] one = new double[8];
        fixed (double* sum = one)
        {
            fixed (float* b = bounds.Of(k))
            {
                for (int n = 0; n < walk.Count; n++)
                {
                    one[0] = squares[(Stage(walk, n) * walk.Count) + n];
                    LowerBounds.Note(&n, sum, 1, CarriedBounds.Kind(Stage(walk, n)), b);
                }
            }
        }
    }

    /// <summary>Counts the windows of which nothing is known.</summary>
    private static int Apply(CarriedBounds bounds, int k)
    {
        int count = bounds.Of(k).Length;
        int[] owners = [.. Enumerable.Repeat(-1, count)], list = new int[count + 8];
        double[] best = new double[count], limits = new double[count + 8];
        fixed (int* o = owners, l = list)
        {
            fixed (double* b = best, m = limits, moves = bounds.Moves(k))
            {
                fixed (float* r = bounds.Of(k))
                {
                    return LowerBounds.MoveAndList(o, k, 0.0, b, count, r, moves, l, m);
                }
            }
        }
    }

    /// <summary>Components whose means and covariances walk at random, and windows of a smooth history.</summary>
    private sealed class Walk
    {
        private readonly int _dimension;
        private readonly double _ridge;
        private readonly SeededRandom _random;
        private readonly double[][] _factors;
        private readonly InverseFactor _inverse;

        public Walk(int dimension, double ridge, SeededRandom random)
        {
            (_dimension, _ridge, _random, _inverse) = (dimension, ridge, random, new InverseFactor(dimension));
            double[] series = new double[3000 + (100 * dimension)];
            for (int i = 1; i < series.Length; i++)
            {
                series[i] = (0.95 * series[i - 1]) + (3.0 * random.NextGaussian());
            }

            Rows = new WindowRows(WindowSet.Over(series, new WindowShape(dimension - 1, 1), Normalisation.None));
            Layout = PanelLayout.Spread(dimension);
            Means = [.. Enumerable.Range(0, Components).Select(k => Enumerable.Repeat(4.0 * k, dimension).ToArray())];
            _factors = [.. Enumerable.Range(0, Components).Select(_ => NaiveMatrix.Gaussian(dimension * Math.Max(1, dimension / 2), random))];
            Whitened = [.. Enumerable.Range(0, Components).Select(_ => new WhitenedComponent(Layout))];
        }

        public WindowRows Rows { get; }

        public PanelLayout Layout { get; }

        public int Count => Rows.Count;

        public double[][] Means { get; }

        public WhitenedComponent[] Whitened { get; }

        public double[][] Responsibilities() => [.. Enumerable.Range(0, Components).Select(_ => new double[Count])];

        /// <summary>Each step a normal one of the given size for every number.</summary>
        public void Step(double size, CarriedBounds? bounds)
        {
            for (int k = 0; k < Components; k++)
            {
                double[] covariance = Covariance(_factors[k], size);
                for (int i = 0; i < _dimension; i++)
                {
                    Means[k][i] += size * Math.Sqrt(_ridge) * _random.NextGaussian();
                }

                Assert.True(_inverse.TryFactor(covariance, _dimension, Layout.Order));
                _inverse.Invert();
                bounds?.Move(k, 0, Whitened[k], _inverse, Means[k]);
                Whitened[k].Set(1.0 / Components, Means[k], _inverse);
            }
        }

        private double[] Covariance(double[] factor, double size)
        {
            int rank = factor.Length / _dimension;
            double[] scales = [.. Enumerable.Range(0, rank).Select(_ => 1.0 + (0.5 * size * _random.NextUniform()))], covariance = new double[_dimension * _dimension];
            for (int i = 0; i < _dimension; i++)
            {
                for (int r = 0; r < rank; r++)
                {
                    factor[(i * rank) + r] *= scales[r];
                }
            }

            for (int i = 0; i < _dimension; i++)
            {
                for (int j = 0; j < _dimension; j++)
                {
                    double sum = i == j ? _ridge : 0.0;
                    for (int r = 0; r < rank; r++)
                    {
                        sum += factor[(i * rank) + r] * factor[(j * rank) + r];
                    }

                    covariance[(i * _dimension) + j] = sum;
                }
            }

            return covariance;
        }
    }
}
