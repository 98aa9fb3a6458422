using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Workflow.Dashboard.Auth;
using Workflow.Runs;

namespace Workflow.Dashboard.OpenApi;

/// <summary>The API's description of itself: what the pages' types are generated from.</summary>
internal static class Description
{
    /// <summary>The framework's name for the only document; the version that it describes is another matter.</summary>
    public const string Name = "v1";

    private const string Version = "v2";
    private const string Bearer = "bearer";
    private const string Cookie = "cookie";

    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.CreateSchemaReferenceId = ReferenceId;
        options.AddDocumentTransformer((document, _, _) => Describe(document));
        options.AddOperationTransformer((operation, context, _) => Describe(operation, context));
        options.AddSchemaTransformer((schema, context, _) => Describe(schema, context));
    }

    /// <summary>JSON of any shape has no schema worth a name.</summary>
    private static string? ReferenceId(JsonTypeInfo type) =>
        type.Type == typeof(TaskLogLevel) || type.Type == typeof(TaskLogLevel?) ? "LogLevel"
        : typeof(JsonNode).IsAssignableFrom(type.Type) || type.Type == typeof(JsonElement) ? null
        : OpenApiOptions.CreateDefaultSchemaReferenceId(type);

    private static Task Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Workflow",
            Version = Version,
            Description = "The API that the dashboard, the command line and other programs use.",
        };
        // Where it is served is no part of what it is.
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Bearer },
            [Cookie] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = DashboardAuth.CookieName,
            },
        };
        document.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Cookie, document)] = [] },
        ];
        return Task.CompletedTask;
    }

    private static Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<OpenToAll>().Any())
            operation.Security = [];
        // Bound as text, since the framework knows an enum's C# names only.
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(parameter => parameter.Name == "state"))
        {
            if (StateOf(context.Description.RelativePath ?? "") is { } state)
                parameter.Schema = new OpenApiSchemaReference(state, context.Document);
        }

        return Task.CompletedTask;
    }

    private static string? StateOf(string path) =>
        path.Contains("taskInstances", StringComparison.Ordinal) ? nameof(TaskState)
        : path.Contains("dagRuns", StringComparison.Ordinal) ? nameof(RunState)
        : path.EndsWith("reviews", StringComparison.Ordinal) ? nameof(ReviewState)
        : null;

    private static Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        // The generator leaves out that the names of an enum are text, and that an object of any shape may have members.
        if (schema.Enum is { Count: > 0 })
            schema.Type = JsonSchemaType.String;
        if (context.JsonTypeInfo.Type == typeof(IReadOnlyDictionary<string, JsonElement>))
        {
            schema.Type = JsonSchemaType.Object;
            schema.AdditionalProperties = new OpenApiSchema();
        }

        return Task.CompletedTask;
    }
}
