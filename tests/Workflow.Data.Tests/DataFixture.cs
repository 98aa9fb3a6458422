using Workflow.Data.DuckDb;

namespace Workflow.Data.Tests;

/// <summary>A folder that goes away with its test, with an artifact store in it.</summary>
public sealed class DataFixture : IDisposable
{
    public DataFixture()
    {
        Folder = Directory.CreateTempSubdirectory("workflow-data-").FullName;
        Store = new FolderArtifactStore(Path.Combine(Folder, "store"));
        Files = new FileSource(Store, new HttpClient(new NoNetwork()));
    }

    public string Folder { get; }

    public FolderArtifactStore Store { get; }

    public FileSource Files { get; }

    public string Write(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    public string Write(string name, byte[] content)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>A Parquet file of a query's rows.</summary>
    public string Parquet(string sql)
    {
        var path = Path.Combine(Folder, $"{Guid.CreateVersion7():N}.parquet");
        using var session = new DuckDbSession();
        session.Execute($"COPY ({sql}) TO $path (FORMAT parquet)", new Dictionary<string, object?> { ["path"] = path });
        return path;
    }

    public Task<StoredDataset> Save(string sql, params (string Name, object? Value)[] values) =>
        new DatasetWriter(Store).WriteAsync(
            new DatasetQuery(sql) { Values = values.ToDictionary(pair => pair.Name, pair => pair.Value) }, Token);

    /// <param name="columns">What to read; dates and times must be cast to text.</param>
    public async Task<IReadOnlyList<DuckDbRow>> Rows(StoredDataset dataset, string columns = "*")
    {
        using var session = new DuckDbSession();
        return session.Query(
            $"SELECT {columns} FROM read_parquet($p)", new Dictionary<string, object?>
            {
                ["p"] = await Store.PathAsync(dataset.Sha256, Token),
            });
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private sealed class NoNetwork : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"A test asked for {request.RequestUri}.");
    }
}
