namespace TsForecaster.Model.Forecasting;

/// <summary>
/// The calendar as covariates of a step that begins at a time: harmonics of the day (cos and sin of 2πjd, d the share of the local day that has passed), each of the
/// days of the week but Wednesday with a level and harmonics of its own, and the same for holidays (dynamic harmonic regression: Young, Pedregal &amp; Tych 1999; day types: Taylor
/// &amp; McSharry 2007). A pure function of time.
/// </summary>
/// <param name="Day">Time of day.</param>
/// <param name="Week">Day of the week.</param>
/// <param name="Holidays">Dates in the zone.</param>
/// <param name="Zone">Whose days they are.</param>
public sealed record CalendarCovariates(bool Day, bool Week, IReadOnlySet<DateOnly> Holidays, TimeZoneInfo Zone)
{
    private const int DayHarmonics = 4;
    private const int KindHarmonics = 3;
    private const int KindNumbers = 1 + (2 * KindHarmonics);

    private static readonly DayOfWeek[] _days = [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Thursday, DayOfWeek.Friday, DayOfWeek.Saturday, DayOfWeek.Sunday];

    /// <summary>Numbers a step.</summary>
    public int Count => (Day ? 2 * DayHarmonics : 0) + (Week ? _days.Length * KindNumbers : 0) + (Holidays.Count > 0 ? KindNumbers : 0);

    /// <summary>Writes the covariates of one step.</summary>
    /// <param name="time">Its begin, nanoseconds since 1970 UTC.</param>
    /// <param name="covariates">Receives <see cref="Count"/> numbers.</param>
    public void Write(long time, Span<double> covariates)
    {
        DateTime local = TimeZoneInfo.ConvertTime(DateTimeOffset.UnixEpoch.AddTicks(time / TimeSpan.NanosecondsPerTick), Zone).DateTime;
        double share = local.TimeOfDay / TimeSpan.FromDays(1);
        int at = 0;
        if (Day)
        {
            at += Harmonics(share, DayHarmonics, 1.0, covariates);
        }

        for (int d = 0; d < _days.Length && Week; d++)
        {
            at += Kind(share, local.DayOfWeek == _days[d], covariates[at..]);
        }

        if (Holidays.Count > 0)
        {
            Kind(share, Holidays.Contains(DateOnly.FromDateTime(local)), covariates[at..]);
        }
    }

    private static int Kind(double share, bool isOne, Span<double> covariates)
    {
        covariates[0] = isOne ? 1.0 : 0.0;
        return 1 + Harmonics(share, KindHarmonics, isOne ? 1.0 : 0.0, covariates[1..]);
    }

    private static int Harmonics(double share, int count, double size, Span<double> covariates)
    {
        for (int j = 0; j < count; j++)
        {
            (double sin, double cos) = Math.SinCos(2.0 * Math.PI * (j + 1) * share);
            (covariates[2 * j], covariates[(2 * j) + 1]) = (size * cos, size * sin);
        }

        return 2 * count;
    }
}
