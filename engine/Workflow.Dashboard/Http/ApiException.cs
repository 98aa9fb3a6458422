using Workflow.Dashboard.Api;

namespace Workflow.Dashboard.Http;

/// <summary>A request is refused with a status and a sentence.</summary>
internal sealed class ApiException(int status, string detail, IReadOnlyList<ParamError>? errors = null) : Exception(detail)
{
    public int Status { get; } = status;

    public Problem Problem { get; } = new(detail, errors);

    public static ApiException NotFound(string detail) => new(StatusCodes.Status404NotFound, detail);

    public static ApiException Conflict(string detail) => new(StatusCodes.Status409Conflict, detail);

    public static ApiException Invalid(string name, string message) =>
        new(StatusCodes.Status422UnprocessableEntity, $"{name} {message}.", [new ParamError(name, message)]);
}
