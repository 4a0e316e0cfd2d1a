using System.Globalization;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Refit;

namespace TsForecaster.Worker.Commands.Settings;

/// <summary>The rules that no single field can see. A rule is skipped when one of its fields is wrong in itself already.</summary>
internal static class SettingsRules
{
    public static IReadOnlyList<SettingsError> Check(ForecasterSettings settings, IReadOnlyList<SettingsError> known)
    {
        List<SettingsError> errors = [];
        Series("", settings.Grid, settings.Model, settings.Refit, errors);
        for (int i = 0; i < settings.Series.Count; i++)
        {
            SeriesOverride series = settings.Series[i];
            List<SettingsError> own = [];
            Series($"Series:{i}:", series.Grid, series.Model, series.Refit, own);

            // What is wrong for all series is said once.
            errors.AddRange(own.Where(error => !errors.Any(service => $"Series:{i}:{service.Key}" == error.Key && service.Found == error.Found)));
        }

        foreach (string server in settings.Kafka.BootstrapServers.Split(',', StringSplitOptions.TrimEntries))
        {
            Require(errors, IsHostAndPort(server), "Kafka:BootstrapServers", settings.Kafka.BootstrapServers, "allowed is host:port, several with commas between them");
        }

        int longest = settings.Series.Select(series => series.Model.Future).Append(settings.Model.Future).Max();
        int[] beyond = [.. settings.Publish.Horizons.Where(horizon => horizon > longest)];
        Require(errors, beyond.Length == 0, "Publish:Horizons", beyond, $"allowed are 1 to the longest Model:Future = {longest}");
        Require(errors, settings.Checkpoints.Every >= TimeSpan.FromMilliseconds(100) && settings.Checkpoints.Every <= TimeSpan.FromDays(1), "Checkpoints:Every", settings.Checkpoints.Every, "allowed is 100ms to 1d");
        return [.. errors.Where(error => !known.Any(other => other.Key == error.Key)).DistinctBy(error => error.Key, StringComparer.Ordinal)];
    }

    private static void Series(string at, GridSettings grid, ModelSettings model, RefitSettings refit, List<SettingsError> errors)
    {
        Require(errors, grid.Interval >= TimeSpan.FromMilliseconds(1) && grid.Interval <= TimeSpan.FromDays(366), $"{at}Grid:Interval", grid.Interval, "allowed is 1ms to 366d");
        Require(errors, grid.Grace >= TimeSpan.Zero && grid.Grace <= TimeSpan.FromDays(366), $"{at}Grid:Grace", grid.Grace, "allowed is 0s to 366d");
        int window = model.WindowSteps;

        // What is allowed depends on a history that holds a window; one that does not is all that is said.
        Require(errors, window <= refit.History, $"{at}Refit:History", refit.History, $"at least Model:Past + Model:Future = {window} is allowed");
        Require(errors, window > refit.History || model.Season + model.Future <= refit.History, $"{at}Model:Season", model.Season, $"at most Refit:History − Model:Future = {refit.History - model.Future} is allowed");
        Require(errors, window > refit.History || model.Components is null || model.Components <= refit.History - window + 1, $"{at}Model:Components", model.Components ?? 0, $"at most the windows of the history, {refit.History - window + 1}, is allowed");
        Require(errors, model.Scope == ModelScope.Series || model.Components is null || model.Covariance == CovarianceShape.Full, $"{at}Model:Covariance", model.Covariance, "allowed is Full with Model:Scope = Pooled");
        Require(errors, model.Scope == ModelScope.Series || model.Components is null || model.Centring != Centring.History, $"{at}Model:Centring", model.Centring, "allowed are None, Last and Mean with Model:Scope = Pooled");
        Require(errors, model.Components is null || model.AgainstShiftInvariance is null, $"{at}Model:ShiftInvariant", true, "allowed with Centring=None, Scaling=None and Covariance=Full");
        Require(errors, !model.ShiftInvariant || model.Scope == ModelScope.Series, $"{at}Model:ShiftInvariant", true, "allowed with Model:Scope = Series alone");
        Joint(at, model, refit, errors);
        Calendar(at, model, errors);
        Require(errors, refit.Lag <= refit.Every, $"{at}Refit:Lag", refit.Lag, $"at most Refit:Every = {refit.Every} is allowed");
        Require(errors, window > refit.History || refit.First == 0 || refit.First >= window, $"{at}Refit:First", refit.First, $"allowed is 0, or at least Model:Past + Model:Future = {window}");
        Require(errors, window > refit.History || refit.First <= refit.History, $"{at}Refit:First", refit.First, $"at most Refit:History = {refit.History} is allowed");
    }

