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

    /// <summary>Members kept, at most: the best of those within the margin. A model of a series costs D³ and some D² numbers a member.</summary>
    public int MostMembers { get; init; } = int.MaxValue;

    /// <summary>Numbers in a window, at most; the plainest recipe is tried whatever it has.</summary>
    public int MostDimension { get; init; } = 1024;

    /// <summary>
    /// What sums over windows may cost, in 10⁹ operations; infinity for no bound. A panel that would cost more is searched on every q-th of its series: a count and not a time, so that every machine finds
    /// the same.
    /// </summary>
    public double Budget { get; init; } = double.PositiveInfinity;

    /// <summary>Numbers of a window beyond ± this count as if they lay there in a fit.</summary>
    public double Limit { get; init; } = 8.0;

    public ulong Seed { get; init; } = 1;

    /// <summary>Threads at work, at most; 0 for one a core. The result does not depend on it.</summary>
    public int Threads { get; init; }
}
