namespace Workflow.Architecture.Tests;

/// <summary>
/// What authors of DAGs see is held by a committed list: a stored DAG assembly must load in every later engine of the same major version,
/// so members may be added (as overloads, never as parameters) and none may go.
/// </summary>
public sealed class PublicSurfaceTests
{
    private const string Baseline = "tests/Workflow.Architecture.Tests/PublicSurface.txt";
    private const string Accept = "WORKFLOW_ACCEPT_SURFACE";

    [Fact]
    public void PublicSurface_OfTheAuthorsNamespace_IsAsCommitted()
    {
        var path = Path.Combine(Repository.Root, Baseline);
        var now = typeof(IDag).Assembly.GetExportedTypes().Where(type => type.Namespace == nameof(Workflow))
            .OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(SurfaceText.Of).ToList();
        if (Environment.GetEnvironmentVariable(Accept) == "1")
            File.WriteAllText(path, string.Concat(now.Select(line => $"{line}\n")));

        var committed = File.Exists(path) ? File.ReadAllLines(path) : [];
        string[] difference =
        [
            .. committed.Except(now).Select(line => $"- {line}"),
            .. now.Except(committed).Select(line => $"+ {line}"),
        ];

        difference.ShouldBeEmpty(
            $"The public surface differs from {Baseline}. A line that went (-) breaks DAGs that are stored compiled: bring it back, or raise the "
            + $"major version. To accept what is new (+), run this test once with {Accept}=1 and commit the file.");
    }

    [Fact]
    public void SurfaceOf_KnownType_HasOneLineForEachPublicMember() => SurfaceText.Of(typeof(Sample<>)).ShouldBe(
        [
            "sealed class Workflow.Architecture.Tests.Sample<T> : System.IDisposable",
            "Workflow.Architecture.Tests.Sample<T>..ctor(System.Int32 count = 1)",
            "System.Void Workflow.Architecture.Tests.Sample<T>.Dispose()",
            "System.String? Workflow.Architecture.Tests.Sample<T>.Name { get; }",
            "static T Workflow.Architecture.Tests.Sample<T>.Pick<TOther>(params T[] items) where TOther : class",
            "const System.Int32 Workflow.Architecture.Tests.Sample<T>.Limit = 3",
        ],
        ignoreOrder: true);
}

/// <summary>A type with one member of each kind.</summary>
public sealed class Sample<T>(int count = 1) : IDisposable
{
    /// <summary>A constant: its value is compiled into those who use it.</summary>
    public const int Limit = 3;

    /// <summary>A property without a public setter.</summary>
    public string? Name { get; private set; } = $"{count}";

    /// <summary>A generic method.</summary>
    public static T Pick<TOther>(params T[] items)
        where TOther : class => items[0];

    /// <inheritdoc />
    public void Dispose() => Name = null;
}
