using System.Text;
using TsForecaster.Model.Mixtures;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// The versioned binary form of a pooled model, little-endian: magic (8 bytes), version (4), τ (8); of each member its recipe's name and what of its options
/// an adaptation needs; then shapes, normalisations and mixtures as a <see cref="ModelFile"/>, whose checksum ends it. A loaded model adapts
/// as the saved one does, bit for bit.
/// </summary>
public static class PooledModelFile
{
    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "TSFPOOL\0"u8;

    public static void Save(Stream stream, PooledModel model)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(model.Relevance);
        writer.Write(model.Members.Count);
        foreach (PooledMember member in model.Members)
        {
            writer.Write(member.Recipe.Name);
            writer.Write(member.Components);
            writer.Write(member.Overlap);
            writer.Write(member.Limit);
        }

        writer.Write(model.Weights.Length);
        foreach (double weight in model.Weights)
        {
            writer.Write(weight);
        }

        writer.Flush();
        ModelFile.Save(stream, new ForecastModel(
            [.. model.Members.Select(member => new WindowModel(member.Recipe.Shape, member.Recipe.Normalisation, member.Mixture, member.Report))],
            model.Weights.ToArray(),
            transform: model.Transform));
    }

    /// <exception cref="ModelFileException">The stream is not a whole model of a version this program knows; nothing is half-read.</exception>
    public static PooledModel Load(Stream stream)
    {
        try
        {
            using BinaryReader reader = new(stream, Encoding.UTF8, leaveOpen: true);
            if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic) || reader.ReadInt32() != Version)
            {
                throw new ModelFileException($"this is not a pooled model of version {Version}");
            }

            double relevance = reader.ReadDouble();
            (string Name, SeriesMixtureOptions Options)[] members = Items(reader, () =>
                (reader.ReadString(), new SeriesMixtureOptions { Components = reader.ReadInt32(), Overlap = reader.ReadDouble(), Limit = reader.ReadDouble() }));
            double[] weights = Items(reader, reader.ReadDouble);
            ForecastModel densities = ModelFile.Load(stream);
            return new PooledModel(
                [.. members.Zip(densities.Members, (member, density) => new PooledMember(new WindowRecipe(member.Name, density.Shape, density.Normalisation), member.Options, density.Mixture, density.Report))],
                weights,
                densities.Transform,
                relevance);
        }
        catch (Exception impossible) when (impossible is EndOfStreamException or ArgumentException or FormatException)
        {
            throw new ModelFileException($"the pooled model cannot be read: {impossible.Message}");
        }
    }

    private static T[] Items<T>(BinaryReader reader, Func<T> read)
    {
        int count = reader.ReadInt32();
        if (count is < 1 or > 4096)
        {
            throw new ModelFileException($"the pooled model is damaged: it says that it has {count} members");
        }

        T[] items = new T[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = read();
        }

        return items;
    }
}
