using System.CommandLine;
using TsForecaster.Worker.Commands.Hosting;
using TsForecaster.Worker.Commands.Settings;

namespace TsForecaster.Worker.Commands;

/// <summary>
/// <c>run</c>: the service. All settings are checked before anything connects. It ends with exit code 0 when it is asked to by
/// Ctrl-C or SIGTERM, and with 1 and one line when something stops it for good.
/// </summary>
internal static class RunCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string?> file = new("--settings") { Description = "Settings file; when left out, appsettings.json of the working directory, or else the one beside the program", HelpName = "FILE" };
        Option<string[]> set = new("--set") { Description = "A setting over file and environment, such as Kafka:Topics=ticks; repeat it for more", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        Command command = new("run", "Run the service: ticks from Kafka, forecasts to InfluxDB") { file, set };
        command.SetAction(async (parsed, stop) =>
        {
            IConfigurationRoot configuration = SettingsSources.Load(parsed.GetValue(file), parsed.GetValue(set)!);
            ForecasterSettings settings = SettingsReader.Read(configuration);
            await using ForecastService service = new(settings, configuration, terminal.Time);
            await service.RunAsync(() => { }, stop);
            return CommandLine.Ok;
        });
        return command;
    }
}
