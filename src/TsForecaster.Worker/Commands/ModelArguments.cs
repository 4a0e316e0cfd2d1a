using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using TsForecaster.Worker.Commands.Settings;

namespace TsForecaster.Worker.Commands;

/// <summary>
/// <c>--model KEY=VALUE …</c>: the mixture's part of <see cref="ModelSettings"/>, with the same ranges and defaults as the
/// service's settings. Keys and names are taken in any case, with or without <c>-</c> and <c>_</c>.
/// </summary>
internal static class ModelArguments
{
    // Options of their own, and what only the service does.
    private static readonly string[] Others = [nameof(ModelSettings.Past), nameof(ModelSettings.Future), nameof(ModelSettings.Season), nameof(ModelSettings.Joint), nameof(ModelSettings.Calendar), nameof(ModelSettings.Holidays), nameof(ModelSettings.TimeZone), nameof(ModelSettings.Recalibrate), nameof(ModelSettings.Fill)];

    private static readonly PropertyInfo[] Keys =
        [.. SettingsReader.Properties(typeof(ModelSettings)).Where(key => !Others.Contains(key.Name, StringComparer.Ordinal))];

    public static string Help { get; } = string.Join(", ", Keys.Select(key => $"{key.Name.ToLowerInvariant()}={Default(key)}"));

    /// <summary>Takes out <c>components=auto</c>; whether it was there, and the other assignments.</summary>
    public static (bool Auto, string[] Others) TakeAuto(IReadOnlyList<string> assignments)
    {
        string[] others = [.. assignments.Where(assignment => !Plain(assignment).Split('=', StringSplitOptions.TrimEntries).SequenceEqual(["COMPONENTS", "AUTO"]))];
        return (others.Length < assignments.Count, others);
    }

    /// <summary>Whether an assignment is of the seed, the one key that a search leaves to the user.</summary>
    public static bool IsSeed(string assignment) => Plain(assignment.Split('=')[0].Trim()) == "SEED";

    /// <exception cref="UsageException">Something is given that a search is to choose.</exception>
    public static void CheckLeftToSearch(bool auto, IReadOnlyList<string> assignments)
    {
        if (auto && assignments.FirstOrDefault(assignment => !IsSeed(assignment)) is { } chosen)
        {
            throw new UsageException($"--model {chosen} cannot be used with components=auto, which chooses all but the seed; give components=K");
        }
    }

    /// <exception cref="UsageException">A key is unknown or given twice, or a value is not allowed for it.</exception>
    public static ModelSettings Parse(IReadOnlyList<string> assignments, ModelSettings defaults)
    {
        ModelSettings settings = defaults with { };
        HashSet<PropertyInfo> given = [];
        foreach (string assignment in assignments)
        {
            string[] parts = assignment.Split('=', 2, StringSplitOptions.TrimEntries);
            PropertyInfo? key = Array.Find(Keys, key => Plain(key.Name) == Plain(parts[0]));
            if (parts.Length != 2 || key is null)
            {
                throw new UsageException($"--model {assignment}: expected KEY=VALUE with one of the keys {string.Join(", ", Keys.Select(known => known.Name.ToLowerInvariant()))}");
            }

            if (!given.Add(key))
            {
                throw new UsageException($"--model {assignment}: {key.Name.ToLowerInvariant()} is given twice");
            }

            string text = key.PropertyType.IsEnum ? EnumName(key.PropertyType, parts[1]) : parts[1];
            if (!SettingValue.TryParse(key.PropertyType, text, out object? value))
            {
                throw new UsageException($"--model {assignment}: {SettingValue.Allowed(key.PropertyType).ToLowerInvariant()}");
            }

            if (key.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(value))
            {
                throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--model {assignment}: allowed is {range.Minimum} to {range.Maximum}"));
            }

            key.SetValue(settings, value);
        }

        return settings.AgainstShiftInvariance is { } contradiction
            ? throw new UsageException($"--model shiftinvariant=true: {contradiction.ToLowerInvariant()}={(contradiction == nameof(ModelSettings.Covariance) ? "full" : "none")} is needed with it")
            : settings;
    }

    private static string EnumName(Type type, string text)
    {
        string plain = Plain(text) == "SD" ? "STANDARDDEVIATION" : Plain(text);
        return Enum.GetNames(type).FirstOrDefault(name => Plain(name) == plain) ?? text;
    }

    private static string Default(PropertyInfo key)
    {
        object value = key.GetValue(new ModelSettings()) ?? SettingValue.Auto;
        return (key.PropertyType.IsEnum ? string.Join("|", Enum.GetNames(key.PropertyType)) : Convert.ToString(value, CultureInfo.InvariantCulture)!).ToLowerInvariant();
    }

    private static string Plain(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
}
