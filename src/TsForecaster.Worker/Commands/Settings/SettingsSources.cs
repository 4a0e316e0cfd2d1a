namespace TsForecaster.Worker.Commands.Settings;

/// <summary>Where settings come from, later over earlier: appsettings.json, the environment, <c>--set</c>, of one key the last.</summary>
internal static class SettingsSources
{
    public const string FileName = "appsettings.json";

    /// <param name="file">A settings file; null takes the working directory's, or else the one beside the program.</param>
    /// <param name="assignments">key=value, the key relative to <c>Forecaster</c> or from the root, separated by <c>:</c> or <c>.</c>.</param>
    /// <exception cref="UsageException">An assignment has no <c>=</c>.</exception>
    /// <exception cref="FailureException">The file is missing or is no JSON.</exception>
    public static IConfigurationRoot Load(string? file, IReadOnlyList<string> assignments)
    {
        string path = Path.GetFullPath(file ?? FileName);
        if (file is null && !File.Exists(path))
        {
            path = Path.Combine(AppContext.BaseDirectory, FileName);
        }

        try
        {
            return new ConfigurationBuilder()
                .AddJsonFile(path, optional: file is null, reloadOnChange: false)
                .AddEnvironmentVariables()
                .AddInMemoryCollection(assignments.Select(Assignment).GroupBy(a => a.Key, StringComparer.OrdinalIgnoreCase).Select(same => same.Last()))
                .Build();
        }
        catch (FileNotFoundException e)
        {
            throw new FailureException($"{path}: there is no such file", e);
        }
        catch (InvalidDataException e)
        {
            throw new FailureException($"{path}: {(e.InnerException ?? e).Message}", e);
        }
    }

    private static KeyValuePair<string, string?> Assignment(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1)
        {
            throw new UsageException($"--set {text}: expected key=value, such as --set Kafka:BootstrapServers=localhost:9092");
        }

        // A key with a colon may hold dots of its own, as Kafka's client properties do.
        string key = text[..equals].Trim();
        key = key.Contains(':', StringComparison.Ordinal) ? key : key.Replace('.', ':');
        bool absolute = key.StartsWith(SettingsReader.Section + ":", StringComparison.OrdinalIgnoreCase) || key.StartsWith("Logging:", StringComparison.OrdinalIgnoreCase);
        return new(absolute ? key : $"{SettingsReader.Section}:{key}", text[(equals + 1)..]);
    }
}
