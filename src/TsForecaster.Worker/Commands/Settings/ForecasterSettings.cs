using System.ComponentModel.DataAnnotations;

namespace TsForecaster.Worker.Commands.Settings;

/// <summary>All settings of the service: the section <c>Forecaster</c>. Immutable; made by <see cref="SettingsReader"/>.</summary>
public sealed record ForecasterSettings
{
    public GridSettings Grid { get; init; } = new();

    public ModelSettings Model { get; init; } = new();

    public RefitSettings Refit { get; init; } = new();

    /// <summary>Series that are treated differently, first match first.</summary>
    public IReadOnlyList<SeriesOverride> Series { get; init; } = [];
}

/// <summary>Settings of the series whose name matches a pattern; what is not set here is as for all series.</summary>
public sealed record SeriesOverride
{
    /// <summary><c>*</c> stands for any run of characters, <c>?</c> for one; case counts.</summary>
    [Required]
    public string Match { get; init; } = "";

    public GridSettings Grid { get; init; } = new();

    public ModelSettings Model { get; init; } = new();

    public RefitSettings Refit { get; init; } = new();
}
