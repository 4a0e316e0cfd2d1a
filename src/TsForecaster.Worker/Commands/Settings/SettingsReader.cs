using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace TsForecaster.Worker.Commands.Settings;

/// <summary>
/// Reads the section <c>Forecaster</c> into <see cref="ForecasterSettings"/> by walking the option types, and collects
/// everything that is wrong: unknown keys, values that do not parse, ranges, and rules across fields.
/// </summary>
public sealed class SettingsReader
{
    public const string Section = "Forecaster";

    private readonly List<SettingsError> _errors = [];

    private SettingsReader()
    {
    }

    /// <exception cref="SettingsException">Some setting is wrong; all of them are named.</exception>
    public static ForecasterSettings Read(IConfiguration configuration)
    {
        SettingsReader reader = new();
        IConfigurationSection section = configuration.GetSection(Section);
        ForecasterSettings settings = (ForecasterSettings)reader.ReadObject(typeof(ForecasterSettings), new ForecasterSettings(), section, "");
        reader._errors.AddRange(SettingsRules.Check(settings, reader._errors));
        return reader._errors.Count == 0 ? settings : throw new SettingsException(reader._errors);
    }

    /// <summary>A copy of <paramref name="defaults"/> with what the section sets.</summary>
    private object ReadObject(Type type, object defaults, IConfigurationSection section, string key)
    {
        if (section.Value is { Length: > 0 } text)
        {
            _errors.Add(new SettingsError(key, Quote(text), $"a section with the keys {string.Join(", ", Names(type))} is allowed"));
        }

        object result = Activator.CreateInstance(type)!;
        Dictionary<string, IConfigurationSection> children = section.GetChildren().ToDictionary(child => child.Key, StringComparer.OrdinalIgnoreCase);
        foreach (PropertyInfo property in Properties(type))
        {
            object? value = property.GetValue(defaults);
            bool given = children.Remove(property.Name, out IConfigurationSection? child);
            if (given || IsOptions(property.PropertyType))
            {
                child ??= section.GetSection(property.Name);
                value = ReadProperty(property, value, child, Join(key, property.Name), type == typeof(ForecasterSettings) ? result : null);
            }

            property.SetValue(result, value);
            CheckAttributes(result, property, value, Join(key, property.Name), given);
        }

        CheckTogether(result, key);
        foreach (string unknown in children.Keys.Order(StringComparer.OrdinalIgnoreCase))
        {
            _errors.Add(new SettingsError(Join(key, unknown), "an unknown key", NearestName.Suggest(unknown, Names(type), typeof(ForecasterSettings))));
        }

        return result;
    }

    private object? ReadProperty(PropertyInfo property, object? value, IConfigurationSection child, string key, object? root)
    {
        Type type = property.PropertyType;
        if (SettingValue.IsLeaf(type))
        {
            return ReadLeaf(type, value, child, key, IsSecret(property.Name));
        }

        if (typeof(IReadOnlyDictionary<string, string>).IsAssignableFrom(type))
        {
            return child.GetChildren().ToDictionary(entry => entry.Key, entry => entry.Value ?? "", StringComparer.Ordinal);
        }

