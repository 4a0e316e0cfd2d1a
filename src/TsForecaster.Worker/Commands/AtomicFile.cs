namespace TsForecaster.Worker.Commands;

/// <summary>Writes a file wholly or not at all: beside its place first, then renamed over it.</summary>
internal static class AtomicFile
{
    /// <exception cref="FailureException">The directory does not exist or cannot be written to.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"{path} cannot be written: {e.Message}", e);
        }
        finally
        {
            // Gone already when the rename succeeded; File.Delete minds neither that nor a missing file, only a missing directory.
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }

    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
