using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation.Panels;

/// <summary>What a search over models of a panel may do.</summary>
public sealed record PanelSearchOptions
{
    /// <summary>F.</summary>
    public required int Future { get; init; }

    /// <summary>m.</summary>
    public int Season { get; init; } = 1;

    /// <summary>P, contiguous; chosen when left out.</summary>
    public int? Past { get; init; }

    /// <summary>Chosen when left out.</summary>
    public ValueTransform? Transform { get; init; }

    /// <summary>K that fits begin with; each is a candidate of its own.</summary>
    public IReadOnlyList<int> Components { get; init; } = [8, 16];

    /// <summary>τ.</summary>
    public double Relevance { get; init; } = 2000.0;

    /// <summary>Candidates within this share of the best held-out loss are kept.</summary>
    public double Margin { get; init; } = 0.1;

    /// <summary>Numbers of a window beyond ± this count as if they lay there in a fit.</summary>
    public double Limit { get; init; } = 8.0;

    public ulong Seed { get; init; } = 1;

    /// <summary>Threads at work, at most; 0 for one a core. The result does not depend on it.</summary>
    public int Threads { get; init; }
}
