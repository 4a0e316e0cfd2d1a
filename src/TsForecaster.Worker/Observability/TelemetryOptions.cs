using System.ComponentModel.DataAnnotations;

namespace TsForecaster.Worker.Observability;

/// <summary>Traces and metrics by OTLP. Nothing is collected for it or sent anywhere without an endpoint.</summary>
public sealed record TelemetryOptions
{
    /// <summary>
    /// Base address of the collector, such as http://localhost:4318 (http/protobuf) or http://localhost:4317 (grpc). When it is
    /// left out, the variable OTEL_EXPORTER_OTLP_ENDPOINT counts; without either there is no export.
    /// </summary>
    [Url(ErrorMessage = "allowed is http://host:port or https://host:port, such as http://localhost:4318")]
    public string? OtlpEndpoint { get; init; }

    /// <summary>How it is spoken to. When it is left out, OTEL_EXPORTER_OTLP_PROTOCOL counts, and http/protobuf after that.</summary>
    [AllowedValues(null, "http/protobuf", "grpc", ErrorMessage = "allowed are http/protobuf and grpc")]
    public string? Protocol { get; init; }
}
