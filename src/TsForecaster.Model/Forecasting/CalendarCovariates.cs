namespace TsForecaster.Model.Forecasting;

/// <summary>
/// The calendar as covariates of a step that begins at a time: cos and sin of 2πjd with d the share of the local day that has passed, of 2πjw with w that of the week from Monday
/// on, and a flag of holidays alone and times harmonics of the day (dynamic harmonic regression: Young, Pedregal &amp; Tych 1999). Week's harmonics are as many as six a day, so that
/// every day has a pattern of its own; none is faster than steps can tell. A function of time and the zone's rules.
/// </summary>
public sealed class CalendarCovariates
{
    private const int DaysAWeek = 7;
    private const int HarmonicsADay = 6;
    private const int HolidayHarmonics = 3;

    private readonly IReadOnlySet<DateOnly> _holidays;
    private readonly TimeZoneInfo _zone;
    private readonly long _interval;
    private readonly int _day;
    private readonly int _week;
    private readonly int _holiday;

    /// <param name="day">Time of day.</param>
    /// <param name="week">Day of the week, and with it the time of day.</param>
    /// <param name="holidays">Dates in the zone.</param>
    /// <param name="zone">Whose days they are.</param>
    /// <param name="interval">From one step to the next, nanoseconds.</param>
    public CalendarCovariates(bool day, bool week, IReadOnlySet<DateOnly> holidays, TimeZoneInfo zone, long interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        (_holidays, _zone, _interval) = (holidays, zone, interval);
        long told = TimeSpan.TicksPerDay * TimeSpan.NanosecondsPerTick / (2 * interval);
        _week = week ? (int)Math.Min(DaysAWeek * HarmonicsADay, TimeSpan.TicksPerDay * DaysAWeek * TimeSpan.NanosecondsPerTick / (2 * interval)) : 0;
        _day = day && !week ? (int)Math.Min(HarmonicsADay, told) : 0;
        _holiday = (int)Math.Min(HolidayHarmonics, told);
    }

    /// <summary>Numbers a step; 0 where steps are too long to tell anything.</summary>
    public int Count => 2 * (_day + _week) + (_holidays.Count > 0 ? 1 + (2 * _holiday) : 0);

    /// <summary>Steps in two of the longest period, which it takes to tell it from a trend.</summary>
    public int LeastSteps => (int)Math.Min(int.MaxValue, 2 * (_week > 0 ? DaysAWeek : _day > 0 ? 1 : 0) * TimeSpan.TicksPerDay * TimeSpan.NanosecondsPerTick / _interval);

    /// <summary>What coefficients are of: the same where they can be used on.</summary>
    public string Form => $"calendar 1: {_day} {_week} {(_holidays.Count > 0 ? $"{_holiday + 1} " : "")}{_zone.Id}";

    /// <summary>Writes the covariates of one step.</summary>
    /// <param name="time">Its begin, nanoseconds since 1970 UTC.</param>
    /// <param name="covariates">Receives <see cref="Count"/> numbers.</param>
    public void Write(long time, Span<double> covariates)
    {
        DateTime local = TimeZoneInfo.ConvertTime(DateTimeOffset.UnixEpoch.AddTicks(time / TimeSpan.NanosecondsPerTick), _zone).DateTime;
        double share = local.TimeOfDay / TimeSpan.FromDays(1), days = ((int)local.DayOfWeek + DaysAWeek - 1) % DaysAWeek;
        int at = Harmonics(share, _day, 1.0, covariates);
        at += Harmonics((days + share) / DaysAWeek, _week, 1.0, covariates[at..]);
        if (_holidays.Count > 0)
        {
            double flag = _holidays.Contains(DateOnly.FromDateTime(local)) ? 1.0 : 0.0;
            covariates[at] = flag;
            Harmonics(share, _holiday, flag, covariates[(at + 1)..]);
        }
    }

    /// <summary>The covariates of steps one after another, steps×<see cref="Count"/> row-major.</summary>
    /// <param name="start">Begin of the first, nanoseconds since 1970 UTC.</param>
    public double[] Rows(long start, int steps)
    {
        double[] rows = new double[steps * Count];
        for (int t = 0; t < steps; t++)
        {
            Write(start + (t * _interval), rows.AsSpan(t * Count, Count));
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
