using Microsoft.Extensions.Configuration;

namespace Workflow.Engine.Hosting;

/// <summary>
/// The settings that verbs share, from <c>appsettings.json</c> and the environment (<c>SECTION__KEY</c>).
/// </summary>
public static class Settings
{
    /// <summary>The server to use instead of an embedded one.</summary>
    public const string ConnectionStringKey = "Database:ConnectionString";

    /// <summary>The folder of the artifact store, for workers that <c>up</c> did not start.</summary>
    public const string ArtifactsKey = "Artifacts:Folder";

    /// <summary>The token of the API, for a server that <c>up</c> did not start.</summary>
    public const string TokenKey = "Dashboard:Token";

    /// <summary>Reads the settings.</summary>
    public static IConfiguration Read() => new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddEnvironmentVariables()
        .Build();

    /// <summary>The connection string.</summary>
    /// <exception cref="WorkflowException">There is none.</exception>
    public static string RequireConnectionString(this IConfiguration settings) =>
        settings[ConnectionStringKey] is { Length: > 0 } given
            ? given
            : throw new WorkflowException(
                "No database is named. Set Database__ConnectionString, such as \"Host=localhost;Username=workflow;Password=...;Database=workflow\", "
                + "or use 'workflow up', which brings its own.");
}
