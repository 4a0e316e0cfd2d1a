using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace TsForecaster.Worker.Ingest;

/// <summary>Kafka's native client, which the build puts beside the program.</summary>
public static class KafkaLibrary
{
    private static readonly string Beside =
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsMacOS() ? "librdkafka.dylib" : "librdkafka.so");

    private static readonly Lazy<string> Loaded = new(LoadOnce);

    /// <summary>Loads the library; call before the first client. Later calls cost nothing.</summary>
    /// <returns>The version, such as 2.15.1.</returns>
    /// <exception cref="DllNotFoundException">It is not there, or it needs a system library that is not.</exception>
    public static string Load() => Loaded.Value;

    private static string LoadOnce()
    {
        try
        {
            // Not Library.Load: it goes through libdl.so, which only development packages bring.
            NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);
            return Library.VersionString;
        }
        catch (Exception e) when (e is DllNotFoundException or InvalidOperationException or TypeInitializationException)
        {
            throw new DllNotFoundException($"Kafka's client {Beside} cannot be loaded ({e.Message}); eng/librdkafka.sh puts it there", e);
        }
    }

    // The managed side asks for names such as alpine-librdkafka by the system's; ours is already the one for this system.
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search) =>
        name.Contains("librdkafka", StringComparison.Ordinal) && File.Exists(Beside) ? NativeLibrary.Load(Beside) : 0;
}
