using System.Reflection;
using System.Runtime.Loader;

namespace Workflow.Loading;

/// <summary>
/// The context of one DAG assembly. Everything that the assembly refers to is the host's, so an <see cref="IDag"/> is the same type inside
/// and outside.
/// </summary>
internal sealed class DagLoadContext() : AssemblyLoadContext("dag", isCollectible: true)
{
    /// <remarks>
    /// Answered by hand for Workflow.Core only, in case the host itself does not live in the default context (a test runner, a plug-in);
    /// null leaves the rest to the default context.
    /// </remarks>
    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name == typeof(IDag).Assembly.GetName().Name ? typeof(IDag).Assembly : null;
}
