using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// What a model file holds, version 5 (4 knew no covariates, 3 no mean of the history): transform and spread, then each member with its weight: shape, normalisation and mixture; then the effects of covariates, and the
/// reports of the fits. Of each covariance only what its shape leaves free is written: lower triangles (one, when tied), diagonals,
/// or one variance a component.
/// </summary>
internal static class ModelContent
{
    /// <summary>The first twelve hexadecimal digits of the parameters' SHA-256.</summary>
    public static string Identify(ForecastModel model)
    {
        var bytes = new ArrayBufferWriter<byte>();
        WriteParameters(bytes, model);
        if (model.Covariates is { } effects)
        {
            Write(bytes, effects.Coefficients);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes.WrittenSpan))[..12];
    }

    public static void Write(IBufferWriter<byte> writer, ForecastModel model)
    {
        WriteParameters(writer, model);
        Write(writer, model.Covariates?.Count ?? 0);
        if (model.Covariates is { } effects)
        {
            Write(writer, effects.Coefficients);
            byte[] source = Encoding.UTF8.GetBytes(effects.Source);
            Write(writer, source.Length);
            writer.Write(source);
        }

        foreach (WindowModel member in model.Members)
        {
            WriteReport(writer, member.Report);
        }
    }

    private static void WriteParameters(IBufferWriter<byte> writer, ForecastModel model)
    {
        Write(writer, (int)model.Transform);
        Write(writer, model.Members.Count);
        Write(writer, model.Spread.Length);
        Write(writer, model.Spread);
        for (int i = 0; i < model.Members.Count; i++)
        {
            Write(writer, model.Weights[i]);
            WriteParameters(writer, model.Members[i].Shape, model.Members[i].Normalisation, model.Members[i].Mixture);
        }
    }

    private static void WriteParameters(IBufferWriter<byte> writer, WindowShape shape, Normalisation normalisation, GaussianMixture mixture)
    {
        Write(writer, shape.Past);
        foreach (int lag in shape.Lags)
        {
            Write(writer, lag);
        }

        Write(writer, shape.Future);
        Write(writer, shape.Channels);
        Write(writer, (int)normalisation.Centring);
        Write(writer, normalisation.Season);
        Write(writer, normalisation.Seasons);
        Write(writer, normalisation.MeasuredSteps);
        Write(writer, normalisation.LevelSteps);
        Write(writer, (int)normalisation.Scaling);
        Write(writer, normalisation.ScaleFloor);
        Write(writer, normalisation.Decay);
        if (normalisation.Centring == Centring.History)
        {
            Write(writer, normalisation.HistoryMean);
        }

        Write(writer, (int)mixture.Shape);
        Write(writer, mixture.Components);
        Write(writer, mixture.Weights);
        for (int k = 0; k < mixture.Components; k++)
        {
            Write(writer, mixture.Mean(k));
        }

        CovarianceLayout layout = new(mixture.Shape, mixture.Components, mixture.Dimension);
        for (int k = 0; k < layout.Matrices; k++)
        {
            for (int i = 0; i < layout.Rows; i++)
            {
                Write(writer, mixture.Covariance(k).Slice((i * mixture.Dimension) + layout.FirstColumn(i), layout.Columns(i)));
            }
        }
    }

    private static void WriteReport(IBufferWriter<byte> writer, FitReport report)
    {
        Write(writer, (int)report.Stop);
        Write(writer, report.Iterations);
        Write(writer, report.LogLikelihood);
        Write(writer, report.Windows);
        Write(writer, report.FreeParameters);
        Write(writer, report.Reseeded);
        Write(writer, report.Dropped);
        Write(writer, report.RidgeEscalations);
        Write(writer, report.Trace.Count);
        Write(writer, report.Trace.ToArray());
    }

    /// <exception cref="ModelFileException">A number is impossible, or there are too few or too many.</exception>
    public static ForecastModel Read(ReadOnlySpan<byte> content, int version = ModelFile.Version)
    {
        var reader = new ContentReader(content);
        try
        {
            ValueTransform transform = reader.Choice<ValueTransform>();
            int members = reader.Size("members");
            int steps = reader.Count("factors of the spread");
            reader.RequireNumbers(steps + (double)members);
            double[] spread = reader.Numbers(steps);
            double[] weights = new double[members];
            var parts = new (WindowShape Shape, Normalisation Normalisation, GaussianMixture Mixture)[members];
            for (int i = 0; i < members; i++)
            {
                weights[i] = reader.Number();
                WindowShape shape = ReadShape(ref reader);
                parts[i] = (shape, ReadNormalisation(ref reader), ReadMixture(ref reader, shape));
            }

            CovariateEffects? covariates = version < 5 ? null : ReadCovariates(ref reader);
            var models = new WindowModel[members];
            for (int i = 0; i < members; i++)
            {
                models[i] = new WindowModel(parts[i].Shape, parts[i].Normalisation, parts[i].Mixture, ReadReport(ref reader));
            }

            var model = new ForecastModel(models, weights, spread, transform, covariates);
            reader.RequireEnd();
            return model;
        }
        catch (Exception impossible) when (impossible is ArgumentException or OverflowException)
        {
            throw new ModelFileException($"the model file holds an impossible model: {impossible.Message}");
        }
    }

    private static CovariateEffects? ReadCovariates(ref ContentReader reader)
    {
        int count = reader.Count("covariates");
        if (count == 0)
        {
            return null;
        }

        reader.RequireNumbers(count);
        double[] effects = reader.Numbers(count);
        return new CovariateEffects(effects, reader.Text("source of the covariates"));
    }

    private static WindowShape ReadShape(ref ContentReader reader)
    {
        int past = reader.Size("past");
        reader.RequireNumbers(past / 2.0);
        int[] lags = new int[past];
        for (int i = 0; i < past; i++)
        {
            lags[i] = reader.Size("lag");
        }

        return WindowShape.OfLags(lags, reader.Size("future"), reader.Size("channels"));
    }

    private static Normalisation ReadNormalisation(ref ContentReader reader)
    {
        Centring centring = reader.Choice<Centring>();
        int season = reader.Size("season"), seasons = reader.Count("seasons"), measured = reader.Count("measured steps"), level = reader.Count("level steps");
        return new Normalisation(centring, reader.Choice<Scaling>())
        {
            Season = season,
            Seasons = seasons,
            MeasuredSteps = measured,
            LevelSteps = level,
            ScaleFloor = reader.Number(),
            Decay = reader.Number(),
            HistoryMean = centring == Centring.History ? reader.Number() : 0.0,
        };
    }

    private static GaussianMixture ReadMixture(ref ContentReader reader, WindowShape shape)
    {
        var freedom = reader.Choice<CovarianceShape>();
        int components = reader.Size("components");
        int dimension = checked(checked(shape.Past + shape.Future) * shape.Channels);
        CovarianceLayout layout = new(freedom, components, dimension);
        reader.RequireNumbers((double)components * (1 + (double)dimension));
        double[] weights = reader.Numbers(components);
        double[] means = reader.Numbers(checked(components * dimension));
        reader.RequireNumbers(layout.Numbers);
        var covariances = new double[checked(components * checked(dimension * dimension))];
        for (int k = 0; k < components; k++)
        {
            Span<double> matrix = covariances.AsSpan(k * dimension * dimension, dimension * dimension);
            if (k < layout.Matrices)
            {
                layout.Read(ref reader, matrix);
            }
            else
            {
                covariances.AsSpan(0, matrix.Length).CopyTo(matrix);
            }
        }

        return GaussianMixture.Create(weights, means, covariances, freedom);
    }

    private static FitReport ReadReport(ref ContentReader reader)
    {
        var report = new FitReport
        {
            Stop = reader.Choice<StopReason>(),
            Iterations = reader.Count("iterations"),
            LogLikelihood = reader.Number(),
            Windows = reader.Count("windows"),
            FreeParameters = reader.Count("free parameters"),
            Reseeded = reader.Count("re-seeded components"),
            Dropped = reader.Count("dropped components"),
            RidgeEscalations = reader.Count("ridge escalations"),
            Trace = [],
        };
        int iterations = reader.Count("iterations in the trace");
        reader.RequireNumbers(iterations);
        return report with { Trace = reader.Numbers(iterations) };
    }

    private static void Write(IBufferWriter<byte> writer, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(sizeof(int)), value);
        writer.Advance(sizeof(int));
    }

    private static void Write(IBufferWriter<byte> writer, double value) => Write(writer, [value]);

    private static void Write(IBufferWriter<byte> writer, ReadOnlySpan<double> values)
    {
        Span<byte> bytes = writer.GetSpan(values.Length * sizeof(double));
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes[(i * sizeof(double))..], values[i]);
        }

        writer.Advance(values.Length * sizeof(double));
    }
}
