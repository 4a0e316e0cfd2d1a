using System.Collections;
using System.Reflection;
using TsForecaster.Worker.Commands.Settings;

namespace TsForecaster.Worker.Tests.Deploy;

/// <summary>The keys below the section Forecaster that the options classes know.</summary>
internal static class SettingKeys
{
    /// <summary>Every leaf key, colon-separated; the position in a list of sections is written 0.</summary>
    public static IReadOnlyList<(string Key, PropertyInfo Property)> All { get; } = [.. Leaves(typeof(ForecasterSettings), "")];

    /// <summary>Whether a key, separated by <c>__</c> or <c>:</c>, names a setting; list positions may be any number.</summary>
    public static bool Exists(string key)
    {
        Type type = typeof(ForecasterSettings);
        string[] parts = key.Split(["__", ":"], StringSplitOptions.None);
        for (int i = 0; i < parts.Length; i++)
        {
            PropertyInfo? property = Settable(type).FirstOrDefault(candidate => candidate.Name.Equals(parts[i], StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                return false;
            }

            type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (IsDictionary(type))
            {
                return i >= parts.Length - 2;
            }

            if (ItemOf(type) is { } item && i + 1 < parts.Length)
            {
                if (!int.TryParse(parts[++i], out _))
                {
                    return false;
                }

                type = item;
            }
        }

        return !IsSection(type);
    }

    private static IEnumerable<(string Key, PropertyInfo Property)> Leaves(Type type, string prefix)
    {
        foreach (PropertyInfo property in Settable(type))
        {
            string key = prefix + property.Name;
            Type kind = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            IEnumerable<(string, PropertyInfo)> found = ItemOf(kind) is { } item && IsSection(item) ? Leaves(item, key + ":0:")
                : IsSection(kind) ? Leaves(kind, key + ":")
                : [(key, property)];
            foreach ((string, PropertyInfo) leaf in found)
            {
                yield return leaf;
            }
        }
    }

    private static IEnumerable<PropertyInfo> Settable(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static bool IsDictionary(Type type) => type.IsGenericType && type.GetGenericArguments().Length == 2;

    private static Type? ItemOf(Type type) =>
        type != typeof(string) && typeof(IEnumerable).IsAssignableFrom(type) && type.IsGenericType && !IsDictionary(type) ? type.GetGenericArguments()[0] : null;

    private static bool IsSection(Type type) =>
        type.Namespace?.StartsWith("TsForecaster.Worker", StringComparison.Ordinal) == true && type is { IsClass: true } && !typeof(IEnumerable).IsAssignableFrom(type);
}
