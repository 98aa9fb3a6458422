using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;
using Workflow.Scheduler.Loading.Packages;

namespace Workflow.Scheduler.Loading;

/// <summary>Compiles one DAG file with the shared files into an assembly in memory. Equal input gives equal bytes.</summary>
/// <remarks>
/// The first compilation takes one to two seconds, nearly all of it the just-in-time compilation of Roslyn itself; later ones take 50 to
/// 100 ms. Safe for use by several threads: a compilation runs on its caller's thread alone.
/// </remarks>
public sealed class DagCompiler
{
    /// <summary>
    /// The same implicit usings as the SDK's, so that a file means the same here and in the IDE, and the authors' namespace.
    /// </summary>
    private const string ImplicitUsings = """
        global using global::System;
        global using global::System.Collections.Generic;
        global using global::System.IO;
        global using global::System.Linq;
        global using global::System.Net.Http;
        global using global::System.Threading;
        global using global::System.Threading.Tasks;
        global using global::Workflow;
        """;

    private static readonly CSharpParseOptions Parsing = new(
        LanguageVersion.Latest, DocumentationMode.None, preprocessorSymbols: ["NET", "NET10_0", "NET10_0_OR_GREATER", "RELEASE"]);

    private static readonly CSharpCompilationOptions Compiling = new(
        OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, deterministic: true,
        nullableContextOptions: NullableContextOptions.Enable, concurrentBuild: false);

    private static readonly SyntaxTree Usings = Parse("obj/ImplicitUsings.cs", ImplicitUsings);

    /// <summary>Makes Roslyn ready, so that the first file that somebody saves is compiled as fast as any other.</summary>
    public void WarmUp() => Compile(
        SourceFile.Of(
            "WarmUp.cs",
            """class WarmUp : IDag { public void Define(DagBuilder dag) => dag.Id("x").Task("t", async c => await Task.Yield()); }"""),
        []);

    /// <summary>Compiles a DAG file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="shared">The files that are compiled into each DAG's assembly.</param>
    /// <param name="packages">The packages that it may use; none unless given.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public CompiledFile Compile(
        SourceFile file, IReadOnlyList<SourceFile> shared, PackageSet? packages = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(shared);
        var tree = Parse(file.File, file.Text);
        var sharedTrees = shared.Select(source => Parse(source.File, source.Text)).ToList();
        var hash = Hash.Of([file.File, file.Text, .. shared.SelectMany(source => new[] { source.File, source.Text })]);
        var references = DagReferences.All.Concat((packages ?? PackageSet.None).References);
        var compilation = CSharpCompilation.Create($"Dag_{hash}", [Usings, tree, .. sharedTrees], references, Compiling);

        using var image = new MemoryStream();
        var emitted = compilation.Emit(
            image, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.Embedded), cancellationToken: cancellationToken);
        var misplaced = sharedTrees.SelectMany(source => DagClasses(compilation, source, cancellationToken)
            .Select(dag => new ImportDiagnostic(
                source.FilePath, dag.Line, dag.Column, ImportCodes.DagInShared,
                $"{dag.Name} is a DAG in the shared folder, where it would belong to every file. Move it out, or make it abstract.",
                ImportSeverity.Error)));
        List<ImportDiagnostic> errors =
            [.. emitted.Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error).Select(Diagnostic), .. misplaced];
        return errors.Count > 0
            ? new CompiledFile(null, [], errors)
            : new CompiledFile(image.ToArray(), [.. DagClasses(compilation, tree, cancellationToken)], []);
    }

    private static SyntaxTree Parse(string file, string text) =>
        CSharpSyntaxTree.ParseText(SourceText.From(text, Encoding.UTF8, SourceHashAlgorithm.Sha256), Parsing, file);

    private static ImportDiagnostic Diagnostic(Diagnostic found)
    {
        // The path as it was given to the parser: a #line directive is the author's business.
        var place = found.Location.GetLineSpan().StartLinePosition;
        return new ImportDiagnostic(
            found.Location.SourceTree?.FilePath ?? "", place.Line + 1, place.Character + 1, found.Id,
            found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), ImportSeverity.Error);
    }

    private static IEnumerable<DagClass> DagClasses(CSharpCompilation compilation, SyntaxTree tree, CancellationToken cancellationToken)
    {
        var dag = compilation.GetTypeByMetadataName(typeof(IDag).FullName!)!;
        var model = compilation.GetSemanticModel(tree);
        foreach (var declaration in tree.GetRoot(cancellationToken).DescendantNodes().OfType<TypeDeclarationSyntax>())
        {
            if (model.GetDeclaredSymbol(declaration, cancellationToken) is not { TypeKind: TypeKind.Class, IsAbstract: false } symbol
                || !symbol.AllInterfaces.Contains(dag, SymbolEqualityComparer.Default))
            {
                continue;
            }

            var place = declaration.Identifier.GetLocation().GetLineSpan().StartLinePosition;
            yield return new DagClass(MetadataName(symbol), place.Line + 1, place.Character + 1);
        }
    }

    private static string MetadataName(INamedTypeSymbol symbol) =>
        symbol.ContainingType is { } outer ? $"{MetadataName(outer)}+{symbol.MetadataName}"
        : symbol.ContainingNamespace is { IsGlobalNamespace: false } space ? $"{space.ToDisplayString()}.{symbol.MetadataName}"
        : symbol.MetadataName;
}
