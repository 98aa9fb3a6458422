using System.Text.RegularExpressions;

namespace Workflow.Architecture.Tests;

/// <summary>What the text of the sources must look like.</summary>
public sealed partial class SourceTests
{
    private const int MaximumLines = 400;
    private const int MaximumColumns = 140;

    private static readonly string[] Text =
        ["*.cs", "*.csproj", "*.props", "*.targets", "*.sql", "*.json", "*.ts", "*.tsx", "*.css", "*.md", "*.sln"];

    /// <remarks>
    /// The embedded server makes its database before there is a schema for a store to be prepared against; the tables of Hangfire are there
    /// only where it is used.
    /// </remarks>
    private static readonly string[] SqlFolders =
        ["engine/Workflow.Postgres/", "engine/Workflow.Engine/Embedded/", "workers/Workflow.Hangfire/"];

    [Fact]
    public void Files_Always_EndWithOneLineFeedAndHaveNoCarriageReturns()
    {
        var wrong = Text.SelectMany(pattern => Repository.Files(pattern, ""))
            .Select(file => (file, text: Repository.Read(file)))
            .Where(each => each.text.Length > 0 && (!each.text.EndsWith('\n') || each.text.Contains('\r')))
            .Select(each => each.file);

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Files_OfTheProduct_AreNoLongerThanFourHundredLines()
    {
        var wrong = Repository.Files("*.cs", "engine", "workers")
            .Select(file => (file, lines: Repository.Read(file).AsSpan().Count('\n')))
            .Where(each => each.lines > MaximumLines)
            .Select(each => $"{each.file}: {each.lines} lines");

        wrong.ShouldBeEmpty();
    }

    /// <remarks>A message may be longer: it is searched for as it reads.</remarks>
    [Fact]
    public void Lines_OfTheProductWithoutAText_AreNoLongerThanTheEditorShows()
    {
        var wrong = Repository.Files("*.cs", "engine", "workers", "dags")
            .SelectMany(file => Repository.Read(file).Split('\n').Select((line, at) => (line, place: $"{file}:{at + 1}")))
            .Where(each => each.line.Length > MaximumColumns && !each.line.Contains('"'))
            .Select(each => each.place);

        wrong.ShouldBeEmpty();
    }

    /// <remarks>The one rule of the formatter that neither the build nor <c>dotnet format whitespace</c> looks at.</remarks>
    [Fact]
    public void Usings_OfEveryFile_HaveSystemFirstAndAreInOrder()
    {
        var wrong = Repository.Files("*.cs", "engine", "workers", "dags", "tests")
            .Select(file => (file, usings: Using().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value).ToList()))
            .Where(each => !each.usings.SequenceEqual(each.usings.OrderBy(UsingGroup).ThenBy(name => name, StringComparer.OrdinalIgnoreCase)))
            .Select(each => each.file);

        wrong.ShouldBeEmpty();

        static int UsingGroup(string name) =>
            name.Contains('=') ? 3 : name.StartsWith("static ", StringComparison.Ordinal) ? 2 : IsOfSystem(name) ? 0 : 1;
        static bool IsOfSystem(string name) => name == "System" || name.StartsWith("System.", StringComparison.Ordinal);
    }

    /// <remarks>
    /// Statements for PostgreSQL are whole constants in a <c>*.Sql.cs</c> beside their store, where a test can prepare each of them against
    /// the schema. Files that say DuckDB have a database of their own; documentation may quote.
    /// </remarks>
    [Fact]
    public void Sql_ForPostgres_IsInSqlFilesOfItsFoldersOnly()
    {
        var wrong = Repository.Files("*.cs", "engine", "workers")
            .Where(file => !file.EndsWith(".Sql.cs", StringComparison.Ordinal)
                || !SqlFolders.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)))
            .Where(file => !file.StartsWith("engine/Workflow.Data/", StringComparison.Ordinal))
            .Select(file => (file, text: Repository.Read(file)))
            .Where(each => !each.text.Contains("DuckDb", StringComparison.OrdinalIgnoreCase)
                || each.text.Contains("Npgsql", StringComparison.Ordinal))
            .SelectMany(each => each.text.Split('\n').Select((line, at) => (each.file, line, number: at + 1)))
            .Where(each => IsSql(each.line))
            .Select(each => $"{each.file}:{each.number}: {each.line.Trim()}");

        wrong.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("var sql = \"SELECT id FROM dag\";", true)]
    [InlineData("    SELECT t.id, t.state", true)]
    [InlineData("    INSERT INTO dag (id)", true)]
    [InlineData("\"delete from dag where id = @id\"", true)]
    [InlineData("    UPDATE dag SET paused = true", true)]
    [InlineData("    WITH claimed AS (", true)]
    [InlineData("connection.Execute(\"LISTEN workflow\")", true)]
    [InlineData("/// <summary>One <c>SELECT</c> over dataset versions</summary>", false)]
    [InlineData("// a SELECT id FROM a table", false)]
    [InlineData("tasks.Select(task => task.Id)", false)]
    [InlineData("from task in tasks select task.Id", false)]
    [InlineData("\"Update it from the menu\"", false)]
    [InlineData("Select the columns, please", false)]
    public void IsSql_Table(string line, bool expected) => IsSql(line).ShouldBe(expected);

    private static bool IsSql(string line) =>
        !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && (Statement().IsMatch(line) || Quoted().IsMatch(line));

    [GeneratedRegex(@"^using ([^(;]+);$", RegexOptions.Multiline)]
    private static partial Regex Using();

    /// <summary>A line of a raw string: upper case, as SQL is written here.</summary>
    [GeneratedRegex(
        @"\b(SELECT\s+[\w\*""(].*|INSERT\s+INTO\s+\w|DELETE\s+FROM\s+\w|UPDATE\s+\w+\s+(SET\b|AS\b|\w+\s+SET\b)|WITH\s+\w+\s+AS\s+\()")]
    private static partial Regex Statement();

    /// <summary>A string that begins like a statement, in any case.</summary>
    [GeneratedRegex(
        @"""\s*(select\s.+\sfrom\s|insert\s+into\s|delete\s+from\s|update\s+\w+\s+set\s|listen\s+\w+|notify\s+\w+|truncate\s+\w|(create|alter|drop)\s+(table|index|schema|database|role)\s)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Quoted();
}
