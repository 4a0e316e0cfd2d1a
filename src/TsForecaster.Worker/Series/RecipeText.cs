using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Series;

/// <summary>
/// A recipe as JSON, to the bit. Every property of its parts that is a plain value is written, new ones included; where one starts, and
/// what judges its iterates, are no part of a recipe that is kept.
/// </summary>
internal static class RecipeText
{
    private static readonly JsonSerializerOptions _options = new()
    {
        IgnoreReadOnlyProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new ShapeConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { PlainValuesOnly } },
    };

    public static byte[] Write(ForecastRecipe recipe) => JsonSerializer.SerializeToUtf8Bytes(recipe, _options);

    /// <exception cref="InvalidDataException">The bytes are no recipe.</exception>
    public static ForecastRecipe Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<ForecastRecipe>(bytes, _options) ?? throw new InvalidDataException("the recipe is null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the recipe of a series cannot be read: {e.Message}", e);
        }
    }

    private static void PlainValuesOnly(JsonTypeInfo type)
    {
        if (type.Type != typeof(Model.Mixtures.FitOptions))
        {
            return;
        }

        for (int i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (!type.Properties[i].PropertyType.IsPrimitive && !type.Properties[i].PropertyType.IsEnum)
            {
                type.Properties.RemoveAt(i);
            }
        }
    }

    /// <summary>Lags, future, channels.</summary>
    private sealed class ShapeConverter : JsonConverter<WindowShape>
    {
        public override WindowShape Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            int[][] parts = JsonSerializer.Deserialize<int[][]>(ref reader, options)!;
            return parts is [{ Length: > 0 } lags, [int future, int channels]]
                ? WindowShape.OfLags(lags, future, channels)
                : throw new JsonException("a shape is two lists: lags; future and channels");
        }

        public override void Write(Utf8JsonWriter writer, WindowShape value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, new[] { [.. value.Lags], new[] { value.Future, value.Channels } }, options);
    }
}
