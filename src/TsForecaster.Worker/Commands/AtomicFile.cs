namespace TsForecaster.Worker.Commands;

/// <summary>Writes a file wholly or not at all: beside its place first, then renamed over it.</summary>
internal static class AtomicFile
{
    /// <summary>Makes sure that a file can be written there, before the work is done whose outcome it is to hold; nothing is left there.</summary>
    /// <param name="path">Null is no file.</param>
    /// <param name="read">Files that are read or written too, which this one may not replace.</param>
    /// <exception cref="UsageException">The path is empty, or that of another file.</exception>
    /// <exception cref="FailureException">The directory does not exist or cannot be written to, or the path is one.</exception>
    public static void Check(string? path, params ReadOnlySpan<string?> read)
    {
        if (path is null)
        {
            return;
        }

        if (string.IsNullOrWhiteSpace(path))
        {
            throw new UsageException("the name of a file to write is empty");
        }

        foreach (string? input in read)
        {
            if (input is not null && Path.GetFullPath(input) == Path.GetFullPath(path))
            {
                throw new UsageException($"{path} would be overwritten: another argument names it too");
            }
        }

        string full = Path.GetFullPath(path), directory = Path.GetDirectoryName(full) ?? full;
        if (!Directory.Exists(directory) || Directory.Exists(full))
        {
            throw new FailureException($"{path} cannot be written: {(Directory.Exists(directory) ? "it is a directory" : $"there is no directory {directory}")}");
        }

        try
        {
            using FileStream probe = new(Temporary(path), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"{path} cannot be written: {e.Message}", e);
        }
    }

    /// <exception cref="FailureException">The directory does not exist or cannot be written to.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = Temporary(path);
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

    private static string Temporary(string path) => $"{path}.{Environment.ProcessId}.tmp";

    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
