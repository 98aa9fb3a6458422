using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Workflow.Graphs;

namespace Workflow.Loading;

/// <summary>A compiled DAG file in a load context of its own. The scheduler reads definitions from it, a worker runs its tasks.</summary>
/// <remarks>
/// <para>
/// Disposing asks the runtime to unload. The memory is freed once nothing refers to the assembly's types any more: no definition, no
/// delegate, no exception with a stack trace through it, and no process-wide cache. System.Text.Json keeps such a cache in each
/// <see cref="JsonSerializerOptions"/>, therefore <see cref="Json"/> belongs to the assembly and goes with it.
/// </para>
/// <para>
/// Author's code runs here with the host's rights and on its stack: a definition that never returns is given up after a limit (its thread
/// stays behind, and the assembly with it), but one that overflows the stack or ends the process takes the host with it.
/// </para>
/// </remarks>
public sealed class DagAssembly : IDisposable
{
    /// <summary>How long all definitions of one assembly may take together unless said otherwise.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(10);

    private static readonly Dictionary<string, byte[]> NoPackages = [];

    private readonly DagLoadContext context;
    private readonly Assembly assembly;
    private bool disposed;

    private DagAssembly(byte[] image, IReadOnlyDictionary<string, byte[]> packages)
    {
        context = new DagLoadContext(packages);
        assembly = context.LoadFromBytes(image);
    }

    /// <summary>
    /// For writing and reading values of the assembly's types. Use no options that outlive the assembly for those: their caches would pin
    /// it.
    /// </summary>
    /// <remarks>
    /// The resolver is its own too: options with equal settings share one cache, and the resolver is what makes these unequal to all
    /// others.
    /// </remarks>
    public JsonSerializerOptions Json { get; } = CreateJson();

    /// <summary>How values of authors' types are written and read.</summary>
    public static JsonSerializerOptions CreateJson() =>
        new(JsonSerializerDefaults.Web) { IncludeFields = true, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    /// <summary>Loads an assembly from its bytes; debug information is read from those bytes when it is embedded.</summary>
    /// <param name="image">The compiled DAG file.</param>
    /// <param name="packages">
    /// The assemblies of packages that it refers to, directly or through others, by simple name; none unless given.
    /// </param>
    /// <exception cref="BadImageFormatException">The bytes are no assembly that this runtime can load.</exception>
    public static DagAssembly Load(byte[] image, IReadOnlyDictionary<string, byte[]>? packages = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new DagAssembly(image, packages ?? NoPackages);
    }

    /// <summary>Runs the definition of every class that implements <see cref="IDag"/>, in the order of their names.</summary>
    /// <param name="limit">How long that may take in all; <see cref="DefaultLimit"/> unless given.</param>
    /// <remarks>
    /// Each class is defined twice, on two fresh objects: definitions that differ would let a run start on one graph and go on with
    /// another.
    /// </remarks>
    /// <exception cref="ReflectionTypeLoadException">The assembly was compiled against something that this host does not have.</exception>
    public IReadOnlyList<DefinedDag> Define(TimeSpan? limit = null)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var time = limit ?? DefaultLimit;
        var types = DagTypes();
        var finished = new List<DefinedDag>();
        var thread = new Thread(() =>
        {
            foreach (var type in types)
            {
                var dag = Define(type);
                lock (finished)
                    finished.Add(dag);
            }
        })
        {
            IsBackground = true,
            Name = "dag definition",
        };
        thread.Start();
        var ended = thread.Join(time);
        lock (finished)
        {
            // The thread may end between the two lines above and here.
            if (ended || finished.Count == types.Count)
                return finished;
            var stuck = types[finished.Count].FullName!;
            var problem = new DefinitionProblem(
                $"{stuck}.Define did not return within {time.TotalSeconds:0.###} seconds. "
                + "A definition only describes tasks: put work into their bodies.");
            return [.. finished, new DefinedDag(stuck, null, problem)];
        }
    }

    /// <summary>Finds one DAG, for a worker that is about to run its tasks.</summary>
    /// <exception cref="DagDefinitionException">The assembly does not define that DAG; the message says what it defines
    /// instead.</exception>
    public DagDefinition Find(string dagId, TimeSpan? limit = null)
    {
        var found = Define(limit);
        if (found.FirstOrDefault(dag => dag.Definition?.Id == dagId)?.Definition is { } definition)
            return definition;
        var others = found.Select(dag => dag.Definition?.Id ?? $"{dag.ClassName} ({dag.Problem!.Message})");
        throw new DagDefinitionException($"The assembly does not define DAG '{dagId}'; it defines: {string.Join(", ", others)}.");
    }

    /// <summary>Asks the runtime to unload the assembly when nothing uses it any more.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        context.Unload();
    }

    private List<Type> DagTypes() => [.. assembly.GetTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false })
        .Where(typeof(IDag).IsAssignableFrom)
        .OrderBy(type => type.FullName, StringComparer.Ordinal)];

    /// <remarks>The exception is turned into text here and dropped: its stack trace would keep the assembly alive.</remarks>
    [SuppressMessage("Design", "CA1031", Justification = "Author's code may throw anything, and no DAG may disturb another.")]
    private static DefinedDag Define(Type type)
    {
        var name = type.FullName ?? type.Name;
        if (type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []) is not { } constructor)
            return new DefinedDag(name, null, new DefinitionProblem($"{name} needs a constructor without parameters."));
        try
        {
            var first = DagDefinition.From((IDag)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, null, null));
            var second = DagDefinition.From((IDag)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, null, null));
            return first.Hash == second.Hash
                ? new DefinedDag(name, first, null)
                : new DefinedDag(name, null, new DefinitionProblem(
                    $"{name}: the definition is not deterministic: it reads the clock, chance or the environment, so that two calls of "
                    + "Define differ. Move what changes into a task's body or a parameter."));
        }
        catch (Exception exception)
        {
            return new DefinedDag(name, null, Problem(name, exception));
        }
    }

    private static DefinitionProblem Problem(string name, Exception exception)
    {
        // A failing static constructor says nothing itself: its cause does.
        while (exception is TypeInitializationException { InnerException: { } cause })
            exception = cause;
        var frame = new StackTrace(exception, fNeedFileInfo: true).GetFrames()
            .FirstOrDefault(frame => frame.GetMethod()?.Module.Assembly.IsCollectible == true && frame.GetFileLineNumber() > 0);
        var message = exception is DagDefinitionException
            ? exception.Message
            : $"{name}.Define threw {exception.GetType().Name}: {exception.Message}";
        return new DefinitionProblem(message, frame?.GetFileName(),
            frame?.GetFileLineNumber() ?? (exception as DagDefinitionException)?.Line);
    }
}
