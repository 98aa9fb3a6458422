using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Up;

/// <summary>
/// The folder in which <c>up</c> keeps everything: PostgreSQL, artifacts, the token. A lock held for the lifetime of the process says that
/// it is in use; the operating system drops it however the process ends.
/// </summary>
public sealed class DataFolder : IDisposable
{
    private readonly FileStream lockFile;

    private DataFolder(string path, FileStream lockFile)
    {
        Path = path;
        this.lockFile = lockFile;
    }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>The folder of the artifact store.</summary>
    public string Artifacts => System.IO.Path.Combine(Path, "artifacts");

    /// <summary>Where clients find the server; there only while it runs.</summary>
    public string EndpointFile => EndpointIn(Path);

    /// <summary>Opens the folder for this process alone; makes it if it is missing.</summary>
    /// <exception cref="WorkflowException">Another process uses it, or it cannot be written to.</exception>
    public static DataFolder Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(full);
            else if (!Directory.Exists(full))
                Directory.CreateDirectory(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var held = new FileStream(System.IO.Path.Combine(full, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new DataFolder(full, held);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new WorkflowException($"The data folder {full} cannot be written to: {exception.Message}", exception);
        }
        catch (IOException) when (File.Exists(System.IO.Path.Combine(full, "lock")))
        {
            var url = ReadUrl(full);
            throw new WorkflowException(
                $"'workflow up' is already running on the data folder {full}{(url is null ? "" : $", at {url}")}. Stop it, or name another folder with --data.");
        }
        catch (IOException exception)
        {
            throw new WorkflowException($"The data folder {full} cannot be used: {exception.Message}", exception);
        }
    }

    /// <summary>Where the address of a data folder's server stands.</summary>
    public static string EndpointIn(string path) => System.IO.Path.Combine(path, "endpoint.json");

    /// <summary>A secret of the folder: made at first, the same from then on, readable by the owner only.</summary>
    public string Secret(string name)
    {
        var file = System.IO.Path.Combine(Path, name);
        if (!File.Exists(file))
            WritePrivate(file, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
        return File.ReadAllText(file).Trim();
    }

    /// <summary>Says that the server is ready, and where.</summary>
    public void WriteEndpoint(string url, string token) =>
        WritePrivate(EndpointFile,
            new JsonObject { ["url"] = url, ["token"] = token }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));

    /// <summary>Says that the server is gone.</summary>
    public void DeleteEndpoint() => File.Delete(EndpointFile);

    /// <inheritdoc />
    public void Dispose() => lockFile.Dispose();

    /// <summary>Written under another name first: a reader finds the whole file or none, and a kill leaves no half of it.</summary>
    private static void WritePrivate(string file, string text)
    {
        var temporary = file + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(temporary, options))
            writer.WriteLine(text);
        File.Move(temporary, file, overwrite: true);
    }

    private static string? ReadUrl(string path)
    {
        try
        {
            return (string?)JsonNode.Parse(File.ReadAllText(EndpointIn(path)))?["url"];
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            // It has not come up yet, or is going down.
            return null;
        }
    }
}
