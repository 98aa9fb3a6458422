namespace Workflow.Scheduler.Loading;

/// <summary>What the compiler made of a DAG file.</summary>
/// <param name="Image">The assembly with its debug information; null when there are errors.</param>
/// <param name="Classes">The DAG classes that the file declares.</param>
/// <param name="Diagnostics">Every error; warnings are left to the IDE.</param>
public sealed record CompiledFile(byte[]? Image, IReadOnlyList<DagClass> Classes, IReadOnlyList<ImportDiagnostic> Diagnostics);

/// <summary>Where a DAG class is declared.</summary>
/// <param name="Name">Its full name as reflection gives it.</param>
/// <param name="Line">The line of its name, from 1.</param>
/// <param name="Column">The column of its name, from 1.</param>
public sealed record DagClass(string Name, int Line, int Column);
