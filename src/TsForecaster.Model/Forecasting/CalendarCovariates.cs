namespace TsForecaster.Model.Forecasting;

/// <summary>
/// The calendar as covariates of a step that begins at a time: cos and sin of 2πjd with d the share of the local day that has passed, of 2πjw with w that of the week from Monday
/// on, and a flag of holidays alone and times harmonics of the day (dynamic harmonic regression: Young, Pedregal &amp; Tych 1999). Week's harmonics are as many as six a day, so that
/// every day has a pattern of its own. A pure function of time.
/// </summary>
/// <param name="Day">Time of day.</param>
/// <param name="Week">Day of the week, and with it the time of day.</param>
/// <param name="Holidays">Dates in the zone.</param>
/// <param name="Zone">Whose days they are.</param>
public sealed record CalendarCovariates(bool Day, bool Week, IReadOnlySet<DateOnly> Holidays, TimeZoneInfo Zone)
{
    private const int DaysAWeek = 7;
    private const int DayHarmonics = 6;
    private const int HolidayHarmonics = 3;

    /// <summary>Numbers a step.</summary>
    public int Count => (Week ? 2 * DaysAWeek * DayHarmonics : Day ? 2 * DayHarmonics : 0) + (Holidays.Count > 0 ? 1 + (2 * HolidayHarmonics) : 0);

    /// <summary>Writes the covariates of one step.</summary>
    /// <param name="time">Its begin, nanoseconds since 1970 UTC.</param>
    /// <param name="covariates">Receives <see cref="Count"/> numbers.</param>
    public void Write(long time, Span<double> covariates)
    {
        DateTime local = TimeZoneInfo.ConvertTime(DateTimeOffset.UnixEpoch.AddTicks(time / TimeSpan.NanosecondsPerTick), Zone).DateTime;
        double share = local.TimeOfDay / TimeSpan.FromDays(1);
        int at = 0;
        if (Week)
        {
            // Those of the day are every seventh of these.
            double days = ((int)local.DayOfWeek + DaysAWeek - 1) % DaysAWeek;
            at += Harmonics((days + share) / DaysAWeek, DaysAWeek * DayHarmonics, 1.0, covariates);
        }
        else if (Day)
        {
            at += Harmonics(share, DayHarmonics, 1.0, covariates);
        }

        if (Holidays.Count > 0)
        {
            double flag = Holidays.Contains(DateOnly.FromDateTime(local)) ? 1.0 : 0.0;
            covariates[at] = flag;
            Harmonics(share, HolidayHarmonics, flag, covariates[(at + 1)..]);
        }
    }

    /// <summary>The covariates of steps one after another, steps×<see cref="Count"/> row-major.</summary>
    /// <param name="start">Begin of the first, nanoseconds since 1970 UTC.</param>
    /// <param name="interval">From one to the next, nanoseconds.</param>
    public double[] Rows(long start, long interval, int steps)
    {
        double[] rows = new double[steps * Count];
        for (int t = 0; t < steps; t++)
        {
            Write(start + (t * interval), rows.AsSpan(t * Count, Count));
        }

        return rows;
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
