using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Workflow.Engine.Hosting;

/// <summary>
/// The settings that verbs share, from <c>appsettings.json</c> and the environment (<c>SECTION__KEY</c>).
/// </summary>
public static class Settings
{
    /// <summary>The server to use instead of an embedded one.</summary>
    public const string ConnectionStringKey = "Database:ConnectionString";

    /// <summary>The folder of the artifact store, or what is kept of a bucket, for workers that <c>up</c> did not start.</summary>
    public const string ArtifactsKey = "Artifacts:Folder";

    /// <summary>The token of the API, for a server that <c>up</c> did not start.</summary>
    public const string TokenKey = "Dashboard:Token";

    /// <summary>Reads the settings.</summary>
    public static IConfiguration Read() => new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddEnvironmentVariables()
        .Build();

    /// <summary>The connection string.</summary>
    /// <exception cref="WorkflowException">There is none, or it is malformed.</exception>
    public static string RequireConnectionString(this IConfiguration settings)
    {
        if (settings[ConnectionStringKey] is not { Length: > 0 } given)
        {
            throw new WorkflowException(
                "No database is named. Set Database__ConnectionString, such as \"Host=localhost;Username=workflow;Password=...;Database=workflow\", "
                + "or use 'workflow up', which brings its own.");
        }

        try
        {
            return new NpgsqlConnectionStringBuilder(given).ConnectionString;
        }
        catch (ArgumentException exception)
        {
            // Its text may hold a password: only what is wrong with it is shown.
            throw new WorkflowException($"Database__ConnectionString is malformed: {exception.Message}", exception);
        }
    }
}
