using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Workflow.Loading;
using Workflow.Scheduler.Loading;

namespace Workflow.Scheduler.Tests.Loading;

public sealed class DagAssemblyTests
{
    private static readonly DagCompiler Compiler = new();

    [Fact]
    public void Define_SeveralClasses_GivesEachInOrderOfNames()
    {
        using var assembly =
            Load(Sources.Dag("b", "B") + Sources.Dag("a", "A")
                + "abstract class C : IDag { public abstract void Define(DagBuilder dag); }");

        assembly.Define().Select(dag => (dag.ClassName, dag.Definition?.Id)).ShouldBe([("A", "a"), ("B", "b")]);
    }

    [Theory]
    [InlineData("dag.Description(DateTime.UtcNow.Ticks.ToString());")]
    [InlineData("dag.Description(Guid.NewGuid().ToString());")]
    [InlineData("dag.Task($\"t{Calls.Count++}\", _ => Task.CompletedTask);")]
    public void Define_DefinitionThatChanges_SaysItIsNotDeterministic(string define)
    {
        using var assembly = Load(Sources.Dag("a", define: define) + "static class Calls { public static int Count; }");

        var problem = assembly.Define().ShouldHaveSingleItem().Problem;

        problem.ShouldNotBeNull().Message.ShouldContain(
            "the definition is not deterministic: it reads the clock, chance or the environment");
    }

    [Fact]
    public void Define_DefinitionThatThrows_NamesFileAndLine()
    {
        using var assembly = Load(Sources.Dag("a", define: "throw new FormatException(\"bad month\");"));

        assembly.Define().ShouldHaveSingleItem().Problem
            .ShouldBe(new DefinitionProblem("Sample.Define threw FormatException: bad month", "A.cs", 8));
    }

    [Fact]
    public void Define_MistakeThatTheBuilderFinds_NamesTheAuthorsLine()
    {
        using var assembly = Load(Sources.Dag("a", define: "dag.Task(\"first\", _ => Task.CompletedTask);"));

        assembly.Define()
            .ShouldHaveSingleItem().Problem.ShouldBe(
                new DefinitionProblem("Two tasks are called 'first': give one of them another id.", "A.cs", 8));
    }

    [Fact]
    public void Define_ExceptionOfTheAuthorsOwnType_IsTextOnly()
    {
        using var assembly =
            Load(Sources.Dag("a", define: "throw new Own();") + "class Own : Exception { public override string Message => \"mine\"; }");

        assembly.Define().ShouldHaveSingleItem().Problem!.Message.ShouldBe("Sample.Define threw Own: mine");
    }

    [Fact]
    public void Define_StaticConstructorThatThrows_SaysTheCause()
    {
        using var assembly =
            Load(Sources.Dag("a", define: "dag.Tags(Bad.Tag);")
                + "static class Bad { public static readonly string Tag = int.Parse(\"x\").ToString(); }");

        assembly.Define().ShouldHaveSingleItem().Problem!.Message.ShouldContain("FormatException");
    }

    [Fact]
    public void Define_ConstructorWithParameters_IsRefused()
    {
        using var assembly = Load("class NeedsMore(int n) : IDag { public void Define(DagBuilder dag) => dag.Id($\"a{n}\"); }");

        assembly.Define().ShouldHaveSingleItem().Problem!.Message.ShouldBe("NeedsMore needs a constructor without parameters.");
    }

    [Fact]
    public void Define_DefinitionThatHangs_IsGivenUpAndTheOthersStand()
    {
        using var assembly =
            Load(Sources.Dag("a", "A") + Sources.Dag("b", "B", define: "new ManualResetEvent(false).WaitOne();") + Sources.Dag("c", "C"));

        var found = assembly.Define(TimeSpan.FromMilliseconds(500));

        found.Select(dag => (dag.ClassName, dag.Definition?.Id)).ShouldBe([("A", "a"), ("B", null)]);
        found[1].Problem!.Message.ShouldStartWith("B.Define did not return within 0.5 seconds.");
    }

