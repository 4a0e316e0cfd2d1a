namespace TsForecaster.Worker;

/// <summary>What an operator asks for, by a record in the log: which model a series is to forecast with.</summary>
/// <param name="Model">Id of the model to go back to and to stay with; null to let refits go on.</param>
public sealed record PinRequest(string? Model);
