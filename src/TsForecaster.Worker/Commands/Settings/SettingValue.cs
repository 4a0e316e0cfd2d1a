using System.Globalization;

namespace TsForecaster.Worker.Commands.Settings;

/// <summary>One setting's text as a value of its type, and what its type allows in words.</summary>
internal static class SettingValue
{
    private static readonly (string Unit, double Milliseconds)[] Units =
        [("ms", 1), ("s", 1e3), ("m", 6e4), ("h", 3.6e6), ("d", 8.64e7)];

    /// <summary>What leaves a number to the program, null to the code.</summary>
    public const string Auto = "auto";

    public static bool IsLeaf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum || type.IsPrimitive || type == typeof(string) || type == typeof(TimeSpan) || type == typeof(Uri);
    }

    public static bool TryParse(Type type, string text, out object? value)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            value = null;
            return text.Length == 0 || IsAuto(type, text) || TryParse(inner, text, out value);
        }

        (bool Ok, object? Value) parsed = type switch
        {
            _ when type == typeof(string) => (true, text),
            _ when type == typeof(bool) => (bool.TryParse(text, out bool flag), flag),
            _ when type == typeof(int) => (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number), number),
            _ when type == typeof(long) => (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number), number),
            _ when type == typeof(ulong) => (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number), number),
            _ when type == typeof(double) => (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number), number),
            _ when type == typeof(TimeSpan) => (TryDuration(text, out TimeSpan span), span),
            _ when type == typeof(Uri) => (Uri.TryCreate(text, UriKind.Absolute, out Uri? uri), uri),
            _ when type.IsEnum => (TryEnum(type, text, out object? name), name),
            _ => throw new NotSupportedException($"settings of type {type} are not supported"),
        };
        value = parsed.Value;
        return parsed.Ok;
    }

    /// <summary>What may be written for the type, to be read after "found …;".</summary>
    public static string Allowed(Type type)
    {
        if (type == typeof(int?))
        {
            return $"a whole number or {Auto} is allowed";
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(bool) => "allowed are true and false",
            _ when type == typeof(int) || type == typeof(long) => "a whole number is allowed",
            _ when type == typeof(ulong) => "a whole number from 0 is allowed",
            _ when type == typeof(double) => "a finite number is allowed",
            _ when type == typeof(TimeSpan) => "a length of time is allowed, such as 00:01:30, 250ms, 10s, 30m, 1h or 1d",
            _ when type == typeof(Uri) => "an absolute URL is allowed, such as http://127.0.0.1:8086",
            _ when type.IsEnum => $"allowed are {string.Join(", ", Enum.GetNames(type))}",
            _ => "text is allowed",
        };
    }

    private static bool IsAuto(Type type, string text) => type == typeof(int?) && string.Equals(text, Auto, StringComparison.OrdinalIgnoreCase);

    private static bool TryEnum(Type type, string text, out object? value)
    {
        // Numbers would parse too, but nobody means them.
        string? name = Enum.GetNames(type).FirstOrDefault(name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase));
        value = name is null ? null : Enum.Parse(type, name);
        return name is not null;
    }

    public static bool TryDuration(string text, out TimeSpan span)
    {
        foreach ((string unit, double milliseconds) in Units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out double count)
                && Math.Abs(count * milliseconds) < TimeSpan.MaxValue.TotalMilliseconds)
            {
                span = TimeSpan.FromMilliseconds(count * milliseconds);
                return true;
            }
        }

        // A bare number would be days, which is never what was meant.
        span = default;
        return text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out span);
    }
}