    [Fact]
    public void Find_UnknownDag_SaysWhatThereIs()
    {
        using var assembly = Load(Sources.Dag("a"));

        Should.Throw<DagDefinitionException>(() =>
            assembly.Find("z")).Message.ShouldBe("The assembly does not define DAG 'z'; it defines: a.");
    }

    [Fact]
    public void Define_AfterDispose_Throws()
    {
        var assembly = Load(Sources.Dag("a"));
        assembly.Dispose();
        assembly.Dispose();

        Should.Throw<ObjectDisposedException>(() => assembly.Define());
    }

    [Fact]
    public void Dispose_FiveHundredReloads_AllContextsAreCollected()
    {
        var good = Compile(WithOwnTypes);
        var bad = Compile(Sources.Dag("b", define: "throw new Own();", top: "public sealed class Own : Exception;"));
        var kept = new List<object>();
        var contexts = new List<WeakReference>();
        for (var at = 0; at < 250; at++)
        {
            contexts.Add(Reload(good, kept));
            contexts.Add(Reload(bad, kept));
        }

        Alive(contexts, rounds: 20).ShouldBeLessThan(5);
        kept.Count.ShouldBe(500);
    }

    /// <remarks>
    /// System.Text.Json keeps the members that it looked at for a second in a cache that it sweeps when it is used next. So those of the
    /// last second may live on for a while, but each round here is such a use: what is still alive at the end never dies.
    /// </remarks>
    [Fact]
    public void Json_ValuesOfTheAssemblysTypes_DoNotPinIt()
    {
        // As the rest of the engine has them: in use, and of the same settings as an assembly's own.
        var hosts = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        JsonSerializer.Serialize(1, hosts);
        var image = Compile(WithOwnTypes);
        var contexts = Enumerable.Range(0, 100).Select(_ => Serialize(image)).ToList();

        var since = Stopwatch.StartNew();
        while (Alive(contexts, rounds: 1) >= 5 && since.Elapsed < TimeSpan.FromSeconds(30))
            JsonSerializer.Serialize(new { since.Elapsed },
                new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() });

        Alive(contexts, rounds: 1).ShouldBeLessThan(5);
        GC.KeepAlive(hosts);
    }

    private static string WithOwnTypes => Sources.Dag("a", top: "public sealed record Row(string Name, int Count);", define: """
        var rows = dag.Task("rows", async context => { await Task.Yield(); return new Row("a", 1); });
        dag.Task("more", rows, async (TaskContext context, Row row) => { await Task.Yield(); return new List<Row> { row }; });
        """);

    /// <remarks>Not inlined, here and below, so that no local of the caller keeps anything of the assembly.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Reload(byte[] image, List<object> kept)
    {
        using var assembly = DagAssembly.Load(image);
        var dag = assembly.Define()[0];
        kept.Add(dag.Definition is { } definition ? DagFacts.Of(definition) : dag.Problem!);
        return new WeakReference(ContextOf(assembly), trackResurrection: true);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Serialize(byte[] image)
    {
        using var assembly = DagAssembly.Load(image);
        var type = assembly.Find("a").Code[2].Inputs[0].Type;
        var value = JsonSerializer.Deserialize("""{"name":"a","count":2}""", type, assembly.Json);
        JsonSerializer.Serialize(value, type, assembly.Json).ShouldBe("""{"name":"a","count":2}""");
        return new WeakReference(ContextOf(assembly), trackResurrection: true);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Alive(List<WeakReference> contexts, int rounds)
    {
        for (var at = 0; at < rounds && contexts.Exists(context => context.IsAlive); at++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return contexts.Count(context => context.IsAlive);
    }

    private static AssemblyLoadContext ContextOf(DagAssembly assembly) => (AssemblyLoadContext)typeof(DagAssembly)
        .GetField("context", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(assembly)!;

    private static DagAssembly Load(string source) => DagAssembly.Load(Compile(source));

    private static byte[] Compile(string source)
    {
        var compiled = Compiler.Compile(SourceFile.Of("A.cs", source), []);
        compiled.Diagnostics.ShouldBeEmpty();
        return compiled.Image!;
    }
}
