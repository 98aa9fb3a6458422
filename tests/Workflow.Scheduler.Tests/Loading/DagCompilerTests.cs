using System.Reflection;
using Workflow.Loading;
using Workflow.Scheduler.Loading;

namespace Workflow.Scheduler.Tests.Loading;

public sealed class DagCompilerTests
{
    private readonly DagCompiler compiler = new();

    [Fact]
    public void Compile_SameSources_GivesSameBytes()
    {
        var shared = SourceFile.Of("lib/Shared.cs", "static class Shared { public const int N = 1; }");
        var first = Compile(Sources.Dag("a"), shared);
        var second = new DagCompiler().Compile(SourceFile.Of("A.cs", Sources.Dag("a")), [shared]);

        second.Image.ShouldBe(first.Image);
    }

    [Fact]
    public void Compile_OtherSharedSource_GivesOtherAssemblyName()
    {
        var first = Name(Compile(Sources.Dag("a"), SourceFile.Of("lib/S.cs", "static class S { public const int N = 1; }")));
        var second = Name(Compile(Sources.Dag("a"), SourceFile.Of("lib/S.cs", "static class S { public const int N = 2; }")));

        second.ShouldNotBe(first);
    }

    [Fact]
    public void Compile_ImplicitUsingsAndSharedCode_Compiles()
    {
        var result = Compile(
            """
            sealed record Row(string? Name);
            sealed class Uses : IDag
            {
                public void Define(DagBuilder dag)
                {
                    List<Row> rows = [.. Enumerable.Range(0, 3).Select(n => new Row(null))];
                    dag.Id(Shared.Name);
                    dag.Task("t", async context =>
                    {
                        using var http = new HttpClient();
                        await Task.Delay(0, CancellationToken.None);
                        return rows.Count + Path.GetTempPath().Length + JsonLength();
                    });
                }

                private static int JsonLength() => System.Text.Json.JsonSerializer.Serialize(1).Length;
            }
            """,
            SourceFile.Of("lib/Shared.cs", "static class Shared { public const string Name = \"uses\"; }"));

        result.Diagnostics.ShouldBeEmpty();
        result.Classes.ShouldBe([new DagClass("Uses", 2, 14)]);
    }

    [Fact]
    public void Compile_SeveralErrors_GivesAllWithPlace()
    {
        var result = Compile("class A : IDag\n{\n    public void Define(DagBuilder dag) => dag.Nope();\n    int x = \"text\";\n}\n");

        result.Image.ShouldBeNull();
        result.Diagnostics.Select(found => (found.File, found.Line, found.Column, found.Code, found.Severity)).ShouldBe(
            [("A.cs", 3, 47, "CS1061", ImportSeverity.Error), ("A.cs", 4, 13, "CS0029", ImportSeverity.Error)], ignoreOrder: true);
    }

    [Fact]
    public void Compile_ErrorInSharedFile_NamesTheSharedFile() =>
        Compile(Sources.Dag("a"), SourceFile.Of("lib/deep/S.cs", "class S {")).Diagnostics.ShouldHaveSingleItem()
            .ShouldBe(new ImportDiagnostic("lib/deep/S.cs", 1, 10, "CS1513", "} expected", ImportSeverity.Error));

    [Fact]
    public void Compile_WarningsOnly_Compiles() =>
        Compile(Sources.Dag("a", define: "string unused = null;")).Diagnostics.ShouldBeEmpty();

    [Theory]
    [InlineData("Microsoft.AspNetCore.Http.HttpContext")]
    [InlineData("Npgsql.NpgsqlConnection")]
    [InlineData("Workflow.Scheduler.Loading.DagCompiler")]
    public void Compile_TypeOfTheEngine_IsUnknown(string type) =>
        Compile(Sources.Dag("a", define: $"{type} x = default!;")).Diagnostics.ShouldNotBeEmpty();

    [Fact]
    public void Compile_TaskFedWithWrongType_Fails()
    {
        var define = """
            var text = dag.Task("text", async context => { await Task.Yield(); return "a"; });
            dag.Task("number", text, async (TaskContext context, int number) => await Task.Yield());
            """;

        Compile(Sources.Dag("a", define: define)).Diagnostics.ShouldNotBeEmpty();
    }

    [Fact]
    public void Compile_DagInSharedFolder_IsRefused()
    {
        var result = Compile(Sources.Dag("a"), SourceFile.Of("lib/S.cs", Sources.Dag("b", "Misplaced")), SourceFile.Of("lib/T.cs",
            "public abstract class Base : IDag { public abstract void Define(DagBuilder dag); }"));

        var found = result.Diagnostics.ShouldHaveSingleItem();
        (found.File, found.Code).ShouldBe(("lib/S.cs", ImportCodes.DagInShared));
    }

    [Fact]
    public void Compile_NestedDagInNamespace_IsFoundByItsReflectionName()
    {
        var result =
            Compile("namespace One.Two; static class Outer { sealed class Inner : IDag { public void Define(DagBuilder dag) => dag.Id(\"n\").Task(\"t\", _ => Task.CompletedTask); } }");

        using var assembly = DagAssembly.Load(result.Image!);
        var dag = assembly.Define().ShouldHaveSingleItem();
        dag.ClassName.ShouldBe("One.Two.Outer+Inner");
        result.Classes.ShouldHaveSingleItem().Name.ShouldBe(dag.ClassName);
    }

    [Fact]
    public async Task Compile_TaskThatThrows_StackTraceHasFileAndLine()
    {
        var result = Compile(Sources.Dag("a", define: "dag.Task(\"bad\", context =>\n    throw new InvalidOperationException(\"no\"));"));
        using var assembly = DagAssembly.Load(result.Image!);
        var definition = assembly.Find("a");
        var body = (Graphs.PlainSpec)definition.Code[1].Spec;

        var thrown = await Should.ThrowAsync<InvalidOperationException>(() => body.Body(null!, []));

        thrown.StackTrace!.ShouldContain("A.cs:line 9");
    }

    [Fact]
    public void WarmUp_Always_CompilesItsSample() => Should.NotThrow(compiler.WarmUp);

    private CompiledFile Compile(string text, params SourceFile[] shared) => compiler.Compile(SourceFile.Of("A.cs", text), shared);

    private static string Name(CompiledFile file)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, file.Image!);
            return AssemblyName.GetAssemblyName(path).Name!;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
