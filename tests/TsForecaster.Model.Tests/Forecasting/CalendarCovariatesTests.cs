using TsForecaster.Model.Forecasting;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class CalendarCovariatesTests
{
    private const long Hour = 3_600_000_000_000;

    private static readonly TimeZoneInfo _vienna = TimeZoneInfo.CreateCustomTimeZone(
        "Vienna",
        TimeSpan.FromHours(1),
        null,
        null,
        null,
        [TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            DateTime.MinValue.Date,
            DateTime.MaxValue.Date,
            TimeSpan.FromHours(1),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
            TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday))]);

    [Theory]
    [InlineData(true, false, 0, 12)]
    [InlineData(false, true, 0, 84)]
    [InlineData(true, true, 1, 91)]
    [InlineData(false, false, 0, 0)]
    public void Count_IsWhatIsWritten(bool day, bool week, int holidays, int expected)
    {
        CalendarCovariates calendar = new(day, week, Enumerable.Range(1, holidays).Select(d => new DateOnly(2024, 12, d)).ToHashSet(), TimeZoneInfo.Utc, Hour);
        Assert.Equal(expected, calendar.Count);
        double[] row = [.. Enumerable.Repeat(double.NaN, expected + 1)];
        calendar.Write(Nanoseconds("2024-12-01T07:30:00Z"), row.AsSpan(0, expected));
        Assert.All(row[..expected], number => Assert.InRange(number, -1.0, 1.0));
        Assert.True(double.IsNaN(row[^1]));
    }

    [Theory]
    [InlineData("2024-06-03T00:00:00Z", 1.0, 0.0)]
    [InlineData("2024-06-03T06:00:00Z", 0.0, 1.0)]
    [InlineData("2024-06-03T12:00:00Z", -1.0, 0.0)]
    public void Day_FirstHarmonic_TurnsOnceADay(string time, double cos, double sin)
    {
        double[] row = Row(new CalendarCovariates(true, false, new HashSet<DateOnly>(), TimeZoneInfo.Utc, Hour), time);
        Assert.Equal(cos, row[0], 1e-12);
        Assert.Equal(sin, row[1], 1e-12);
    }

    [Theory]
    [InlineData("2024-06-03T00:00:00Z", 0.0)]
    [InlineData("2024-06-04T18:00:00Z", 0.25)]
    [InlineData("2024-06-09T12:00:00Z", 6.5 / 7.0)]
    public void Week_Harmonics_TurnFromMondayOn_AndEverySeventhIsTheDays(string time, double share)
    {
        double[] week = Row(new CalendarCovariates(false, true, new HashSet<DateOnly>(), TimeZoneInfo.Utc, Hour), time), day = Row(new CalendarCovariates(true, false, new HashSet<DateOnly>(), TimeZoneInfo.Utc, Hour), time);
        Assert.Equal((Math.Cos(Math.Tau * share), Math.Sin(Math.Tau * share)), (week[0], week[1]));
        for (int j = 0; j < 6; j++)
        {
            Assert.Equal(day[2 * j], week[(14 * (j + 1)) - 2], 1e-12);
            Assert.Equal(day[(2 * j) + 1], week[(14 * (j + 1)) - 1], 1e-12);
        }
    }

    [Fact]
    public void Holiday_IsADayOfTheZone()
    {
        CalendarCovariates calendar = new(false, false, new HashSet<DateOnly> { new(2024, 12, 25) }, _vienna, Hour);
        Assert.Equal(0.0, Row(calendar, "2024-12-24T22:30:00Z")[0]);
        Assert.Equal(1.0, Row(calendar, "2024-12-24T23:30:00Z")[0]);
        Assert.Equal(1.0, Row(calendar, "2024-12-25T22:30:00Z")[0]);
        Assert.Equal(0.0, Row(calendar, "2024-12-25T23:30:00Z")[0]);
    }

    [Fact]
    public void Day_SummerTimeBegins_FollowsTheClockOnTheWall()
    {
        // 31 March 2024: from 02:00 to 03:00 local at 01:00 UTC.
        CalendarCovariates calendar = new(true, false, new HashSet<DateOnly>(), _vienna, Hour);
        Assert.Equal(Row(calendar, "2024-03-30T00:30:00Z"), Row(calendar, "2024-03-31T00:30:00Z"));
        Assert.Equal(Row(calendar, "2024-03-30T02:00:00Z"), Row(calendar, "2024-03-31T01:00:00Z"));
    }

    [Theory]
    [InlineData(1, 84, 336)]
    [InlineData(24, 6, 14)]
    [InlineData(12, 14, 28)]
    [InlineData(24 * 7, 0, 2)]
    [InlineData(24 * 30, 0, 0)]
    public void Week_LongSteps_HasHarmonicsThatTheyCanTell(int hours, int expected, int least)
    {
        CalendarCovariates calendar = new(true, true, new HashSet<DateOnly>(), TimeZoneInfo.Utc, hours * Hour);
        Assert.Equal(expected, calendar.Count);
        Assert.Equal(expected == 0 ? 0 : least, calendar.LeastSteps);
        Assert.Equal(5 * expected, calendar.Rows(0, 5).Length);
    }

    [Fact]
    public void Form_OtherHolidays_IsTheSame()
    {
        Assert.Equal(Form(TimeZoneInfo.Utc, new DateOnly(2024, 12, 25)), Form(TimeZoneInfo.Utc, new DateOnly(2025, 12, 25), new DateOnly(2025, 12, 26)));
        Assert.NotEqual(Form(TimeZoneInfo.Utc), Form(TimeZoneInfo.Utc, new DateOnly(2024, 12, 25)));
        Assert.NotEqual(Form(TimeZoneInfo.Utc), Form(_vienna));

        static string Form(TimeZoneInfo zone, params DateOnly[] dates) => new CalendarCovariates(true, false, dates.ToHashSet(), zone, Hour).Form;
    }

    private static double[] Row(CalendarCovariates calendar, string time)
    {
        double[] row = new double[calendar.Count];
        calendar.Write(Nanoseconds(time), row);
        return row;
    }

    private static long Nanoseconds(string time) => (DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
