using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Workflow.Loading;

namespace Workflow.Scheduler.Timetables;

/// <summary>An author's own timetable failed.</summary>
/// <param name="message">What it did, and where.</param>
/// <param name="isStuck">Whether it did not return: then the thread that asked it is lost, and asking again would lose another.</param>
public sealed class TimetableException(string message, bool isStuck) : WorkflowException(message)
{
    /// <summary>Whether it did not return.</summary>
    public bool IsStuck { get; } = isStuck;
}

/// <summary>Asks the timetables of authors, which live in the compiled code of their DAGs.</summary>
/// <remarks>
/// It is author's code on the scheduler's threads: it gets a thread of its own and a limit, and whatever it throws becomes text, for an
/// exception would keep the assembly alive. What it is asked for must not hold types of the assembly either.
/// </remarks>
public static class OwnTimetables
{
    /// <summary>How long one question may take unless said otherwise.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(5);

    /// <summary>Asks a DAG's own timetable.</summary>
    /// <param name="dagId">The DAG.</param>
    /// <param name="image">The compiled code of the DAG's version.</param>
    /// <param name="question">What to ask.</param>
    /// <param name="limit">How long that may take; <see cref="DefaultLimit"/> unless given.</param>
    /// <param name="packages">The assemblies of packages that the code refers to, by simple name.</param>
    /// <exception cref="TimetableException">The code does not load, or the timetable threw, answered nonsense, or did not
    /// return.</exception>
    public static T Ask<T>(string dagId, byte[] image, Func<ITimetable, T> question, TimeSpan? limit = null,
        IReadOnlyDictionary<string, byte[]>? packages = null)
    {
        using var assembly = Load(dagId, image, packages, out var timetable);
        var name = timetable.GetType().FullName;
        var time = limit ?? DefaultLimit;
        var answered = new Answer<T>();
        var thread = new Thread(() => answered.Take(timetable, question))
        {
            IsBackground = true,
            Name = "timetable",
        };
        thread.Start();
        if (!thread.Join(time))
        {
            throw new TimetableException(
                $"DAG '{dagId}': timetable {name} did not answer within {time.TotalSeconds:0.###} seconds. "
                + "It is asked again when its file changes.",
                isStuck: true);
        }

        return answered.Problem is { } problem
            ? throw new TimetableException($"DAG '{dagId}': timetable {name}: {problem}", isStuck: false)
            : answered.Value!;
    }

    private static DagAssembly Load(string dagId, byte[] image, IReadOnlyDictionary<string, byte[]>? packages, out ITimetable timetable)
    {
        DagAssembly? assembly = null;
        try
        {
            assembly = DagAssembly.Load(image, packages);
            timetable = assembly.Find(dagId).Timetable ?? throw new DagDefinitionException("it has no timetable of its own.");
            return assembly;
        }
        catch (Exception exception) when (exception is BadImageFormatException or FileLoadException or ReflectionTypeLoadException
            or WorkflowException)
        {
            assembly?.Dispose();
            throw new TimetableException($"DAG '{dagId}': its code cannot be asked: {exception.Message}", isStuck: false);
        }
    }

    private sealed class Answer<T>
    {
        public T? Value { get; private set; }

        public string? Problem { get; private set; }

        [SuppressMessage("Design", "CA1031", Justification = "Author's code may throw anything, and no DAG may disturb another.")]
        public void Take(ITimetable timetable, Func<ITimetable, T> question)
        {
            try
            {
                Value = question(timetable);
            }
            catch (WorkflowException exception)
            {
                Problem = exception.Message;
            }
            catch (Exception exception)
            {
                var frame = new StackTrace(exception, fNeedFileInfo: true).GetFrames()
                    .FirstOrDefault(frame => frame.GetMethod()?.Module.Assembly.IsCollectible == true && frame.GetFileLineNumber() > 0);
                var place = frame is null ? "" : $" ({frame.GetFileName()}, line {frame.GetFileLineNumber()})";
                Problem = $"Next threw {exception.GetType().Name}: {exception.Message}{place}";
            }
        }
    }
}
