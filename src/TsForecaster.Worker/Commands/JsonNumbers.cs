using System.Text.Json;
using System.Text.Json.Nodes;

namespace TsForecaster.Worker.Commands;

/// <summary>Values as JSON, which has no NaN and no infinities: they become null.</summary>
internal static class JsonNumbers
{
    public static JsonNode? Node(object? value) => value switch
    {
        null => null,
        double number => double.IsFinite(number) ? JsonValue.Create(number) : null,
        IEnumerable<double> numbers => new JsonArray([.. numbers.Select(number => Node(number))]),
        _ => JsonSerializer.SerializeToNode(value, value.GetType()),
    };
}
