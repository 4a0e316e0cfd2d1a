using System.Buffers.Text;
using System.Globalization;

namespace TsForecaster.Worker.Ingest;

/// <summary>
/// Times as they come in records, as nanoseconds since 1970 UTC; from 1970 to 2262. Each method returns null or the reason why not.
/// </summary>
internal static class EventTime
{
    private const long NsPerSecond = 1_000_000_000;

    /// <summary>A number of units, whole or decimal; parts of a nanosecond are cut off.</summary>
    public static string? FromNumber(ReadOnlySpan<byte> text, TimeUnit unit, out long ns)
    {
        ns = 0;
        if (unit == TimeUnit.Iso) return $"time {RecordText.Quote(text)} is not ISO-8601";
        long factor = Factor(unit);
        if (Utf8Parser.TryParse(text, out long whole, out int used) && used == text.Length)
        {
            if (whole < 0) return $"time {RecordText.Quote(text)} is before 1970";
            if (whole > long.MaxValue / factor) return TooLate(text, unit);
            ns = whole * factor;
            return null;
        }

        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal fractional))
            return $"time {RecordText.Quote(text)} is not a number";
        if (fractional < 0) return $"time {RecordText.Quote(text)} is before 1970";
        if (fractional > (decimal)long.MaxValue / factor - 1) return TooLate(text, unit);
        ns = (long)(fractional * factor);
        return null;
    }

    /// <summary>
    /// ISO-8601 as RFC 3339 has it: 2024-03-01T12:00:00.25+01:00. Seconds and their fraction may be left out, a space may stand for
    /// the T, and the zone may be Z, ±hh:mm, ±hhmm or ±hh. A time without a zone means another instant in another place: refused.
    /// </summary>
    public static string? FromIso(ReadOnlySpan<byte> text, out long ns)
    {
        ns = 0;
        var rest = new Cursor(text);
        if (!rest.Digits(4, out int year) || !rest.Skip('-') || !rest.Digits(2, out int month) || !rest.Skip('-') || !rest.Digits(2, out int day)
            || !(rest.Skip('T') || rest.Skip('t') || rest.Skip(' ')) || !rest.Digits(2, out int hour) || !rest.Skip(':') || !rest.Digits(2, out int minute))
            return $"time {RecordText.Quote(text)} is not ISO-8601";

        int second = 0;
        long fraction = 0;
        if (rest.Skip(':'))
        {
            if (!rest.Digits(2, out second)) return $"time {RecordText.Quote(text)} is not ISO-8601";
            if ((rest.Skip('.') || rest.Skip(',')) && !rest.Fraction(out fraction)) return $"time {RecordText.Quote(text)} is not ISO-8601";
        }

        if (rest.AtEnd) return $"time {RecordText.Quote(text)} has no zone";
        int offsetMinutes = 0;
        if (!(rest.Skip('Z') || rest.Skip('z')) && !rest.Offset(out offsetMinutes) || !rest.AtEnd)
            return $"time {RecordText.Quote(text)} is not ISO-8601";
        if (year == 0 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return $"time {RecordText.Quote(text)} is no date and time of the calendar";

        long days = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Subtract(DateTime.UnixEpoch).Days;
        long seconds = days * 86_400 + hour * 3_600L + (minute - offsetMinutes) * 60L + second;
        if (seconds < 0) return $"time {RecordText.Quote(text)} is before 1970";
        if (seconds >= long.MaxValue / NsPerSecond) return TooLate(text, TimeUnit.Iso);
        ns = seconds * NsPerSecond + fraction;
        return null;
    }

    private static long Factor(TimeUnit unit) => unit switch
    {
        TimeUnit.S => NsPerSecond,
        TimeUnit.Ms => 1_000_000,
        TimeUnit.Us => 1_000,
        _ => 1,
    };

    private static string TooLate(ReadOnlySpan<byte> text, TimeUnit unit) =>
        $"time {RecordText.Quote(text)} is past the year 2262{(unit == TimeUnit.Iso ? "" : $" when it counts {unit}")}";

    private ref struct Cursor(ReadOnlySpan<byte> text)
    {
        private ReadOnlySpan<byte> _rest = text;

        public readonly bool AtEnd => _rest.IsEmpty;

        public bool Skip(char expected)
        {
            if (_rest.IsEmpty || _rest[0] != expected) return false;
            _rest = _rest[1..];
            return true;
        }

        public bool Digits(int count, out int value)
        {
            value = 0;
            if (_rest.Length < count || _rest[..count].ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
            foreach (byte digit in _rest[..count]) value = value * 10 + digit - '0';
            _rest = _rest[count..];
            return true;
        }

        /// <summary>Digits after the point, as nanoseconds; those past the ninth are cut off.</summary>
        public bool Fraction(out long ns)
        {
            int length = _rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (length < 0) length = _rest.Length;
            ns = 0;
            for (int i = 0; i < 9; i++) ns = ns * 10 + (i < length ? _rest[i] - '0' : 0);
            _rest = _rest[length..];
            return length > 0;
        }

        public bool Offset(out int minutes)
        {
            minutes = 0;
            int sign = Skip('+') ? 1 : Skip('-') ? -1 : 0;
            if (sign == 0 || !Digits(2, out int hours)) return false;
            bool colon = Skip(':');
            int rest = 0;
            if ((colon || !AtEnd) && !Digits(2, out rest)) return false;
            minutes = sign * (hours * 60 + rest);
            return hours <= 23 && rest <= 59;
        }
    }
}
