using Workflow.Scheduler.Loading;

namespace Workflow.Scheduler.Tests.Loading;

public sealed class DagFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Scan_MissingFolder_IsEmptyAndSaysSo()
    {
        var found = DagFolder.Scan(Path.Combine(folder.Root, "nowhere"));

        (found.Exists, found.Files.Count, found.Unreadable.Count).ShouldBe((false, 0, 0));
        found.Summary.ShouldEndWith("does not exist yet.");
    }

    [Fact]
    public void Scan_EmptyFolder_IsEmptyAndSaysSo() => DagFolder.Scan(folder.Root).Summary.ShouldEndWith("has no .cs files yet.");

    [Fact]
    public void Scan_MixedFolder_TellsDagFilesFromSharedOnesAndLeavesOutTheRest()
    {
        foreach (var file in new[]
        {
            "B.cs", "A.cs", "team/C.cs", "lib/S.cs", "lib/deep/T.cs", "library/D.cs",
            "bin/X.cs", "obj/X.cs", "team/obj/X.cs", ".git/X.cs", ".hidden.cs", "notes.txt", "A.cs.bak", "Workflow.Dags.csproj",
        })
        {
            folder.Write(file, $"// {file}");
        }

        var found = DagFolder.Scan(folder.Root);

        found.Files.Select(file => file.File).ShouldBe(["A.cs", "B.cs", "library/D.cs", "team/C.cs"]);
        found.Shared.Select(file => file.File).ShouldBe(["lib/S.cs", "lib/deep/T.cs"]);
        found.Files[0].ShouldBe(SourceFile.Of("A.cs", "// A.cs"));
    }

    [Fact]
    public void Scan_FileThatCannotBeOpened_IsReportedAndTheOthersAreRead()
    {
        folder.Write("A.cs", "// a");
        // A link that leads to itself cannot be opened by anyone, not even by root.
        File.CreateSymbolicLink(Path.Combine(folder.Root, "B.cs"), "B.cs");

        var found = DagFolder.Scan(folder.Root);

        found.Files.Select(file => file.File).ShouldBe(["A.cs"]);
        found.Unreadable.Select(problem => (problem.File, problem.Code)).ShouldBe([("B.cs", ImportCodes.Unreadable)]);
    }

    [Fact]
    public void Scan_LinkToItsOwnFolder_Ends()
    {
        folder.Write("A.cs", "// a");
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "loop"), folder.Root);

        DagFolder.Scan(folder.Root).Files.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("A.cs", true)]
    [InlineData("Workflow.Dags.csproj", true)]
    [InlineData("obj/project.assets.json", true)]
    [InlineData("obj/project.nuget.cache", false)]
    [InlineData("team/X.csproj", false)]
    public void Fingerprint_FileWritten_ChangesWhereItMatters(string file, bool expected)
    {
        var before = DagFolder.Fingerprint(folder.Root);
        folder.Write(file, "{}");

        (DagFolder.Fingerprint(folder.Root) != before).ShouldBe(expected);
    }

    [Fact]
    public void SharedSha256_RenamedSharedFile_Changes()
    {
        folder.Write("lib/S.cs", "// s");
        var before = DagFolder.Scan(folder.Root).SharedSha256;
        folder.Move("lib/S.cs", "lib/T.cs");

        DagFolder.Scan(folder.Root).SharedSha256.ShouldNotBe(before);
    }
}
