using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Commands;

/// <summary><c>inspect</c>: what a model file holds.</summary>
internal static class InspectCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create(Terminal terminal)
    {
        Argument<string> file = Arguments.ModelFile();
        Option<bool> json = new("--json") { Description = "As JSON" };
        Option<int?> member = new("--member") { Description = "All of one density of an ensemble, counted from 1", HelpName = "I" };
        Command command = new("inspect", "Show what a model file holds") { file, json, member };
        command.SetAction(parsed =>
        {
            ForecastModel model = Models.Load(parsed.GetValue(file)!);
            WindowModel? chosen = parsed.GetValue(member) is { } number ? Models.Member(model, number) : null;
            if (parsed.GetValue(json))
            {
                terminal.Output.WriteLine((chosen is null ? Json(model) : Json(ModelFacts.Of(chosen))).ToJsonString(Indented));
            }
            else
            {
                terminal.Screen.Write(Tables.Facts(chosen is null ? ModelFacts.Readable(model) : ModelFacts.Readable(chosen)));
            }

            return CommandLine.Ok;
        });
        return command;
    }

    private static JsonObject Json(ForecastModel model)
    {
        JsonObject json = Json(ModelFacts.Of(model));
        if (model.Members.Count > 1)
        {
            json["members"] = new JsonArray([.. model.Members.Select(member => Json(ModelFacts.Of(member)))]);
        }

        return json;
    }

    private static JsonObject Json(IReadOnlyList<(string Key, object? Value)> facts)
    {
        JsonObject json = [];
        foreach ((string key, object? value) in facts)
        {
            json[key] = JsonNumbers.Node(value);
        }

        return json;
    }
}
