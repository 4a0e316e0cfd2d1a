using System.Globalization;

namespace TsForecaster.Worker.Commands.Csv;

/// <summary>How a time column is written: ISO-8601, or a number of units since 1970 UTC.</summary>
/// <param name="Utc">Times without a zone are taken as UTC; otherwise they are refused.</param>
/// <param name="Unit">Nanoseconds in a unit, for columns of numbers.</param>
public sealed record TimeText(bool Utc, long Unit)
{
    public static TimeText Default { get; } = new(false, 1_000_000_000);

    /// <summary>Nanoseconds since 1970 UTC.</summary>
    /// <param name="problem">What is wrong with the text.</param>
    public bool TryParse(string text, out long time, out string problem)
    {
        problem = "";
        time = 0;
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number))
        {
            if (Math.Abs(number) > (decimal)long.MaxValue / Unit)
            {
                problem = $"\"{text}\" is beyond the year 2262; --time-unit says what the numbers count";
                return false;
            }

            time = (long)(number * Unit);
            return true;
        }

        // Dates such as 07/01/2016 mean different days to different people.
        bool iso = text.Length >= 10 && text[4] == '-' && text[7] == '-';
        if (!iso || !DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime local))
        {
            problem = $"\"{text}\" is not a time; ISO-8601 such as 2016-07-01T00:00:00Z or a number is allowed";
            return false;
        }

        if (local.Kind == DateTimeKind.Unspecified && !Utc)
        {
            problem = $"\"{text}\" has no time zone; add one (…Z), or say --utc to take it as UTC";
            return false;
        }

        DateTimeOffset instant = DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        TimeSpan since = instant - DateTimeOffset.UnixEpoch;
        if (Math.Abs(since.Ticks) > long.MaxValue / 100)
        {
            problem = $"\"{text}\" is outside of the years 1678 to 2262";
            return false;
        }

        time = since.Ticks * 100;
        return true;
    }
}
