using System.ComponentModel.DataAnnotations;

namespace TsForecaster.Worker.Observability;

/// <summary>Where the worker serves its dashboard, its health and its metrics.</summary>
public sealed record HttpOptions
{
    /// <summary>Scheme, host and port; 127.0.0.1 keeps it to this machine, 0.0.0.0 or * opens it to the network. Port 0 takes a free one.</summary>
    [Required]
    [ListenAddress]
    public string Url { get; init; } = "http://127.0.0.1:5080";
}

/// <summary>The value is an address that Kestrel can listen on without a certificate of its own.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListenAddressAttribute : ValidationAttribute
{
    public ListenAddressAttribute()
        : base("allowed is http://host:port, such as http://127.0.0.1:5080")
    {
    }

    /// <summary>Leaves an absent value to <see cref="RequiredAttribute"/>.</summary>
    public override bool IsValid(object? value) => value is null or "" || (value is string text && IsAddress(text));

    private static bool IsAddress(string text)
    {
        try
        {
            BindingAddress address = BindingAddress.Parse(text);
            return address.Scheme == Uri.UriSchemeHttp && address.PathBase.Length == 0 && address.Port is >= 0 and <= 65535;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
