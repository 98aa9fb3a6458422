namespace Workflow.Engine.Cli;

/// <summary>How a state or verdict looks: the same word, colour and icon as in the dashboard, on a dark background.</summary>
internal sealed record StateLook(string Word, string Icon, string Colour)
{
    private const string Success = "#3fb97a";
    private const string Running = "#6ea2f5";
    private const string Queued = "#9aa3af";
    private const string Deferred = "#b194ea";
    private const string Retry = "#e0b050";
    private const string Failed = "#f07070";
    private const string UpstreamFailed = "#ee9458";
    private const string Skipped = "#e08bc4";
    private const string Pale = "#6b7280";

    /// <summary>In the order in which counts of states are listed: what needs a person first.</summary>
    private static readonly OrderedDictionary<string, StateLook> States = new()
    {
        ["failed"] = new("failed", "✗", Failed),
        ["upstream_failed"] = new("upstream failed", "⊗", UpstreamFailed),
        ["lost"] = new("lost", "✗", Failed),
        ["up_for_retry"] = new("up for retry", "↩", Retry),
        ["running"] = new("running", "◐", Running),
        ["deferred"] = new("deferred", "⧗", Deferred),
        ["queued"] = new("queued", "…", Queued),
        ["pending"] = new("pending", "○", Pale),
        ["skipped"] = new("skipped", "»", Skipped),
        ["removed"] = new("removed", "–", Pale),
        ["cancelled"] = new("cancelled", "■", Pale),
        ["success"] = new("success", "✓", Success),
    };

    private static readonly Dictionary<string, StateLook> Backfills = new()
    {
        ["paused"] = new("paused", "‖", Retry),
        ["completed"] = new("completed", "✓", Success),
    };

    private static readonly Dictionary<string, StateLook> Verdicts = new()
    {
        ["pass"] = new("pass", "✓", Success),
        ["fail"] = new("fail", "✗", Failed),
        ["inconclusive"] = new("inconclusive", "↩", Retry),
        ["learning"] = new("learning", "⧗", Deferred),
        ["waived"] = new("waived", "»", Skipped),
    };

    /// <summary>Icon and word.</summary>
    internal string Plain => $"{Icon} {Word}";

    /// <summary>Icon and word in colour.</summary>
    internal string Markup => Paint(Plain);

    internal static StateLook Of(string? state) =>
        States.GetValueOrDefault(state ?? "")
        ?? Verdicts.GetValueOrDefault(state ?? "")
        ?? Backfills.GetValueOrDefault(state ?? "")
        ?? new StateLook(state ?? Format.Nothing, "?", Pale);

    /// <summary>Where a state stands among those that need a person first.</summary>
    internal static int Rank(string? state) => States.IndexOf(state ?? "") is var rank and >= 0 ? rank : States.Count;

    internal string Paint(string text) => $"[{Colour}]{Spectre.Console.Markup.Escape(text)}[/]";
}
