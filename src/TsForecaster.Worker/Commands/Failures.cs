namespace TsForecaster.Worker.Commands;

/// <summary>What was asked for makes no sense, as seen without opening a file or a connection: exit code 2.</summary>
public class UsageException(string message) : Exception(message);

/// <summary>What was asked for could not be done: a file, its content, or a server. One clear line, exit code 1.</summary>
public sealed class FailureException(string message, Exception? inner = null) : Exception(message, inner);
