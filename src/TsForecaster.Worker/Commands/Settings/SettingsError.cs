namespace TsForecaster.Worker.Commands.Settings;

/// <summary>One wrong setting.</summary>
/// <param name="Key">Relative to the section <c>Forecaster</c>, <c>:</c>-separated.</param>
/// <param name="Found">What was found, in quotes where it was text; secrets are masked.</param>
/// <param name="Allowed">What is allowed instead.</param>
public sealed record SettingsError(string Key, string Found, string Allowed)
{
    public override string ToString() => $"{Key}: found {Found}; {Allowed}";
}

/// <summary>The settings cannot be used; holds everything that is wrong with them, not only the first.</summary>
public sealed class SettingsException(IReadOnlyList<SettingsError> errors)
    : UsageException($"{errors.Count} wrong setting{(errors.Count == 1 ? "" : "s")}:{Environment.NewLine}{string.Join(Environment.NewLine, errors.Select(error => $"  {error}"))}")
{
    public IReadOnlyList<SettingsError> Errors { get; } = errors;
}
