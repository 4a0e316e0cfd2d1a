using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TsForecaster.Worker.Ingest;

namespace TsForecaster.EndToEnd.Tests;

/// <summary>Keeps what a source logs.</summary>
internal sealed class KafkaLog : ILogger<KafkaTickSource>
{
    private readonly ConcurrentQueue<string> _lines = new();

    public bool Has(string text) => _lines.Any(line => line.Contains(text, StringComparison.Ordinal));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(formatter(state, exception));
}
