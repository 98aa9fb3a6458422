namespace Workflow.Scheduler.Loading;

/// <summary>Something that is wrong with a DAG file.</summary>
/// <param name="File">The file, relative to the DAG folder, with forward slashes.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Code">The compiler's code such as <c>CS1002</c>, or one of <see cref="ImportCodes"/>.</param>
/// <param name="Message">What is wrong and what to do about it.</param>
/// <param name="Severity">Whether it keeps a DAG from being loaded.</param>
public sealed record ImportDiagnostic(string File, int Line, int Column, string Code, string Message, ImportSeverity Severity);

/// <summary>Whether a diagnostic keeps a DAG from being loaded.</summary>
public enum ImportSeverity
{
    /// <summary>Nothing is lost, but someone should look.</summary>
    Warning,

    /// <summary>A DAG, or the whole file, is not loaded.</summary>
    Error,
}

/// <summary>The codes of what the loader itself finds wrong; the compiler's begin with <c>CS</c>.</summary>
public static class ImportCodes
{
    /// <summary>The file cannot be read.</summary>
    public const string Unreadable = "WF001";

    /// <summary>The file has no class that implements <see cref="IDag"/>.</summary>
    public const string NoDag = "WF002";

    /// <summary>A class in the shared folder implements <see cref="IDag"/>.</summary>
    public const string DagInShared = "WF003";

    /// <summary>The definition is wrong, threw, differs from call to call, or does not return.</summary>
    public const string Definition = "WF004";

    /// <summary>The schedule is wrong: its cron expression, its time zone, its bounds.</summary>
    public const string Schedule = "WF005";

    /// <summary>Another file, or another class, has the same DAG id.</summary>
    public const string DuplicateDag = "WF006";

    /// <summary>The packages that the DAG project references cannot be used as they are.</summary>
    public const string Packages = "WF007";

    /// <summary>A parameter can have no right value, or its default is none.</summary>
    public const string Parameter = "WF008";

    /// <summary>A setting of a task cannot work.</summary>
    public const string Task = "WF009";

    /// <summary>A contract breaks what is promised of its dataset.</summary>
    public const string Contract = "WF010";

    /// <summary>Another DAG describes the same dataset.</summary>
    public const string Dataset = "WF011";

    /// <summary>The loader itself failed on the file.</summary>
    public const string Internal = "WF099";
}
