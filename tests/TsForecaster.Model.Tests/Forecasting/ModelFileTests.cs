using System.Buffers.Binary;
using System.Security.Cryptography;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class ModelFileTests
{
    private const int HeaderBytes = 20;
    private static readonly ForecastModel _model = RandomModels.Model(new WindowShape(3, 2, 2), 2, 9, new Normalisation(Centring.Mean, Scaling.StandardDeviation) { ScaleFloor = 1e-5 });

    [Theory]
    [InlineData(CovarianceShape.Full)]
    [InlineData(CovarianceShape.Tied)]
    [InlineData(CovarianceShape.Diagonal)]
    [InlineData(CovarianceShape.Spherical)]
    public void Load_SavedFit_IsTheSameModelBitForBit(CovarianceShape freedom)
    {
        double[] history = [.. Enumerable.Range(0, 300).Select(t => Math.Sin(0.4 * t) + (0.3 * Math.Cos(1.7 * t * t)))];
        WindowShape shape = new(5, 3);
        (ForecastModel? model, FitReport report) = ForecastModel.Fit([history], shape, new Normalisation(Centring.Mean), new FitOptions { Components = 3, Shape = freedom });
        ForecastModel loaded = ModelFile.Load(new MemoryStream(Bytes(model!)));

        Assert.Equal(model!.Id, loaded.Id);
        Assert.Equal((model.Members[0].Shape, model.Members[0].Normalisation, freedom), (loaded.Members[0].Shape, loaded.Members[0].Normalisation, loaded.Members[0].Mixture.Shape));
        Assert.Equal(model.Members[0].Mixture.Weights.ToArray(), loaded.Members[0].Mixture.Weights.ToArray());
        for (int k = 0; k < model.Members[0].Mixture.Components; k++)
        {
            Assert.Equal(model.Members[0].Mixture.Mean(k).ToArray(), loaded.Members[0].Mixture.Mean(k).ToArray());
            Assert.Equal(model.Members[0].Mixture.Covariance(k).ToArray(), loaded.Members[0].Mixture.Covariance(k).ToArray());
            Assert.Equal(model.Members[0].Mixture.CholeskyFactor(k).ToArray(), loaded.Members[0].Mixture.CholeskyFactor(k).ToArray());
        }

        Assert.Equal(report.Trace, loaded.Members[0].Report.Trace);
        Assert.Equal(report with { Trace = [] }, loaded.Members[0].Report with { Trace = [] });
        Assert.Equal(Bytes(model), Bytes(loaded));
        Assert.Equal(new Forecaster(model).Predict(history.AsSpan(0, 5)).Covariance(), new Forecaster(loaded).Predict(history.AsSpan(0, 5)).Covariance());
    }

    [Fact]
    public void Save_Report_IsKept()
    {
        ForecastModel loaded = ModelFile.Load(new MemoryStream(Bytes(_model)));
        Assert.Equal([-3.5, -3.25, -3.2], loaded.Members[0].Report.Trace);
        Assert.Equal(_model.Members[0].Report with { Trace = [] }, loaded.Members[0].Report with { Trace = [] });
        Assert.Equal(1e-5, loaded.Members[0].Normalisation.ScaleFloor);
    }

    [Fact]
    public void Load_CentredOnTheHistory_KeepsItsMean()
    {
        double[] history = [.. Enumerable.Range(0, 100).Select(t => 40.0 + Math.Sin(0.4 * t))];
        ForecastModel model = ForecastModel.Fit([history], new WindowShape(5, 3), new Normalisation(Centring.History), new FitOptions()).Model!;
        Assert.Equal(history.Average(), model.Members[0].Normalisation.HistoryMean, 1e-12);
        Assert.Equal(model.Members[0].Normalisation, ModelFile.Load(new MemoryStream(Bytes(model))).Members[0].Normalisation);
        Assert.Throws<ArgumentException>(() => ForecastModel.Fit([history], new WindowShape(5, 3, 2), new Normalisation(Centring.History), new FitOptions()));
    }

    [Fact]
    public void Id_Parameters_DecideIt()
    {
        Assert.Matches("^[0-9a-f]{12}$", _model.Id);
        Assert.Equal(_model.Id, new ForecastModel(new WindowModel(_model.Members[0].Shape, _model.Members[0].Normalisation, _model.Members[0].Mixture, _model.Members[0].Report with { Iterations = 99 })).Id);
        Assert.NotEqual(_model.Id, new ForecastModel(new WindowModel(_model.Members[0].Shape, Normalisation.None, _model.Members[0].Mixture, _model.Members[0].Report)).Id);
        Assert.NotEqual(_model.Id, new ForecastModel(new WindowModel(new WindowShape(4, 1, 2), _model.Members[0].Normalisation, _model.Members[0].Mixture, _model.Members[0].Report)).Id);
        Assert.NotEqual(_model.Id, RandomModels.Model(_model.Members[0].Shape, 2, 10, _model.Members[0].Normalisation).Id);
    }

    [Fact]
    public void Load_TruncatedAnywhere_IsRefused()
    {
        byte[] bytes = Bytes(_model);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Contains("truncated", Refused(bytes[..length]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Load_AnyByteChanged_IsRefused()
    {
        byte[] bytes = Bytes(_model);
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= 0x10;
            Refused(damaged);
        }
    }

    [Fact]
    public void Load_ContentChanged_SaysChecksum()
    {
        byte[] bytes = Bytes(_model);
        bytes[HeaderBytes + 100] ^= 1;
        Assert.Contains("checksum", Refused(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OtherKind_SaysSo()
    {
        Assert.Contains("not a model file", Refused("time,value\n0,1\n"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("not a model file", Refused("PK"u8.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NewerVersion_SaysWhichAndWhatToDo()
    {
        byte[] bytes = Bytes(_model);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), ModelFile.Version + 1);
        string message = Refused(bytes);
        Assert.Contains($"version {ModelFile.Version + 1}", message, StringComparison.Ordinal);
        Assert.Contains("newer program", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Load_VersionBeforeCovariates_IsRead(int version)
    {
        // It had no number of covariates before the report, whose trace has three numbers.
        const int Report = (8 * sizeof(int)) + (4 * sizeof(double));
        byte[] bytes = Bytes(_model);
        bytes = [.. bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes - Report - sizeof(int)), .. bytes.AsSpan(bytes.Length - SHA256.HashSizeInBytes - Report)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), version);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(12), bytes.Length - HeaderBytes - SHA256.HashSizeInBytes);
        Assert.Equal(_model.Id, ModelFile.Load(new MemoryStream(Sealed(bytes))).Id);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Load_EarlierVersion_SaysToFitAgain(int version)
    {
        byte[] bytes = Bytes(_model);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), version);
        Assert.Contains("fit the model again", Refused(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SavedEnsemble_IsTheSameModelBitForBit()
    {
        ForecastModel ensemble = RandomModels.Ensemble();
        ForecastModel loaded = ModelFile.Load(new MemoryStream(Bytes(ensemble)));
        double[] past = [.. Enumerable.Range(0, ensemble.Reach).Select(t => Math.Sin(t))];

        Assert.Equal(ensemble.Id, loaded.Id);
        Assert.Equal(ensemble.Members.Select(member => (member.Shape, member.Normalisation)), loaded.Members.Select(member => (member.Shape, member.Normalisation)));
        Assert.Equal(ensemble.Weights.ToArray(), loaded.Weights.ToArray());
        Assert.Equal(ensemble.Spread.ToArray(), loaded.Spread.ToArray());
        Assert.Equal(new Forecaster(ensemble).Predict(past).Covariance(), new Forecaster(loaded).Predict(past).Covariance());
        Assert.Equal(Bytes(ensemble), Bytes(loaded));
    }

    [Fact]
    public void Load_SomethingBehindTheEnd_IsRefused() =>
        Assert.Contains("goes on after its end", Refused([.. Bytes(_model), 0]), StringComparison.Ordinal);

    [Fact]
    public void Load_HugeLength_IsRefusedWithoutReservingIt()
    {
        byte[] bytes = Bytes(_model);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(12), int.MaxValue - 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("truncated", Refused(bytes), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Theory]
    [InlineData(0, 2, "ValueTransform is 2")]
    [InlineData(4, 0, "members is 0")]
    [InlineData(4, 1 << 30, "ends before")]
    [InlineData(8, 1, "impossible model")]
    [InlineData(20, 0, "past is 0")]
    [InlineData(20, int.MaxValue, "ends before")]
    [InlineData(24, 2, "the lag 2 is there twice")]
    [InlineData(36, -1, "future is -1")]
    [InlineData(36, 100_000_000, "ends before")]
    [InlineData(44, 77, "Centring is 77")]
    [InlineData(52, -1, "seasons is -1")]
    [InlineData(56, -1, "measured steps is -1")]
    [InlineData(60, -1, "level steps is -1")]
    [InlineData(64, -1, "Scaling is -1")]
    [InlineData(84, 4, "CovarianceShape is 4")]
    [InlineData(88, 0, "components is 0")]
    [InlineData(88, 1 << 30, "ends before")]
    [InlineData(88, 1, "impossible model")]
    public void Load_ImpossibleSize_IsRefused(int offset, int value, string expected) =>
        Assert.Contains(expected, Refused(Resealed(bytes => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(HeaderBytes + offset), value))), StringComparison.Ordinal);

    [Theory]
    [InlineData(double.NaN, "a number is NaN")]
    [InlineData(double.PositiveInfinity, "a number is Infinity")]
    [InlineData(-1.0, "the weight of component 0 is -1")]
    public void Load_ImpossibleWeight_IsRefused(double value, string expected) =>
        Assert.Contains(expected, Refused(Resealed(bytes => BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(HeaderBytes + 92), value))), StringComparison.Ordinal);

    [Fact]
    public void Load_ContentLongerThanTheModel_IsRefused()
    {
        byte[] bytes = Bytes(_model);
        byte[] longer = [.. bytes[..^32], 0, 0, 0, .. bytes[^32..]];
        BinaryPrimitives.WriteInt64LittleEndian(longer.AsSpan(12), longer.Length - HeaderBytes - 32);
        Assert.Contains("3 bytes too many", Refused(Sealed(longer)), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SlowStream_ReadsOn()
    {
        // A network stream may return fewer bytes than asked for.
        using var stream = new OneByteStream(Bytes(_model));
        Assert.Equal(_model.Id, ModelFile.Load(stream).Id);
    }

    private static string Refused(byte[] bytes) => Assert.Throws<ModelFileException>(() => ModelFile.Load(new MemoryStream(bytes))).Message;

    private static byte[] Bytes(ForecastModel model)
    {
        var stream = new MemoryStream();
        ModelFile.Save(stream, model);
        return stream.ToArray();
    }

    /// <summary>A file with a valid checksum around changed content.</summary>
    private static byte[] Resealed(Action<byte[]> change)
    {
        byte[] bytes = Bytes(_model);
        change(bytes);
        return Sealed(bytes);
    }

    private static byte[] Sealed(byte[] bytes) => [.. bytes[..^32], .. SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32))];

    private sealed class OneByteStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);
    }
}
