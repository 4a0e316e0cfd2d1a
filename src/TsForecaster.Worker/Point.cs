namespace TsForecaster.Worker;

/// <summary>One line of line protocol: a measurement, sorted tags, fields, and a time. See docs for the measurements.</summary>
/// <param name="Tags">Sorted by name (ordinal); values never empty.</param>
/// <param name="Time">Nanoseconds since 1970 UTC.</param>
public sealed record Point(string Measurement, IReadOnlyList<PointTag> Tags, IReadOnlyList<PointField> Fields, long Time);

public readonly record struct PointTag(string Name, string Value);

/// <summary>A field: a double, a bool or a string; NaN and infinities are never written.</summary>
public readonly record struct PointField(string Name, object Value);
