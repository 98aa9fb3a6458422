using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Workflow.DagTesting;
using Workflow.Dashboard.Auth;
using Workflow.Testing;

namespace Workflow.Dashboard.Tests;

/// <summary>The dashboard on a real Kestrel with a free port, on a database of its own, with pages of its own.</summary>
public sealed class DashboardServer : IAsyncLifetime
{
    public const string Token = "a-token-for-tests-1234567890";
    public const string AllowedHost = "workflow.example";

    private readonly Func<TestDatabase, string> connectionString;
    private readonly Action<IServiceCollection>? services;
    private readonly string pages = Directory.CreateTempSubdirectory("workflow-pages-").FullName;
    private WebApplication app = null!;

    public DashboardServer()
        : this(database => database.ConnectionString)
    {
    }

    private DashboardServer(Func<TestDatabase, string> connectionString, Action<IServiceCollection>? services = null)
    {
        this.connectionString = connectionString;
        this.services = services;
    }

    public TestDatabase Database { get; } = new();

    public Given Given { get; private set; } = null!;

    public FakeTimeProvider Clock { get; } = new();

    public Uri Address { get; private set; } = null!;

    public SignInCodes Codes => app.Services.GetRequiredService<SignInCodes>();

    /// <summary>A client that has the token.</summary>
    public HttpClient Client { get; private set; } = null!;

    public static async Task<DashboardServer> StartAsync(
        Func<TestDatabase, string>? connectionString = null, Action<IServiceCollection>? services = null)
    {
        var server = new DashboardServer(connectionString ?? (database => database.ConnectionString), services);
        await server.InitializeAsync();
        return server;
    }

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        Given = new Given(Database.DataSource);
        Directory.CreateDirectory(Path.Combine(pages, "assets"));
        await File.WriteAllTextAsync(Path.Combine(pages, "index.html"), "<title>pages</title>");
        await File.WriteAllTextAsync(Path.Combine(pages, "assets", "index-abc.js"), "'script'");

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(Workflow.Postgres.Database.Open(connectionString(Database), "workflow tests"));
        builder.Services.AddSingleton<TimeProvider>(Clock);
        services?.Invoke(builder.Services);
        builder.Services.AddDashboard(new DashboardOptions
        {
            Token = Token,
            Port = 0,
            PagesFolder = pages,
            AllowedHosts = [AllowedHost],
            MaxEventStreams = 3,
        });
        app = builder.Build();
        app.MapDashboard();
        await app.StartAsync();
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client = NewClient();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(pages, recursive: true);
    }

    /// <summary>A client without a credential, which keeps no cookies and follows nothing.</summary>
    public HttpClient NewClient() =>
        new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };

    public async Task<JsonElement> GetAsync(string path)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, path);
        status.ShouldBe(200, body.ToString());
        return body;
    }

    public Task<(int Status, JsonElement Body)> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json);

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v2{path}");
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, await BodyOf(response));
    }

    public static async Task<JsonElement> BodyOf(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
