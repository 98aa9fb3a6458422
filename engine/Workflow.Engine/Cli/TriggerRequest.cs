using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>Reads what a user wants of a new run; mistakes are found here, before anything is asked of the server.</summary>
internal static class TriggerRequest
{
    private static readonly string[] DateForms = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    // The later of two equal names would silently win.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The body of the request.</summary>
    /// <param name="terminal">Knows the folder that <c>@file.json</c> starts from.</param>
    /// <param name="conf">A JSON object, or <c>@</c> and the name of a file with one.</param>
    /// <param name="runId">The run's id; the server makes one when it is null.</param>
    /// <param name="logicalDate">ISO 8601; UTC unless it names an offset.</param>
    /// <param name="note">Shown beside the run.</param>
    /// <exception cref="ClientException">One of them is wrong; the message says where.</exception>
    internal static JsonObject Create(Terminal terminal, string? conf, string? runId, string? logicalDate, string? note)
    {
        // The API wants the keys conf and logical_date even when they say nothing.
        var body = new JsonObject
        {
            ["conf"] = Conf(terminal, conf),
            ["logical_date"] = logicalDate is null ? null : Instant("--logical-date", logicalDate),
        };
        if (runId is not null)
            body["dag_run_id"] = runId;
        if (note is not null)
            body["note"] = note;
        return body;
    }

    /// <summary>Parameters, as a JSON object or <c>@</c> and the name of a file with one; none when it is null.</summary>
    /// <exception cref="ClientException">It is no JSON object; the message says where.</exception>
    internal static JsonObject Conf(Terminal terminal, string? conf)
    {
        if (conf is null)
            return [];
        var (text, source) = conf.StartsWith('@') ? (Read(terminal, conf[1..]), conf[1..]) : (conf, "--conf");
        try
        {
            return JsonNode.Parse(text, documentOptions: Strict) as JsonObject
                ?? throw ClientException.Usage($"{source} must be a JSON object, such as {{\"month\": \"2019-01\"}}.");
        }
        catch (JsonException wrong)
        {
            // A name that is there twice has no position.
            var position = wrong.LineNumber is { } line ? $"line {line + 1}, column {Column(text, wrong)}: " : "";
            throw ClientException.Usage($"{source} is not JSON: {position}{Reason(wrong)}");
        }
    }

    private static string Read(Terminal terminal, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(terminal.Folder, file));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ClientException.Usage($"--conf names a file that cannot be read: {unreadable.Message}");
        }
    }

    /// <summary>An instant that a user gave, as the API wants it.</summary>
    /// <exception cref="ClientException">It is none.</exception>
    internal static string Instant(string option, string text)
    {
        if (!DateTimeOffset.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            throw ClientException.Usage($"{option} '{text}' is not an ISO 8601 time, such as 2026-01-31T02:00:00Z.");
        return date.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);
    }

    // The parser counts bytes from 0, an editor letters from 1.
    private static int Column(string text, JsonException wrong)
    {
        var line = text.Split('\n').ElementAtOrDefault((int)(wrong.LineNumber ?? 0)) ?? "";
        var bytes = Encoding.UTF8.GetBytes(line).AsSpan();
        return 1 + Encoding.UTF8.GetCharCount(bytes[..(int)Math.Min(wrong.BytePositionInLine ?? 0, bytes.Length)]);
    }

    // Without its own position, which counts from 0.
    private static string Reason(JsonException wrong) =>
        wrong.Message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and > 0 ? wrong.Message[..end] : wrong.Message;
}