    private static void Joint(string at, ModelSettings model, RefitSettings refit, List<SettingsError> errors)
    {
        if (model.Joint.Count == 0)
        {
            return;
        }

        int channels = model.Joint.Count, window = model.WindowSteps, least = (((JointChannels.WindowsANumber * channels) + 1) * window) + refit.Holdout;
        Require(errors, channels > 1 && model.Joint.Distinct(StringComparer.Ordinal).Count() == channels, $"{at}Model:Joint", model.Joint, "allowed are the names of two channels or more, each once");
        Require(errors, model.Components is not null, $"{at}Model:Components", SettingValue.Auto, "a number is allowed with Model:Joint: the search chooses for channels by themselves");
        Require(errors, model.Scope == ModelScope.Series, $"{at}Model:Scope", model.Scope, "allowed is Series with Model:Joint");
        Require(errors, model.Centring != Centring.History, $"{at}Model:Centring", model.Centring, "allowed are None, Last and Mean with Model:Joint");
        Require(errors, window > refit.History || least <= refit.History, $"{at}Refit:History", refit.History, $"at least {least} is allowed with {channels} channels in Model:Joint: twice as many windows as one of them holds numbers, and Refit:Holdout");
    }

    private static void Calendar(string at, ModelSettings model, List<SettingsError> errors)
    {
        Require(errors, TimeZoneInfo.TryFindSystemTimeZoneById(model.TimeZone, out _), $"{at}Model:TimeZone", model.TimeZone, "allowed are names of time zones, such as Europe/Vienna");
        string[] unreadable = [.. model.Holidays.Where(date => !DateOnly.TryParseExact(date, ModelSettings.DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))];
        Require(errors, unreadable.Length == 0, $"{at}Model:Holidays", unreadable, "allowed are dates such as 2024-12-25");
        bool any = model.Calendar.Count > 0 || model.Holidays.Count > 0;
        string key = $"{at}Model:{(model.Calendar.Count > 0 ? "Calendar" : "Holidays")}";
        object found = model.Calendar.Count > 0 ? model.Calendar : model.Holidays;
        Require(errors, !any || model.Scope == ModelScope.Series, key, found, "allowed with Model:Scope = Series alone");
        Require(errors, !any || model.Joint.Count == 0, key, found, "not allowed with Model:Joint: the calendar has effects on one channel");
    }

    /// <summary>host:port, with or without a protocol before it, as librdkafka takes it; IPv6 addresses in brackets.</summary>
    private static bool IsHostAndPort(string server)
    {
        int protocol = server.IndexOf("://", StringComparison.Ordinal);
        string rest = protocol < 0 ? server : server[(protocol + 3)..];
        int colon = rest.LastIndexOf(':');
        return colon > 0
            && int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is >= 1 and <= 65535
            && Uri.CheckHostName(rest[..colon].Trim('[', ']')) != UriHostNameType.Unknown;
    }

    private static void Require(List<SettingsError> errors, bool holds, string key, object found, string allowed)
    {
        if (!holds)
        {
            errors.Add(new SettingsError(key, SettingsReader.Show(found), allowed));
        }
    }
}