        return type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type)
            ? ReadList(type.GetGenericArguments()[0], child, key, root)
            : ReadObject(type, value ?? Activator.CreateInstance(type)!, child, key);
    }

    private object? ReadLeaf(Type type, object? value, IConfigurationSection child, string key, bool secret)
    {
        string text = child.Value ?? "";
        if (child.Value is null && child.GetChildren().Any())
        {
            _errors.Add(new SettingsError(key, "a section", SettingValue.Allowed(type)));
            return value;
        }

        if (!SettingValue.TryParse(type, text, out object? parsed))
        {
            _errors.Add(new SettingsError(key, secret ? "***" : Quote(text), SettingValue.Allowed(type)));
            return value;
        }

        return parsed;
    }

    /// <summary>A list is written as an array, or, when its items are plain values, as one text with commas.</summary>
    private IList ReadList(Type item, IConfigurationSection child, string key, object? root)
    {
        Type listType = typeof(List<>).MakeGenericType(item);
        IList list = (IList)Activator.CreateInstance(listType)!;
        if (child.Value is { Length: > 0 } text && SettingValue.IsLeaf(item))
        {
            string[] parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            foreach (string part in parts)
            {
                Add(SettingValue.TryParse(item, part, out object? parsed), parsed, part, key);
            }

            return list;
        }

        foreach (IConfigurationSection entry in child.GetChildren().OrderBy(entry => int.TryParse(entry.Key, CultureInfo.InvariantCulture, out int index) ? index : int.MaxValue))
        {
            string entryKey = Join(key, entry.Key);
            if (SettingValue.IsLeaf(item))
            {
                Add(SettingValue.TryParse(item, entry.Value ?? "", out object? parsed), parsed, entry.Value ?? "", entryKey);
            }
            else
            {
                list.Add(ReadObject(item, Inherited(item, root), entry, entryKey));
            }
        }

        return list;

        void Add(bool ok, object? parsed, string found, string at)
        {
            if (ok)
            {
                list.Add(parsed);
            }
            else
            {
                _errors.Add(new SettingsError(at, Quote(found), SettingValue.Allowed(item)));
            }
        }
    }

    /// <summary>An item's defaults: properties that the service has under the same name and type (Grid, Model, Refit) start from there.</summary>
    private static object Inherited(Type item, object? root)
    {
        object defaults = Activator.CreateInstance(item)!;
        foreach (PropertyInfo property in Properties(item))
        {
            PropertyInfo? parent = root?.GetType().GetProperty(property.Name);
            if (parent?.PropertyType == property.PropertyType)
            {
                property.SetValue(defaults, parent.GetValue(root));
            }
        }

        return defaults;
    }

    /// <summary>Ranges of what was given, and what must be given; an inherited value is judged where it was given.</summary>
    private void CheckAttributes(object options, PropertyInfo property, object? value, string key, bool given)
    {
        if (_errors.Any(error => error.Key == key))
        {
            return;
        }

        foreach (ValidationAttribute rule in property.GetCustomAttributes<ValidationAttribute>().Where(rule => given || rule is RequiredAttribute or MinLengthAttribute))
        {
            if (rule.GetValidationResult(value, new ValidationContext(options) { MemberName = property.Name }) is not { } broken)
            {
                continue;
            }

            string allowed = rule switch
            {
                RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"allowed is {range.Minimum} to {range.Maximum}"),
                RequiredAttribute => "a value is required",
                MinLengthAttribute least => $"at least {least.Length} needed",
                AllowedValuesAttribute some => $"allowed are {string.Join(", ", some.Values.OfType<object>())}",
                _ => Allowed(broken.ErrorMessage ?? "not valid"),
            };
            _errors.Add(new SettingsError(key, Found(property, value), allowed));
        }
    }

    /// <summary>The rules that an options type has across its fields, for fields that are right in themselves.</summary>
    private void CheckTogether(object options, string key)
    {
        if (options is not IValidatableObject rules)
        {
            return;
        }

        foreach (ValidationResult broken in rules.Validate(new ValidationContext(options)))
        {
            string name = broken.MemberNames.FirstOrDefault() ?? "";
            PropertyInfo? property = options.GetType().GetProperty(name);
            if (!_errors.Any(error => error.Key == Join(key, name)))
            {
                _errors.Add(new SettingsError(Join(key, name), property is null ? "a contradiction" : Found(property, property.GetValue(options)), Allowed(broken.ErrorMessage ?? "not valid")));
            }
        }
    }

    /// <summary>A rule's own message, without the name and the value that are said already.</summary>
    private static string Allowed(string message)
    {
        int at = message.LastIndexOf("allowed is", StringComparison.Ordinal);
        return at < 0 ? message.TrimEnd('.') : message[at..];
    }

    private static string Found(PropertyInfo property, object? value)
    {
        // An address may carry a user name and a password.
        bool secret = IsSecret(property.Name) || (value is string text && text.Contains('@', StringComparison.Ordinal));
        return secret && value is not (null or "") ? "***" : Show(value);
    }

    internal static string Show(object? value) => value switch
    {
        null or "" => "nothing",
        string text => Quote(text),
        TimeSpan span => span.ToString(),
        IEnumerable items when !items.Cast<object>().Any() => "none",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object>())}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    internal static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).OrderBy(property => property.MetadataToken);

    private static bool IsSecret(string name) =>
        name.EndsWith("Token", StringComparison.Ordinal) || name.EndsWith("Password", StringComparison.Ordinal) || name.EndsWith("Secret", StringComparison.Ordinal);

    private static bool IsOptions(Type type) => !type.IsGenericType && !SettingValue.IsLeaf(type);

    private static IReadOnlyList<string> Names(Type type) => [.. Properties(type).Select(property => property.Name)];

    private static string Quote(string text) => $"\"{text}\"";

    private static string Join(string key, string name) => key.Length == 0 ? name : $"{key}:{name}";
}
