using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

/// <summary>What tests of loading share: a database, and a folder of DAG files.</summary>
public abstract class LoaderTest : IAsyncLifetime
{
    protected DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("workflow-load-");

    protected TestEngine Engine { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Engine = await TestEngine.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Folder.Delete(recursive: true);
    }
}
