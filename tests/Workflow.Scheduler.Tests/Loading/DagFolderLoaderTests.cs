using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;
using Workflow.Scheduler.Loading;

namespace Workflow.Scheduler.Tests.Loading;

public sealed class DagFolderLoaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DagFolderLoader loader = new(new DagCompiler(), TimeSpan.FromSeconds(5));
    private LoadResult state = LoadResult.Nothing;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Load_MissingFolder_GivesNothingAndSaysSo()
    {
        folder.Dispose();

        var result = Load();

        result.Files.ShouldBeEmpty();
        result.Summary.ShouldEndWith("does not exist yet.");
    }

    [Fact]
    public void Load_TwoFiles_GivesBothWithAllThatAVersionNeeds()
    {
        folder.Write("lib/S.cs", "static class Shared { public const string Tag = \"s\"; }");
        folder.Write(
            "A.cs", Sources.Dag("a",
                define: "dag.Schedule(Cron.Of(\"0 2 * * *\", \"Europe/Berlin\")).Tags(Shared.Tag); dag.Param(\"month\", \"2019-01\");"));
        folder.Write("team/B.cs", Sources.Dag("b"));

        var result = Load();

        result.Diagnostics.ShouldBeEmpty();
        result.Dags.Select(dag => (dag.Id, dag.Source.File)).ShouldBe([("a", "A.cs"), ("b", "team/B.cs")]);
        var a = result.Dags.First();
        a.Facts.ScheduleSettings.Schedule.ShouldBe(new Cron("0 2 * * *", "Europe/Berlin"));
        a.Facts.Tags.ShouldBe(["s"]);
        a.Facts.Parameters.ShouldHaveSingleItem().Name.ShouldBe("month");
        a.Facts.Graph.Tasks.ShouldHaveSingleItem().Id.ShouldBe("first");
        a.SharedSources.ShouldHaveSingleItem().File.ShouldBe("lib/S.cs");
        a.VersionHash.Length.ShouldBe(64);
        a.AssemblyBytes.ShouldNotBeEmpty();
        a.ReferenceVersions.Keys.ShouldBe(["Microsoft.NETCore.App", "Workflow.Core"]);
    }

    [Fact]
    public void Load_OneFileChanged_CompilesThatOneOnly()
    {
        folder.Write("A.cs", Sources.Dag("a"));
        folder.Write("B.cs", Sources.Dag("b"));
        var before = Load();
        folder.Write("B.cs", Sources.Dag("b", define: "dag.Owner(\"me\");"));

        var after = Load();

        after.Compiled.ShouldBe(["B.cs"]);
        Dag(after, "a").ShouldBeSameAs(Dag(before, "a"));
        Dag(after, "b").VersionHash.ShouldNotBe(Dag(before, "b").VersionHash);
        Load().Compiled.ShouldBeEmpty();
    }

    [Fact]
    public void Load_SharedFileChanged_CompilesAllAndMakesNewVersions()
    {
        folder.Write("lib/S.cs", "static class Shared { public const int N = 1; }");
        folder.Write("A.cs", Sources.Dag("a"));
        folder.Write("B.cs", Sources.Dag("b"));
        var before = Load();
        folder.Write("lib/S.cs", "static class Shared { public const int N = 2; }");

        var after = Load();

        after.Compiled.ShouldBe(["A.cs", "B.cs"]);
        Dag(after, "a").VersionHash.ShouldNotBe(Dag(before, "a").VersionHash);
        Dag(after, "a").Facts.DefinitionHash.ShouldBe(Dag(before, "a").Facts.DefinitionHash);
    }

    [Fact]
    public void Load_BrokenFile_ReportsItHoldsItsIdsAndLeavesTheOthersAlone()
    {
        folder.Write("A.cs", Sources.Dag("a"));
        folder.Write("B.cs", Sources.Dag("b"));
        var before = Load();
        folder.Write("A.cs", "class A {");
        folder.Write("C.cs", Sources.Dag("a"));

        var broken = Load();

        broken.Dags.Select(dag => dag.Id).ShouldBe(["b"]);
        Dag(broken, "b").ShouldBeSameAs(Dag(before, "b"));
        var file = broken.Files[0];
        file.Held.ShouldBe(["a"]);
        file.Diagnostics.ShouldHaveSingleItem().Code.ShouldBe("CS1513");
        broken.Files[2].Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("also in A.cs, which had it first");
        broken.RemovedDags.ShouldBeEmpty();

        folder.Write("A.cs", Sources.Dag("a"));
        var mended = Load();

        Dag(mended, "a").Source.File.ShouldBe("A.cs");
        mended.Files[0].Held.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("dag.Schedule(Cron.Of(\"61 * * * *\"));", ImportCodes.Schedule)]
    [InlineData("dag.Schedule(new Cron(\"0 0 * * *\", \"Mars/Olympus\"));", ImportCodes.Schedule)]
    [InlineData("throw new Exception(\"no\");", ImportCodes.Definition)]
    [InlineData("dag.Task(\"first\", _ => Task.CompletedTask);", ImportCodes.Definition)]
    [InlineData("dag.Description(DateTime.UtcNow.Ticks.ToString());", ImportCodes.Definition)]
    public void Load_WrongDefinition_IsAnImportErrorInTheFile(string define, string code)
    {
        folder.Write("A.cs", Sources.Dag("a", define: define));
        folder.Write("B.cs", Sources.Dag("b"));

        var result = Load();

        var found = result.Diagnostics.ShouldHaveSingleItem();
        (found.File, found.Code, found.Severity).ShouldBe(("A.cs", code, ImportSeverity.Error));
        found.Line.ShouldBeGreaterThan(1);
        result.Dags.Select(dag => dag.Id).ShouldBe(["b"]);
    }

    [Fact]
    public void Load_DefinitionWithSeveralMistakes_ReportsAllOfThem()
    {
        folder.Write("A.cs", Sources.Dag("a", define: """
            dag.Schedule(Cron.Of("61 * * * *"));
            dag.Param("n", 1, pattern: "a");
            dag.Task("next", _ => Task.CompletedTask).Retries(1, Backoff.Exponential(multiplier: 0)).Rule(TriggerRule.OneFailed);
            """));

        var result = Load();

        result.Dags.ShouldBeEmpty();
        result.Diagnostics.Select(found => (found.Code, found.Severity)).ShouldBe([
            (ImportCodes.Schedule, ImportSeverity.Error), (ImportCodes.Parameter, ImportSeverity.Error),
            (ImportCodes.Task, ImportSeverity.Error), (ImportCodes.Task, ImportSeverity.Warning)]);
    }

    [Fact]
    public void Load_PoolsChanged_ChecksAllAnewInTheSameVersions()
    {
        folder.Write("A.cs", Sources.Dag("a"));
        var before = Load();

        var after = loader.Load(DagFolder.Scan(folder.Root), before, pools: new Dictionary<string, int> { ["small"] = 1 });

        after.Compiled.ShouldBe(["A.cs"]);
        Dag(after, "a").VersionHash.ShouldBe(Dag(before, "a").VersionHash);
        loader.Load(DagFolder.Scan(folder.Root), after, pools: new Dictionary<string, int> { ["small"] = 1 }).Compiled.ShouldBeEmpty();
    }

    [Fact]
    public void Load_DefinitionThatHangs_IsAnImportErrorAndTheOthersLoad()
    {
        folder.Write("A.cs", Sources.Dag("a", define: "new ManualResetEvent(false).WaitOne();"));
        folder.Write("B.cs", Sources.Dag("b"));
        var impatient = new DagFolderLoader(new DagCompiler(), TimeSpan.FromMilliseconds(500));

        var result = impatient.Load(DagFolder.Scan(folder.Root), state);

        result.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("did not return within 0.5 seconds");
        result.Dags.Select(dag => dag.Id).ShouldBe(["b"]);
    }

    [Fact]
    public void Load_FileWithoutDag_IsAWarningThatSaysSo()
    {
        folder.Write("A.cs", "static class NoDag { }");

        var found = Load().Diagnostics.ShouldHaveSingleItem();

        (found.Code, found.Severity).ShouldBe((ImportCodes.NoDag, ImportSeverity.Warning));
        found.Message.ShouldContain("no class that implements IDag");
    }

    [Fact]
    public void Load_TwoNewFilesWithOneId_TheFirstByNameHasItAndTheOtherIsToldBothNames()
    {
        folder.Write("B.cs", Sources.Dag("same"));
        folder.Write("A.cs", Sources.Dag("same"));

        var result = Load();

        Dag(result, "same").Source.File.ShouldBe("A.cs");
        result.Files[0].Diagnostics.ShouldBeEmpty();
        var found = result.Files[1].Diagnostics.ShouldHaveSingleItem();
        found.Message.ShouldContain("A.cs");
        found.Message.ShouldContain("B.cs");
    }

    [Fact]
    public void Load_SecondFileTakesAnIdThatIsHad_TheFileThatHadItKeepsItUntilItIsDeleted()
    {
        folder.Write("B.cs", Sources.Dag("same"));
        Load();
        folder.Write("A.cs", Sources.Dag("same"));

        Dag(Load(), "same").Source.File.ShouldBe("B.cs");

        folder.Delete("B.cs");
        var after = Load();
        Dag(after, "same").Source.File.ShouldBe("A.cs");
        after.Compiled.ShouldBeEmpty();
        after.Diagnostics.ShouldBeEmpty();
        after.MovedDags.ShouldBe([new MovedDag("same", "B.cs", "A.cs")]);
    }

    [Fact]
    public void Load_FirstLoadWithKnownOwners_TheKnownOwnerKeepsTheId()
    {
        folder.Write("A.cs", Sources.Dag("same"));
        folder.Write("B.cs", Sources.Dag("same"));

        var result = loader.Load(
            DagFolder.Scan(folder.Root), state, new Dictionary<string, string> { ["same"] = "B.cs", ["gone"] = "Old.cs" });

        Dag(result, "same").Source.File.ShouldBe("B.cs");
        result.RemovedDags.ShouldBe(["gone"]);
    }

    [Fact]
    public void Load_OneFileWithOneIdTwice_KeepsTheFirstClass()
    {
        folder.Write("A.cs", Sources.Dag("same", "Second") + Sources.Dag("same", "First"));

        var result = Load();

        result.Dags.ShouldHaveSingleItem().Class.Name.ShouldBe("First");
        result.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("twice, in First and in Second");
    }

    [Fact]
    public void Load_DeletedFile_ReportsFileAndDagsRemoved()
    {
        folder.Write("A.cs", Sources.Dag("a"));
        folder.Write("B.cs", Sources.Dag("b"));
        Load();
        folder.Delete("A.cs");

        var result = Load();

        result.RemovedFiles.ShouldBe(["A.cs"]);
        result.RemovedDags.ShouldBe(["a"]);
        result.Dags.Select(dag => dag.Id).ShouldBe(["b"]);
    }

    [Fact]
    public void Load_RenamedFile_MovesTheDagInTheSameVersion()
    {
        folder.Write("A.cs", Sources.Dag("a"));
        var before = Load();
        folder.Move("A.cs", "Z.cs");

        var after = Load();

        after.MovedDags.ShouldBe([new MovedDag("a", "A.cs", "Z.cs")]);
        after.RemovedFiles.ShouldBe(["A.cs"]);
        after.RemovedDags.ShouldBeEmpty();
        Dag(after, "a").VersionHash.ShouldBe(Dag(before, "a").VersionHash);
    }

    [Fact]
    public void Load_FileUnreadableForAWhile_HoldsItsDagsAndComesBack()
    {
        folder.Write("A.cs", Sources.Dag("a"));
        Load();
        folder.Delete("A.cs");
        File.CreateSymbolicLink(Path.Combine(folder.Root, "A.cs"), "A.cs");

        var unreadable = Load();
        unreadable.Files.ShouldHaveSingleItem().Held.ShouldBe(["a"]);
        unreadable.Diagnostics.ShouldHaveSingleItem().Code.ShouldBe(ImportCodes.Unreadable);

        folder.Delete("A.cs");
        folder.Write("A.cs", Sources.Dag("a"));
        Load().Dags.ShouldHaveSingleItem().Id.ShouldBe("a");
    }

    [Fact]
    public void Load_ManyEdits_LeavesNoAssemblyBehind()
    {
        var names = new HashSet<string>();
        for (var edit = 0; edit < 30; edit++)
        {
            folder.Write("A.cs", Sources.Dag("a", define: $"dag.Owner(\"{edit}\");"));
            names.Add(AssemblyName(Dag(Load(), "a").AssemblyBytes));
        }

        for (var round = 0; round < 20 && Loaded() > 0; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        names.Count.ShouldBe(30);
        Loaded().ShouldBeLessThan(3);

        int Loaded() => AssemblyLoadContext.All.SelectMany(context => context.Assemblies)
            .Count(assembly => names.Contains(assembly.GetName().Name!));
    }

    private static LoadedDag Dag(LoadResult result, string id) => result.Dags.Single(dag => dag.Id == id);

    private static string AssemblyName(byte[] image)
    {
        using var reader = new PEReader(new MemoryStream(image));
        var metadata = reader.GetMetadataReader();
        return metadata.GetString(metadata.GetAssemblyDefinition().Name);
    }

    private LoadResult Load() => state = loader.Load(DagFolder.Scan(folder.Root), state);
}
