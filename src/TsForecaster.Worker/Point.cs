using System.Collections.Immutable;

namespace TsForecaster.Worker;

/// <summary>One line of line protocol: a measurement, tags, fields, and a time. What is written: <see cref="Publish.Measurements"/>.</summary>
/// <param name="Tags">Sorted by name (ordinal); values never empty. Measurement, tags and time are the key of the point.</param>
/// <param name="Fields">At least one.</param>
/// <param name="Time">Nanoseconds since 1970 UTC.</param>
public sealed record Point(string Measurement, ImmutableArray<PointTag> Tags, ImmutableArray<PointField> Fields, long Time)
{
    public bool Equals(Point? other) =>
        other is not null && Measurement == other.Measurement && Time == other.Time
        && Tags.AsSpan().SequenceEqual(other.Tags.AsSpan()) && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Measurement, Time, Tags.Length, Fields.Length);
}

public readonly record struct PointTag(string Name, string Value);

/// <summary>What a field holds. Whole numbers are numbers too: a field is never an integer in one point and a float in the next.</summary>
public enum FieldType
{
    Number,
    Boolean,
    Text,
}

/// <summary>A named double, bool or string; NaN, infinities and empty strings are never written.</summary>
public readonly record struct PointField
{
    private readonly double _number;
    private readonly string? _text;

    public PointField(string name, double value) => (Name, Type, _number) = (name, FieldType.Number, value);

    public PointField(string name, bool value) => (Name, Type, _number) = (name, FieldType.Boolean, value ? 1.0 : 0.0);

    public PointField(string name, string value) => (Name, Type, _text) = (name, FieldType.Text, value);

    public string Name { get; }

    public FieldType Type { get; }

    /// <summary>The number; of a boolean 0 or 1.</summary>
    public double Number => _number;

    public bool Boolean => _number != 0.0;

    /// <summary>The text; empty unless the type is <see cref="FieldType.Text"/>.</summary>
    public string Text => _text ?? "";

    /// <summary>False for what no sink can hold.</summary>
    public bool Writable => Type == FieldType.Text ? Text.Length > 0 : double.IsFinite(_number);
}
