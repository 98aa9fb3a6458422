using Workflow.Graphs;

namespace Workflow.Loading;

/// <summary>What became of one DAG class of an assembly: a definition, or what is wrong with it.</summary>
/// <param name="ClassName">The class's full name.</param>
/// <param name="Definition">The definition; null when there is a problem. It holds the author's code, and with it the assembly.</param>
/// <param name="Problem">What is wrong; null when there is a definition.</param>
public sealed record DefinedDag(string ClassName, DagDefinition? Definition, DefinitionProblem? Problem);

/// <summary>Why a DAG class gives no definition. Holds text only, so that it outlives the assembly.</summary>
/// <param name="Message">What is wrong and what to do about it.</param>
/// <param name="File">The source file of the statement that failed, as it was given to the compiler; null for the file of the
/// class.</param>
/// <param name="Line">Its line, from 1; null when unknown.</param>
public sealed record DefinitionProblem(string Message, string? File = null, int? Line = null);
