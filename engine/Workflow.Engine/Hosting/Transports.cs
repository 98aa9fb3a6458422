using System.Runtime.Loader;
using Microsoft.Extensions.Configuration;
using Workflow.Worker.Dispatching;

namespace Workflow.Engine.Hosting;

/// <summary>
/// The ways in which tasks reach workers, by the setting that chooses one. Those that need more packages are not part of the engine: it
/// finds them in a folder beside itself.
/// </summary>
public static class Transports
{
    /// <summary>Which one; the database's own queue unless it is set.</summary>
    public const string Key = "Dispatch:Transport";

    private const string Postgres = "Postgres";
    private const string Hangfire = "Hangfire";

    /// <summary>The transport that is chosen; null for the database's own queue.</summary>
    /// <exception cref="WorkflowException">It is unknown, or not installed.</exception>
    public static ITransport? Find(IConfiguration settings)
    {
        var chosen = settings[Key];
        if (string.IsNullOrEmpty(chosen) || chosen.Equals(Postgres, StringComparison.OrdinalIgnoreCase))
            return null;
        if (chosen.Equals(Hangfire, StringComparison.OrdinalIgnoreCase))
            return Load(Hangfire, Path.Combine(AppContext.BaseDirectory, "hangfire"));
        throw new WorkflowException(
            $"Dispatch__Transport is '{chosen}', which is none. Set it to {Postgres}, which is the default, or {Hangfire}.");
    }

    private static ITransport Load(string name, string folder)
    {
        var file = Path.Combine(folder, $"Workflow.{name}.dll");
        if (!File.Exists(file))
        {
            throw new WorkflowException(
                $"Dispatch__Transport is {name}, but {file} is not there. Build it into that folder: "
                + $"dotnet publish workers/Workflow.{name} -c Release -o \"{folder}\"");
        }

        // Into the engine's own context, where what both use is loaded once; only what the engine does not have is looked for in the
        // folder.
        AssemblyLoadContext.Default.Resolving += (context, assembly) =>
            Path.Combine(folder, $"{assembly.Name}.dll") is var path && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
        var type = AssemblyLoadContext.Default.LoadFromAssemblyPath(file).GetType($"Workflow.{name}.{name}Transport", throwOnError: true)!;
        return (ITransport)Activator.CreateInstance(type)!;
    }
}
