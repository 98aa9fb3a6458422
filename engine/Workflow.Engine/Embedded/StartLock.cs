namespace Workflow.Engine.Embedded;

/// <summary>Makes starts on one data folder, from whatever process, take turns. A killed holder releases it.</summary>
internal static class StartLock
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);

    internal static async Task<FileStream> TakeAsync(
        EmbeddedPostgresOptions options, DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        var path = Path.Combine(options.DataFolder, "postgres.lock");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException held) when (held.GetType() == typeof(IOException))
            {
                if (options.TimeProvider.GetUtcNow() >= deadline)
                    throw new EmbeddedPostgresException($"{path} stays locked by another start of the same server: {held.Message}", held);
                await Task.Delay(RetryDelay, options.TimeProvider, cancellationToken);
            }
        }
    }
}
