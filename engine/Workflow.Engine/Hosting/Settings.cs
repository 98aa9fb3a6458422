using System.Globalization;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Workflow.Scheduler.OpenLineage;
using Workflow.Scheduler.Retention;

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

    /// <summary>Where a process that stands alone keeps artifacts unless it is told.</summary>
    public static readonly string DefaultArtifacts = Path.Combine(".workflow", "artifacts");

    /// <summary>The token of the API, for a server that <c>up</c> did not start.</summary>
    public const string TokenKey = "Dashboard:Token";

    /// <summary>How long a process waits for the database when it starts.</summary>
    public const string WaitKey = "Database:WaitSeconds";

    /// <summary>How many days runs are kept.</summary>
    public const string RunDaysKey = "Retention:RunDays";

    /// <summary>How many days logs are kept.</summary>
    public const string LogDaysKey = "Retention:LogDays";

    private const int UsualWaitSeconds = 60;
    private const int MostWaitSeconds = 86_400;
    private const int MostDays = 36_500;

    /// <summary>Reads the settings.</summary>
    public static IConfiguration Read() => new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddEnvironmentVariables()
        .Build();

    /// <summary>How long what is over is kept.</summary>
    /// <exception cref="WorkflowException">A number of days is none; the message names it.</exception>
    public static RetentionOptions Retention(this IConfiguration settings) => new()
    {
        Runs = TimeSpan.FromDays(Number(settings, RunDaysKey, RetentionOptions.DefaultRunDays, MostDays, "days, 0 for ever")),
        Logs = TimeSpan.FromDays(Number(settings, LogDaysKey, RetentionOptions.DefaultLogDays, MostDays, "days, 0 for as long as the run")),
    };

    /// <summary>
    /// Where lineage events go: <c>OpenLineage:Url</c> with <c>ApiKey</c>, or <c>OpenLineage:File</c>, and <c>Namespace</c>.
    /// </summary>
    /// <exception cref="WorkflowException">The address is none; the message names it.</exception>
    public static OpenLineageOptions OpenLineage(this IConfiguration settings)
    {
        string? Given(string key) => settings[$"OpenLineage:{key}"] is { Length: > 0 } text ? text : null;
        Uri? address = null;
        if (Given("Url") is { } url
            && (!Uri.TryCreate(url, UriKind.Absolute, out address) || address.Scheme is not ("http" or "https")))
        {
            throw new WorkflowException(
                $"OpenLineage:Url (in the environment OpenLineage__Url) must be an http or https address that takes events; got '{url}'.");
        }

        return new OpenLineageOptions
        {
            Url = address,
            ApiKey = Given("ApiKey"),
            File = Given("File"),
            Namespace = Given("Namespace") ?? OpenLineageOptions.DefaultNamespace,
        };
    }

    /// <summary>How long a process waits for the database when it starts.</summary>
    /// <exception cref="WorkflowException">The number of seconds is none; the message names it.</exception>
    public static TimeSpan DatabaseWait(this IConfiguration settings) =>
        TimeSpan.FromSeconds(Number(settings, WaitKey, UsualWaitSeconds, MostWaitSeconds, "seconds, 0 for not at all"));

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

    private static int Number(IConfiguration settings, string key, int usual, int most, string what)
    {
        if (settings[key] is not { Length: > 0 } given)
            return usual;
        return int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
            ? number
            : throw new WorkflowException(
                $"{key} (in the environment {key.Replace(":", "__", StringComparison.Ordinal)}) must be a whole number of {what}, at most {most}; "
                + $"got '{given}'.");
    }
}
