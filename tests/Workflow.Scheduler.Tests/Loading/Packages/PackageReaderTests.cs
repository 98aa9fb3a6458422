using System.Text.Json.Nodes;
using Workflow.Scheduler.Loading;
using Workflow.Scheduler.Loading.Packages;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Loading.Packages;

public sealed class PackageReaderTests : IDisposable
{
    private const string Greeter = "public static class Greeter { public const string Word = \"hello\"; }";

    private readonly RestoredFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_NoProject_IsNoPackages() => Read().Packages.ShouldBeSameAs(PackageSet.None);

    [Fact]
    public void Read_ProjectWithoutPackagesThatWasNeverRestored_IsNoPackages()
    {
        folder.WriteProject();

        var found = Read();

        found.Problems.ShouldBeEmpty();
        found.Packages.ShouldBeSameAs(PackageSet.None);
    }

    [Fact]
    public void Read_Restored_GivesTheAssembliesOfDirectAndTransitivePackages()
    {
        var low = folder.Add("Low", "1.2.0", "public class Low { }", isDirect: false);
        folder.Add("High", "2.0.0", "public class High : Low { }", needs: new Dictionary<string, string> { ["Low"] = "1.2.0" },
            references: low);
        folder.Restore();

        var found = Read();

        found.Problems.ShouldBeEmpty();
        found.Packages.Assemblies.Select(each => (each.Name, each.Package, each.PackageVersion))
            .ShouldBe([("High", "High", "2.0.0"), ("Low", "Low", "1.2.0")]);
        found.Packages.Assemblies[1].Bytes.ShouldBe(low);
        found.Packages.Assemblies[1].Sha256.ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(low)));
    }

    [Fact]
    public void Read_Unchanged_IsTheKnownSetAndAChangedFileIsNot()
    {
        folder.Add("Greeter", "1.0.0", Greeter);
        folder.Restore();
        var known = Read().Packages;

        Read(known).Packages.ShouldBeSameAs(known);

        folder.Add("Greeter", "1.0.0", Greeter.Replace("hello", "good morning", StringComparison.Ordinal));
        Read(known).Packages.Sha256.ShouldNotBe(known.Sha256);
    }

    [Fact]
    public void Read_NeverRestored_NamesTheReferenceAndTheCommandAndKeepsTheKnownSet()
    {
        folder.Add("Greeter", "1.0.0", Greeter);
        folder.Restore();
        var known = Read().Packages;
        File.Delete(folder.Assets);

        var found = Read(known);

        found.Packages.ShouldBeSameAs(known);
        found.Problems.ShouldHaveSingleItem().ShouldBe(new ImportDiagnostic(
            "Workflow.Dags.csproj", 6, 6, ImportCodes.Packages,
            $"The packages of this project (Greeter) are not restored. Run: dotnet restore {folder.Project}", ImportSeverity.Error));
    }

    [Fact]
    public void Read_ReferenceAddedSinceTheRestore_NamesItsLine()
    {
        folder.Add("Greeter", "1.0.0", Greeter);
        folder.Restore();
        var known = Read().Packages;
        folder.Add("Later", "1.0.0", "public class Later { }");
        folder.WriteProject();

        var found = Read(known);

        found.Packages.ShouldBeSameAs(known);
        var problem = found.Problems.ShouldHaveSingleItem();
        problem.Line.ShouldBe(7);
        problem.Message.ShouldBe($"Package 'Later' is not restored. Run: dotnet restore {folder.Project}");
    }

    [Fact]
    public void Read_VersionChangedSinceTheRestore_NamesBoth()
    {
        folder.Add("Greeter", "1.0.0", Greeter);
        folder.Restore();
        folder.Add("Greeter", "1.1.0", Greeter);
        folder.WriteProject();

        Read().Problems.ShouldHaveSingleItem().Message
            .ShouldBe($"Package 'Greeter' is to be 1.1.0, and [1.0.0, ) is restored. Run: dotnet restore {folder.Project}");
    }

    [Fact]
    public void Read_PackageGoneFromDisk_NamesPackageAndFile()
    {
        folder.Add("Greeter", "1.0.0", Greeter);
        folder.Restore();
        File.Delete(folder.FileOf("Greeter", "1.0.0", "lib/net10.0/Greeter.dll"));

        Read().Problems.ShouldHaveSingleItem().Message.ShouldStartWith(
            "Package 'Greeter 1.0.0' is not on this machine: lib/net10.0/Greeter.dll is missing. Run: dotnet restore ");
    }

    [Fact]
    public void Read_NativeLibraryOfThisHost_IsRefusedWithWhoNeedsItAndTheOthersAreTaken()
    {
        folder.Add("Greeter", "1.0.0", Greeter);
        folder.Add("Wrapper", "1.0.0", Greeter, needs: new Dictionary<string, string> { ["Engine.Native"] = "3.0.0" });
        folder.Add("Engine.Native", "3.0.0", RuntimeTargets("native", (HostRids.Here[0], "native/libengine.so")), isDirect: false);
        folder.Restore();

        var found = Read();

        found.Packages.Assemblies.ShouldHaveSingleItem().Name.ShouldBe("Greeter");
        var problem = found.Problems.ShouldHaveSingleItem();
        problem.Line.ShouldBe(7);
        problem.Message.ShouldStartWith(
            "Package 'Engine.Native 3.0.0', which 'Wrapper' needs, has native libraries (libengine.so), which cannot be loaded");
    }

    [Fact]
    public void Read_NativeLibraryOfAnotherHost_IsOfNoConcern()
    {
        folder.Add("Greeter", "1.0.0", Greeter, needs: new Dictionary<string, string> { ["Other.Native"] = "3.0.0" });
        folder.Add("Other.Native", "3.0.0", RuntimeTargets("native", ("browser-wasm", "native/libother.a")), isDirect: false);
        folder.Restore();

        var found = Read();

        found.Problems.ShouldBeEmpty();
        found.Packages.Assemblies.ShouldHaveSingleItem().Name.ShouldBe("Greeter");
    }

    [Fact]
    public void Read_ManagedAssemblyForThisHost_RunsInsteadOfThePortableOne()
    {
        folder.Add("Greeter", "1.0.0", Greeter);
        var entry = RuntimeTargets("runtime", ("any", "lib/net10.0/Greeter.dll"), (HostRids.Here[0], "lib/net10.0/Greeter.dll"));
        entry["compile"] = new JsonObject { ["lib/net10.0/Greeter.dll"] = new JsonObject() };
        entry["runtime"] = new JsonObject { ["lib/net10.0/Greeter.dll"] = new JsonObject() };
        folder.Add("Greeter", "1.0.0", entry);
        var own = RestoredFolder.Compile("Greeter", "1.0.0.0", Greeter.Replace("hello", "of this host", StringComparison.Ordinal));
        folder.Write("Greeter", "1.0.0", $"runtimes/{HostRids.Here[0]}/lib/net10.0/Greeter.dll", own);
        folder.Restore();

        Read().Packages.Assemblies.ShouldHaveSingleItem().Bytes.ShouldBe(own);
    }

    [Fact]
    public void Read_AssembliesThatTheHostHas_AreTheHosts()
    {
        folder.Add("System.Text.Json", "99.0.0", Greeter);
        folder.Add("Workflow.Core", "99.0.0", Greeter);
        folder.Restore();

        var found = Read();

        found.Problems.ShouldBeEmpty();
        found.Packages.Assemblies.ShouldBeEmpty();
    }

    [Fact]
    public void Read_TwoPackagesWithOneAssembly_TheHigherVersionCounts()
    {
        folder.Add("Greeter", "1.0.0", Greeter);
        folder.Add("Zoo", "1.0.0", Greeter);
        folder.Write("Zoo", "1.0.0", "lib/net10.0/Zoo.dll", RestoredFolder.Compile("Greeter", "2.0.0.0", Greeter));
        folder.Restore();

        Read().Packages.Assemblies.ShouldHaveSingleItem().Package.ShouldBe("Zoo");
    }

    [Fact]
    public void Read_NoAssembly_NamesPackageAndFile()
    {
        folder.Add("Greeter", "1.0.0", Greeter);
        folder.Write("Greeter", "1.0.0", "lib/net10.0/Greeter.dll", "not an assembly"u8.ToArray());
        folder.Restore();

        Read().Problems.ShouldHaveSingleItem().Message.ShouldStartWith("Package 'Greeter 1.0.0': Greeter.dll is no .NET assembly.");
    }

    [Fact]
    public void Read_OtherProjectReferenced_IsAWarning()
    {
        folder.Add("Greeter", "1.0.0", Greeter);
        folder.Add("Shared.Code", "1.0.0", new JsonObject { ["type"] = "project" }, isDirect: false);
        folder.Restore();

        var found = Read();

        found.Packages.Assemblies.ShouldHaveSingleItem();
        var problem = found.Problems.ShouldHaveSingleItem();
        (problem.Severity, problem.Message).ShouldBe((ImportSeverity.Warning,
            "The project references the project 'Shared.Code', which DAG files cannot use: the engine compiles them against packages. Move its code into lib/, or pack it."));
    }

    [Fact]
    public void Read_OtherFramework_SaysSo()
    {
        folder.Add("Greeter", "1.0.0", Greeter);
        folder.Restore(framework: "net8.0");

        Read().Problems.ShouldHaveSingleItem().Message.ShouldContain("It is for net8.0 and not for net10.0: set the TargetFramework.");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{ "targets": { "net10.0": { "A/1.0.0": 3 } } }""")]
    public void Read_RestoreResultHalfWritten_SaysSoAndKeepsTheKnownSet(string text)
    {
        folder.Add("Greeter", "1.0.0", Greeter);
        folder.Restore();
        var known = Read().Packages;
        File.WriteAllText(folder.Assets, text);

        var found = Read(known);

        found.Packages.ShouldBeSameAs(known);
        found.Problems.ShouldHaveSingleItem().Message.ShouldStartWith("obj/project.assets.json cannot be used: ");
    }

    [Fact]
    public void Read_ProjectThatIsNoXml_NamesThePlace()
    {
        File.WriteAllText(folder.Project, "<Project>\n  <ItemGroup>\n</Project>");

        var problem = Read().Problems.ShouldHaveSingleItem();

        (problem.Line, problem.Message).ShouldSatisfyAllConditions(
            found => found.Line.ShouldBe(3), found => found.Message.ShouldStartWith("The project is no XML: "));
    }

    [Fact]
    public void Read_TwoProjects_SaysThatOnlyOneCanCount()
    {
        folder.WriteProject();
        File.WriteAllText(Path.Combine(folder.Root, "Zoo.csproj"), "<Project />");

        Read().Problems.ShouldHaveSingleItem().Message.ShouldContain("the projects Workflow.Dags.csproj and Zoo.csproj");
    }

    [Theory]
    [InlineData("5.0.0", "[5.0.0, )")]
    [InlineData("5.0", "[5.0.0, )")]
    [InlineData("5", "[5.0.0, )")]
    [InlineData("5.0.0.0", "[5.0.0, )")]
    [InlineData("5.0.0.1", "[5.0.0.1, )")]
    [InlineData("5.0.0-beta.1+meta", "[5.0.0-beta.1, )")]
    [InlineData("5.*", null)]
    [InlineData("[5.0,6.0)", null)]
    [InlineData("$(Version)", null)]
    [InlineData(null, null)]
    public void Range_Table(string? version, string? expected) => DagProject.Range(version).ShouldBe(expected);

    [Fact]
    public void Of_Musl_KnowsTheOrdinaryLinuxToo() => HostRids.Of("linux", musl: true, "arm64")
        .ShouldBe(["linux-musl-arm64", "linux-musl", "linux-arm64", "linux", "unix-arm64", "unix", "any"]);

    private static JsonObject RuntimeTargets(string kind, params (string Rid, string File)[] files) => new()
    {
        ["runtimeTargets"] = new JsonObject(files.Select(file => KeyValuePair.Create(
            $"runtimes/{file.Rid}/{file.File}", (JsonNode?)new JsonObject { ["assetType"] = kind, ["rid"] = file.Rid }))),
    };

    private PackageScan Read(PackageSet? known = null) => PackageReader.Read(folder.Root, known ?? PackageSet.None);
}
