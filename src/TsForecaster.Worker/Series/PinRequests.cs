namespace TsForecaster.Worker.Series;

/// <summary>Requests as they lie in a checkpoint: none, a model, or the end of a pin.</summary>
internal static class PinRequests
{
    private const string None = "-";

    public static void Write(BinaryWriter writer, PinRequest? request) => writer.Write(request is null ? None : request.Model ?? "");

    public static PinRequest? Read(BinaryReader reader) => reader.ReadString() switch
    {
        None => null,
        "" => new PinRequest(null),
        string model => new PinRequest(model),
    };
}
