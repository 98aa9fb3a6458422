using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Workflow.Dashboard.Api;
using Workflow.Dashboard.Auth;
using Workflow.Dashboard.Events;
using Workflow.Dashboard.Http;
using Workflow.Dashboard.OpenApi;
using Workflow.Postgres;
using Workflow.Postgres.Backfills;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Datasets;
using Workflow.Postgres.Events;
using Workflow.Postgres.Lineage;
using Workflow.Postgres.Pools;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;

namespace Workflow.Dashboard;

/// <summary>Composes the dashboard: REST API, stream of changes and pages on one Kestrel.</summary>
public static class DashboardHost
{
    private const long LargestBody = 1 << 20;

    /// <summary>
    /// Adds the dashboard's services and makes Kestrel listen. An <see cref="NpgsqlDataSource"/> must be registered; the database behind it
    /// may be away at any time. Mint links with the <see cref="SignInCodes"/> that this registers.
    /// </summary>
    /// <exception cref="WorkflowException">An option is wrong.</exception>
    public static IServiceCollection AddDashboard(this IServiceCollection services, DashboardOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.TryAddSingleton<DagStore>();
        services.TryAddSingleton<RunStore>();
        services.TryAddSingleton<BackfillStore>();
        services.TryAddSingleton<GraphCache>();
        services.TryAddSingleton<Listener>();
        services.TryAddSingleton<RunActs>();
        services.TryAddSingleton<AdmissionStore>();
        services.TryAddSingleton<PoolStore>();
        services.TryAddSingleton<HoldStore>();
        services.TryAddSingleton<ContractStore>();
        services.TryAddSingleton<ReviewStore>();
        services.TryAddSingleton<ProposalStore>();
        services.TryAddSingleton<ExternalEventStore>();
        services.AddSingleton<DagReads>().AddSingleton<RunReads>().AddSingleton<TaskReads>().AddSingleton<WhyReads>()
            .AddSingleton<Explainer>();
        services.AddSingleton<BackfillReads>();
        services.AddSingleton<DatasetReads>().AddSingleton<SnapshotReads>().AddSingleton<DatasetFiles>().AddSingleton<LineageReads>()
            .AddSingleton<ProfileReads>();
        services.AddSingleton<DriftReads>().AddSingleton<ModelReads>().AddSingleton<HealthReads>().AddSingleton<SimulationReads>();
        services.AddSingleton<SignInCodes>().AddSingleton<SessionTokens>().AddSingleton<FailureLimit>().AddSingleton<DashboardAuth>();
        services.AddSingleton<ChangeHub>().AddHostedService<ChangePoller>();
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.Configure<KestrelServerOptions>(kestrel => Listen(kestrel, options));
        services.AddOpenApi(Description.Name, Description.Configure);
        return services;
    }

    /// <summary>Puts the dashboard into the application: the API under <c>/api/v2</c>, the pages everywhere else.</summary>
    public static WebApplication MapDashboard(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<ErrorAnswers>();
        app.UseMiddleware<HostGuard>();
        app.UseRouting();
        app.UseMiddleware<AuthGate>();
        app.UsePages(app.Services.GetRequiredService<DashboardOptions>());

        var api = app.MapGroup(ApiPath.Base);
        MonitorApi.Map(api);
        SignInApi.Map(api);
        DagsApi.Map(api);
        DagSourcesApi.Map(api);
        SimulateApi.Map(api);
        RunsApi.Map(api);
        TasksApi.Map(api);
        AttemptsApi.Map(api);
        ActsApi.Map(api);
        PoolsApi.Map(api);
        ExternalEventsApi.Map(api);
        BackfillsApi.Map(api);
        GatesApi.Map(api);
        ReviewsApi.Map(api);
        ProposalsApi.Map(api);
        GateDriftApi.Map(api);
        DatasetsApi.Map(api);
        RowsAsideApi.Map(api);
        ContractsApi.Map(api);
        ModelsApi.Map(api);
        LineageApi.Map(api);
        api.MapOpenApi("/openapi.json").ExcludeFromDescription();
        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, DashboardOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = LargestBody;
        // "localhost" listens on IPv4 and IPv6, but cannot choose one free port for both.
        if (options is { Address: null, Port: > 0 })
            kestrel.ListenLocalhost(options.Port);
        else
            kestrel.Listen(options.Address ?? IPAddress.Loopback, options.Port);
    }
}
