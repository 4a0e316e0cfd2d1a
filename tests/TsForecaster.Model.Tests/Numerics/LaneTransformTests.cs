using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed unsafe class LaneTransformTests
{
    private const int Lanes = LaneTransform.Lanes, Element = LaneTransform.Element;

    public static TheoryData<int> Lengths => [16, 32, 64, 128, 256, 512];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Forward_EveryLength_IsTheSumOfTheDefinitionWithinTheBound(int length)
    {
        const int Stride = Element + 3;
        double[] x = NaiveMatrix.Gaussian(length * Element, new SeededRandom((ulong)length)), found = new double[length * Stride];
        LaneTransform transform = new(length);
        Forward(transform, [.. x], found, Stride);

        for (int lane = 0; lane < Lanes; lane += 3)
        {
            double bound = 4.0 * Math.Log2(length) * Math.ScaleB(Modulus(x, length, lane), -53);
            for (int place = 0; place < length; place++)
            {
                (double re, double im) = Definition(x, length, lane, transform.Frequencies[place]);

                // The definition's own sum is off by no more than length units.
                double tolerance = bound * (1.0 + (length / (4.0 * Math.Log2(length))));
                Assert.Equal(re, found[(place * Stride) + lane], tolerance);
                Assert.Equal(im, found[(place * Stride) + Lanes + lane], tolerance);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Back_OfATransform_IsTheSequenceTimesItsLength(int length)
    {
        double[] x = NaiveMatrix.Gaussian(length * Element, new SeededRandom(2)), found = new double[x.Length];
        LaneTransform transform = new(length);
        Forward(transform, [.. x], found, Element);
        fixed (double* f = found)
        {
            transform.Back(f);
        }

        for (int i = 0; i < x.Length; i++)
        {
            // Each way is off by 4 log2 M units in the 2-norm, the spectrum's being √M times the sequence's.
            double bound = 8.0 * Math.Log2(length) * Math.ScaleB(length * Norm(x, length, i % Lanes), -53);
            Assert.Equal(length * x[i], found[i], bound);
        }
    }

    [Fact]
    public void Forward_OneSequenceIsNotANumber_LeavesTheOthersToTheBit()
    {
        const int Length = 64;
        double[] x = NaiveMatrix.Gaussian(Length * Element, new SeededRandom(3)), spoilt = [.. x], clean = new double[x.Length], found = new double[x.Length];
        spoilt[(5 * Element) + 2] = double.NaN;
        LaneTransform transform = new(Length);
        Forward(transform, x, clean, Element);
        Forward(transform, spoilt, found, Element);

        for (int i = 0; i < found.Length; i++)
        {
            // NaN reaches one part of its own number at every frequency, or both.
            Assert.Equal(i % Lanes == 2 && double.IsNaN(found[i]) ? found[i] : clean[i], found[i]);
            Assert.True(i % Element != 2 || double.IsNaN(found[i]) || double.IsNaN(found[i + Lanes]));
        }
    }

    [Fact]
    public void Separate_TransformOfTwoRealSequences_IsTheTransformOfEach()
    {
        const int Length = 32;
        double[] both = NaiveMatrix.Gaussian(Length * Element, new SeededRandom(4)), second = new double[both.Length], first = new double[both.Length];
        for (int m = 0; m < Length; m++)
        {
            both.AsSpan(m * Element, Lanes).CopyTo(first.AsSpan(m * Element));
            both.AsSpan((m * Element) + Lanes, Lanes).CopyTo(second.AsSpan(m * Element));
        }

        LaneTransform transform = new(Length);
        double[] joint = new double[both.Length], a = new double[both.Length], b = new double[both.Length], foundA = new double[Element], foundB = new double[Element];
        Forward(transform, both, joint, Element);
        Forward(transform, first, a, Element);
        Forward(transform, second, b, Element);
        for (int place = 0; place < Length; place++)
        {
            int mirrored = Array.IndexOf(transform.Frequencies, (Length - transform.Frequencies[place]) % Length);
            fixed (double* x = joint, fa = foundA, fb = foundB)
            {
                LaneTransform.Separate(x + (place * Element), x + (mirrored * Element), fa, fb);
            }

            for (int i = 0; i < Element; i++)
            {
                Assert.Equal(a[(place * Element) + i], foundA[i], 1e-13);
                Assert.Equal(b[(place * Element) + i], foundB[i], 1e-13);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(48)]
    public void Constructor_LengthThatIsNone_Throws(int length) => Assert.Throws<ArgumentOutOfRangeException>(() => new LaneTransform(length));

    private static void Forward(LaneTransform transform, double[] x, double[] destination, int stride)
    {
        fixed (double* from = x, to = destination)
        {
            transform.Forward(from, to, stride);
        }
    }

    private static double Modulus(double[] x, int length, int lane)
    {
        double sum = 0.0;
        for (int m = 0; m < length; m++)
        {
            sum += Math.Sqrt((x[(m * Element) + lane] * x[(m * Element) + lane]) + (x[(m * Element) + Lanes + lane] * x[(m * Element) + Lanes + lane]));
        }

        return sum;
    }

    private static double Norm(double[] x, int length, int lane)
    {
        double sum = 0.0;
        for (int i = lane; i < length * Element; i += Lanes)
        {
            sum += x[i] * x[i];
        }

        return Math.Sqrt(sum);
    }

    private static (double Re, double Im) Definition(double[] x, int length, int lane, int frequency)
    {
        double re = 0.0, im = 0.0;
        for (int m = 0; m < length; m++)
        {
            double angle = 2.0 * Math.PI * (frequency * m % length) / length, c = Math.Cos(angle), s = -Math.Sin(angle);
            double xr = x[(m * Element) + lane], xi = x[(m * Element) + Lanes + lane];
            re += (c * xr) - (s * xi);
            im += (c * xi) + (s * xr);
        }

        return (re, im);
    }
}
