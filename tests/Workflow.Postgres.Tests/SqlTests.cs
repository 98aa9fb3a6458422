using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Npgsql;
using Workflow.Postgres.Steps;
using Workflow.Testing;

namespace Workflow.Postgres.Tests;

/// <summary>Every statement of the product is one that the migrated schema knows: tables, columns, functions and types.</summary>
public sealed partial class SqlTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly string[] Preparable = ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES"];

    // The client says what it sends; where the statement does not tell by itself, so must the test.
    private static readonly Dictionary<string, string> Types = new()
    {
        ["@files"] = "text[]",
        ["@names"] = "text[]",
        ["@hashes"] = "text[]",
        ["@datasets"] = "text[]",
        ["@events"] = "bigint[]",
        ["@queues"] = "text[]",
        ["@dagIds"] = "text[]",
        ["@contracts"] = "text[]",
        ["@messages"] = "text[]",
        ["@runIds"] = "bigint[]",
        ["@parents"] = "bigint[]",
        ["@runs"] = "bigint[]",
        ["@tasks"] = "int[]",
        ["@maps"] = "int[]",
        ["@diagnostics"] = "text[]",
        ["@versionIds"] = "bigint[]",
        ["@datasetIds"] = "bigint[]",
        ["@modelIds"] = "bigint[]",
        ["LineageReads.ColumnParents $3"] = "text[]",
        ["@models"] = "text[]",
        ["@lease"] = "interval",
        ["@age"] = "interval",
        ["RunEditor.SaveRun $4"] = "text",
        ["@described"] = "text",
    };

    public static TheoryData<string, string> Statements => [.. Files().SelectMany(Constants)];

    /// <remarks>What the reflection does not find would go untested: as many constants as the files have.</remarks>
    [Fact]
    public void Statements_AreFoundInEveryFile()
    {
        Files().Count().ShouldBeGreaterThan(15);
        Statements.Count.ShouldBe(Files().Sum(file => Constant().Count(File.ReadAllText(file))));
        Statements.Select(row => row.Data.Item2).Count(sql => Preparable.Contains(FirstWord(sql))).ShouldBeGreaterThan(80);
    }

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task Prepare_AgainstTheMigratedSchema_Succeeds(string name, string sql)
    {
        // Those with places for names are for tables that are not the engine's.
        if (!Preparable.Contains(FirstWord(sql)) || sql.Contains("{0}", StringComparison.Ordinal))
            return;
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        foreach (var part in Separator().Split(sql).Where(part => FirstWord(part).Length > 0))
        {
            await using var command = new NpgsqlCommand(Preparation(name, part), connection);
            await Should.NotThrowAsync(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken), name);
            await using var again = new NpgsqlCommand("DEALLOCATE statement", connection);
            await again.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("SELECT 1 FROM no_such_table")]
    [InlineData("UPDATE dag_run SET no_such_column = @value")]
    public async Task Prepare_OfWhatIsNotThere_Fails(string sql)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(Preparation("", sql), connection);

        await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(
        Path.Combine(PostgresServer.Checkout, "engine", "Workflow.Postgres"), "*.Sql.cs", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal);

    private static IEnumerable<(string Name, string Sql)> Constants(string file)
    {
        var type = Path.GetFileName(file).Split('.')[0];
        var fields = typeof(TaskQueue).Assembly.GetTypes().Where(one => one.Name == type || one.DeclaringType?.Name == type)
            .SelectMany(one => one.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public))
            .Where(field => field.IsLiteral)
            .ToDictionary(field => field.Name);
        return Constant().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)
            .Where(fields.ContainsKey).Select(name => ($"{type}.{name}", (string)fields[name].GetRawConstantValue()!));
    }

    private static string FirstWord(string sql) => Word().Match(Comment().Replace(sql, "")).Value.ToUpperInvariant();

    /// <summary>With the parameters by number: <c>@name</c> is the client's way to write them.</summary>
    private static string Preparation(string name, string sql)
    {
        var names = new List<string>();
        var numbered = Parameter().Replace(Comment().Replace(sql, ""), match =>
        {
            if (!names.Contains(match.Value))
                names.Add(match.Value);
            return $"${names.IndexOf(match.Value) + 1}";
        });
        var count =
            Math.Max(names.Count, Number().Matches(numbered).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
                .DefaultIfEmpty().Max());
        var types = Enumerable.Range(1, count).Select(number =>
            Types.GetValueOrDefault($"{name} ${number}") ?? (names.Count >= number ? Types.GetValueOrDefault(names[number - 1]) : null)
            ?? "unknown");
        return $"PREPARE statement{(count > 0 ? $" ({string.Join(", ", types)})" : "")} AS {numbered}";
    }

    [GeneratedRegex(@"const string (\w+)\s*=")]
    private static partial Regex Constant();

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Number();

    [GeneratedRegex(@"--[^\n]*")]
    private static partial Regex Comment();

    /// <remarks>A constant may hold several statements, each of which ends its line.</remarks>
    [GeneratedRegex(@";\s*(\n|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Separator();

    [GeneratedRegex(@"[A-Za-z]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<![\w@])@[A-Za-z]\w*")]
    private static partial Regex Parameter();
}
