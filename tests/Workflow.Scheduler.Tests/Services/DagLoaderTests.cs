using System.Diagnostics;
using System.IO.Compression;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

public sealed class DagLoaderTests : LoaderTest
{
    private const string Dag = """
        public sealed class Uses : IDag
        {
            public void Define(DagBuilder dag) => dag.Id("uses").Task("word", _ => Task.FromResult(Greeter.Word));
        }
        """;

    [Fact]
    public async Task Load_PackageThatNuGetRestored_RunsOnAWorkerWithTheRecordedAssembly()
    {
        WritePackage("Greeter", "1.0.0", "public static class Greeter { public static string Word => \"hello\"; }");
        WriteProject("Greeter", "1.0.0");
        File.WriteAllText(Path.Combine(Dags, "Uses.cs"), Dag);
        using var loader = Engine.Loader(Dags);

        await loader.LoadAsync(TestContext.Current.CancellationToken);

        (await ImportErrorsAsync()).ShouldBe("Uses.cs CS0103, Workflow.Dags.csproj WF007");

        await RestoreAsync();
        await loader.LoadAsync(TestContext.Current.CancellationToken);

        (await ImportErrorsAsync()).ShouldBeNull();
        var sha256 = await Engine.ScalarAsync<string>("SELECT sha256 FROM dag_version_assembly WHERE name = 'Greeter'");
        (await Engine.ScalarAsync<string>("SELECT reference_versions FROM dag_version WHERE dag_id = 'uses'"))
            .ShouldStartWith($"Greeter 1.0.0 (Greeter.dll sha256:{sha256}); Microsoft.NETCore.App ");
        await Engine.StartWorkerAsync();
        (await Engine.ScalarAsync<string>(
            "SELECT value::text FROM task_output WHERE run_id = @runId",
            new { runId = await Engine.RunAsync("uses") })).ShouldBe("\"hello\"");
    }

    [Fact]
    public async Task Load_DagThatTheDatabaseRefuses_IsAnImportErrorOfItsFileAndOthersLoad()
    {
        File.WriteAllText(Path.Combine(Dags, "Bad.cs"), Named("bad", """.Description("a\0b")"""));
        File.WriteAllText(Path.Combine(Dags, "Good.cs"), Named("good", ""));
        using var loader = Engine.Loader(Dags);

        var loaded = await loader.LoadAsync(TestContext.Current.CancellationToken);

        loaded.Diagnostics.Single().Message.ShouldStartWith("The database refuses the DAG 'bad': 22021");
        (await ImportErrorsAsync()).ShouldBe("Bad.cs WF004");
        (await Engine.ScalarAsync<string>("SELECT string_agg(dag_id, ' ') FROM dag")).ShouldBe("good");

        File.WriteAllText(Path.Combine(Dags, "Bad.cs"), Named("bad", ""));
        await loader.LoadAsync(TestContext.Current.CancellationToken);

        (await ImportErrorsAsync()).ShouldBeNull();
        (await Engine.ScalarAsync<string>("SELECT string_agg(dag_id, ' ' ORDER BY dag_id) FROM dag")).ShouldBe("bad good");
    }

    private static string Named(string id, string define) => $$"""
        public sealed class Named : IDag
        {
            public void Define(DagBuilder dag) => dag.Id("{{id}}"){{define}}.Task("a", _ => Task.CompletedTask);
        }
        """;

    private string Dags => Directory.CreateDirectory(Path.Combine(Folder.FullName, "dags")).FullName;

    private string Feed => Directory.CreateDirectory(Path.Combine(Folder.FullName, "feed")).FullName;

    private Task<string?> ImportErrorsAsync() => Engine.ScalarAsync<string?>(
        "SELECT string_agg(file || ' ' || (diagnostics -> 0 ->> 'code'), ', ' ORDER BY file) FROM import_error");

    private void WritePackage(string id, string version, string source)
    {
        using var package = ZipFile.Open(Path.Combine(Feed, $"{id}.{version}.nupkg"), ZipArchiveMode.Create);
        Write(package, $"{id}.nuspec", System.Text.Encoding.UTF8.GetBytes($"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata>
                <id>{id}</id>
                <version>{version}</version>
                <authors>test</authors>
                <description>test</description>
              </metadata>
            </package>
            """));
        Write(package, $"lib/net10.0/{id}.dll", RestoredFolder.Compile(id, $"{version}.0", source));
    }

    private static void Write(ZipArchive package, string name, byte[] bytes)
    {
        using var entry = package.CreateEntry(name).Open();
        entry.Write(bytes);
    }

    /// <remarks>The package's own feed is the only source, and its own folder the only cache: nothing leaves the machine.</remarks>
    private void WriteProject(string id, string version)
    {
        File.WriteAllText(Path.Combine(Dags, "Workflow.Dags.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <RestorePackagesPath>{Folder.FullName}/cache</RestorePackagesPath>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{id}" Version="{version}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(Dags, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="feed" value="{Feed}" />
              </packageSources>
            </configuration>
            """);
    }

    private async Task RestoreAsync()
    {
        var start = new ProcessStartInfo("dotnet", ["restore", Path.Combine(Dags, "Workflow.Dags.csproj"), "-nodeReuse:false"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Dags,
        };
        using var restore = Process.Start(start)!;
        var output = await restore.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await restore.WaitForExitAsync(TestContext.Current.CancellationToken);
        restore.ExitCode.ShouldBe(0, output);
    }
}
