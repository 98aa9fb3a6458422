using System.Runtime.CompilerServices;
using Workflow.Loading;
using Workflow.Scheduler.Loading;
using Workflow.Scheduler.Loading.Packages;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Loading.Packages;

public sealed class DagsWithPackagesTests : IDisposable
{
    private const string UsesGreeter = "dag.Description(Greeter.Word);";

    private readonly RestoredFolder folder = new();
    private readonly DagFolderLoader loader = new(new DagCompiler());
    private LoadResult state = LoadResult.Nothing;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Load_DagThatUsesAPackage_RecordsWhatItRefersToAndNothingElse()
    {
        AddGreeter("1.0.0", "hello");
        folder.Add("Unused", "1.0.0", "public class Unused { }");
        folder.Restore();
        Write("A.cs", Sources.Dag("a", define: UsesGreeter));
        Write("B.cs", Sources.Dag("b"));

        var result = Load();

        result.Diagnostics.ShouldBeEmpty();
        var (a, b) = (Dag("a"), Dag("b"));
        a.Facts.Description.ShouldBe("hello");
        a.Packages.Select(each => each.Name).ShouldBe(["Greeter", "Word"]);
        a.ReferenceVersions.Keys.ShouldBe(["Greeter", "Microsoft.NETCore.App", "Word", "Workflow.Core"]);
        a.ReferenceVersions["Greeter"].ShouldBe($"1.0.0 (Greeter.dll sha256:{a.Packages[0].Sha256})");
        b.Packages.ShouldBeEmpty();
        b.ReferenceVersions.Keys.ShouldBe(["Microsoft.NETCore.App", "Workflow.Core"]);
    }

    [Fact]
    public void Load_PackageUpdated_CompilesAllAndMakesNewVersionsOfThoseThatUseIt()
    {
        AddGreeter("1.0.0", "hello");
        folder.Restore();
        Write("A.cs", Sources.Dag("a", define: "dag.Task(\"greet\", _ => Task.FromResult(Greeter.Word));"));
        Write("B.cs", Sources.Dag("b"));
        Load();
        var before = (A: Dag("a"), B: Dag("b"));
        AddGreeter("1.1.0", "hi");
        folder.Restore();

        var after = Load();

        after.Compiled.ShouldBe(["A.cs", "B.cs"]);
        Dag("a").Facts.DefinitionHash.ShouldBe(before.A.Facts.DefinitionHash);
        Dag("a").VersionHash.ShouldNotBe(before.A.VersionHash);
        Dag("b").VersionHash.ShouldBe(before.B.VersionHash);
        Load().Compiled.ShouldBeEmpty();
    }

    [Fact]
    public void Load_RestoreGone_KeepsTheLastSetReportsTheProjectAndRecovers()
    {
        AddGreeter("1.0.0", "hello");
        folder.Restore();
        Write("A.cs", Sources.Dag("a", define: UsesGreeter));
        Load();
        File.Delete(folder.Assets);
        Write("A.cs", Sources.Dag("a", define: UsesGreeter + "dag.Owner(\"me\");"));

        var broken = Load();

        broken.Diagnostics.ShouldHaveSingleItem().File.ShouldBe("Workflow.Dags.csproj");
        Dag("a").Facts.Owner.ShouldBe("me");

        folder.Restore();
        Load().Diagnostics.ShouldBeEmpty();
        state.Compiled.ShouldBeEmpty();
        state.RemovedFiles.ShouldBe(["Workflow.Dags.csproj"]);
    }

    [Fact]
    public void Load_PackageOfTheHostInAnotherVersion_IsTheOneOfTheProject()
    {
        folder.Add("Npgsql", "99.0.0",
            "namespace Npgsql { public static class Mine { public static string Name => typeof(Mine).Assembly.GetName().ToString(); } }");
        folder.Restore();
        Write("A.cs", Sources.Dag("a", define: "dag.Description(Npgsql.Mine.Name);"));

        Load().Diagnostics.ShouldBeEmpty();

        Dag("a").Facts.Description.ShouldStartWith("Npgsql, Version=99.0.0.0,");
        typeof(Npgsql.NpgsqlConnection).Assembly.GetName().Version!.Major.ShouldNotBe(99);
    }

    [Theory]
    [InlineData("Npgsql")]
    [InlineData("Dapper")]
    [InlineData("Quartz")]
    [InlineData("Workflow.Scheduler")]
    [InlineData("Microsoft.Extensions.Logging.Abstractions")]
    public void Load_PackageThatOnlyTheHostHas_IsNotToBeFound(string name)
    {
        Write("A.cs", Sources.Dag("a", define: $"System.Reflection.Assembly.Load(\"{name}\");"));

        Load().Diagnostics.ShouldHaveSingleItem().Message.ShouldContain(
            $"FileNotFoundException: Could not load file or assembly '{name},");
    }

    [Theory]
    [InlineData("System.Text.Json")]
    [InlineData("System.Xml.Linq")]
    [InlineData("Workflow.Core")]
    public void Load_BaseLibrary_IsTheHosts(string name)
    {
        Write("A.cs", Sources.Dag("a", define: $"System.Reflection.Assembly.Load(\"{name}\");"));

        Load().Diagnostics.ShouldBeEmpty();
    }

    [Fact]
    public void Define_TwoVersionsOfOnePackage_RunSideBySide()
    {
        using var old = Assembly("1.0.0", "hello");
        using var recent = Assembly("2.0.0", "hi");

        (old.Find("a").Description, recent.Find("a").Description, old.Find("a").Description).ShouldBe(("hello", "hi", "hello"));
    }

    [Fact]
    public void Dispose_ManyReloadsWithPackages_AllContextsAreCollected()
    {
        var (image, packages) = Parts("1.0.0", "hello");
        var contexts = Enumerable.Range(0, 100).Select(_ => Reload(image, packages)).ToList();

        for (var round = 0; round < 20 && contexts.Exists(context => context.IsAlive); round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        contexts.Count(context => context.IsAlive).ShouldBeLessThan(5);
    }

    /// <remarks>Not inlined, so that no local of the caller keeps anything of the assembly.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Reload(byte[] image, Dictionary<string, byte[]> packages)
    {
        using var assembly = DagAssembly.Load(image, packages);
        DagFacts.Of(assembly.Find("a")).Description.ShouldBe("hello");
        return new WeakReference(assembly, trackResurrection: true);
    }

    /// <remarks>Greeter takes its word from another package, which the DAG file does not name.</remarks>
    private void AddGreeter(string version, string word)
    {
        var words =
            folder.Add("Word", version, $"public static class Words {{ public static string Greeting => \"{word}\"; }}", isDirect: false);
        folder.Add(
            "Greeter", version, "public static class Greeter { public static string Word => Words.Greeting; }",
            needs: new Dictionary<string, string> { ["Word"] = version }, references: words);
    }

    private (byte[] Image, Dictionary<string, byte[]> Packages) Parts(string version, string word)
    {
        AddGreeter(version, word);
        folder.Restore();
        Write("A.cs", Sources.Dag("a", define: UsesGreeter));
        Load();
        return (Dag("a").AssemblyBytes, Dag("a").Packages.ToDictionary(each => each.Name, each => each.Bytes));
    }

    private DagAssembly Assembly(string version, string word)
    {
        var (image, packages) = Parts(version, word);
        return DagAssembly.Load(image, packages);
    }

    private LoadedDag Dag(string id) => state.Dags.Single(dag => dag.Id == id);

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(folder.Root, file), text);

    private LoadResult Load() => state = loader.Load(DagFolder.Scan(folder.Root, state.Packages), state);
}
