using System.Diagnostics;

namespace TsForecaster.Worker;

/// <summary>Why a refit begins. Part of checkpoints: a number keeps its meaning.</summary>
public enum RefitTrigger
{
    /// <summary>There is no model yet.</summary>
    First = 0,

    /// <summary>So many steps have passed.</summary>
    Scheduled = 1,

    /// <summary>Drift: values lie above their forecasts.</summary>
    DriftAbove = 2,

    /// <summary>Drift: values lie below their forecasts.</summary>
    DriftBelow = 3,

    /// <summary>Drift: values lie farther from their forecasts than these allow.</summary>
    DriftApart = 4,
}

/// <summary>What a trigger is called where reasons are published.</summary>
internal static class RefitTriggerText
{
    public static string Text(this RefitTrigger trigger) => trigger switch
    {
        RefitTrigger.First => "first",
        RefitTrigger.Scheduled => "scheduled",
        RefitTrigger.DriftAbove => "drift: values lie above their forecasts",
        RefitTrigger.DriftBelow => "drift: values lie below their forecasts",
        RefitTrigger.DriftApart => "drift: values lie farther from their forecasts than these allow",
        _ => throw new UnreachableException(),
    };
}
