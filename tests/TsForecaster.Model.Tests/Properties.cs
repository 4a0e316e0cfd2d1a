using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace TsForecaster.Model.Tests;

/// <summary>Properties over generated cases: always the same cases, so that a failure is a failure for everyone.</summary>
internal static class Properties
{
    private const ulong Seed = 20130917;

    /// <summary>Throws with the shrunk counterexample when the assertions of <paramref name="holds"/> fail for one of the cases.</summary>
    public static void ForAll<T>(Gen<T> cases, Action<T> holds, int count = 60) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true)
                .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(Seed), FSharpOption<int>.None))),
            Prop.ForAll(cases.ToArbitrary(), holds));
}
