using System.Reflection;
using System.Runtime.Loader;

namespace Workflow.Loading;

/// <summary>
/// The context of one DAG assembly. Workflow.Core and the base library are the host's, so an <see cref="IDag"/> is the same type inside and
/// outside; packages are the DAG's own; nothing else of the host is to be seen.
/// </summary>
/// <remarks>
/// The host's packages would otherwise be found by every DAG: one that was compiled against another version of a package would get the
/// host's, and an upgrade of the engine would change what stored DAGs do.
/// </remarks>
internal sealed class DagLoadContext(IReadOnlyDictionary<string, byte[]> packages) : AssemblyLoadContext("dag", isCollectible: true)
{
    private readonly Dictionary<string, byte[]> waiting = new(packages, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Assembly> loaded = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock gate = new();

    internal Assembly LoadFromBytes(byte[] image)
    {
        using var stream = new MemoryStream(image, writable: false);
        return LoadFromStream(stream);
    }

    /// <remarks>
    /// Workflow.Core is answered by hand, in case the host itself does not live in the default context (a test runner, a plug-in); null
    /// leaves the base library to the default context, and an exception keeps the runtime from asking that one for anything else.
    /// </remarks>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var name = assemblyName.Name ?? "";
        if (name == typeof(IDag).Assembly.GetName().Name)
            return typeof(IDag).Assembly;
        if (BaseLibrary.Has(name))
            return null;

        // Two threads may ask for one assembly at once, and a context takes it in only once. Its bytes are not kept any longer.
        lock (gate)
        {
            if (loaded.TryGetValue(name, out var known))
                return known;
            if (waiting.Remove(name, out var image))
                return loaded[name] = LoadFromBytes(image);
        }

        // The runtime reports it in its own words, as for every assembly that is not there: code that probes for one is used to that.
        throw new FileNotFoundException(null, name);
    }
}
