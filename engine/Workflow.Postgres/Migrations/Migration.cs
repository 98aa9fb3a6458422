using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Workflow.Postgres.Migrations;

/// <summary>One step of the schema, immutable once released.</summary>
/// <param name="Number">Its place, counted from 1 without gaps.</param>
/// <param name="Name">The file's name without number and extension: <c>verb_noun</c>.</param>
/// <param name="Sql">
/// Its statements. Function bodies stand in dollar quotes: the driver, which splits the text at its semicolons, does not know BEGIN ATOMIC.
/// </param>
public sealed record Migration(int Number, string Name, string Sql)
{
    private const string ResourcePrefix = "migrations/";
    private const int NumberDigits = 4;

    /// <summary>What this build carries, in order.</summary>
    public static IReadOnlyList<Migration> Embedded { get; } = ReadResources();

    /// <summary>The name of the file: <c>NNNN_verb_noun.sql</c>.</summary>
    public string FileName => $"{Number.ToString("D4", CultureInfo.InvariantCulture)}_{Name}.sql";

    /// <summary>The hash that the database remembers. Line ends do not count, so a checkout with CRLF is no changed file.</summary>
    public string Sha256 { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>Reads a migration from its file's name and text.</summary>
    /// <exception cref="MigrationException">The name is not <c>NNNN_verb_noun.sql</c>.</exception>
    public static Migration Parse(string fileName, string sql)
    {
        var stem = Path.GetFileNameWithoutExtension(fileName);
        return stem.Length > NumberDigits + 1 && stem[NumberDigits] == '_'
               && int.TryParse(stem.AsSpan(0, NumberDigits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new Migration(number, stem[(NumberDigits + 1)..], sql)
            : throw new MigrationException(
                $"'{fileName}' is no name of a migration: wanted NNNN_verb_noun.sql, as in 0001_create_schema.sql.");
    }

    private static IReadOnlyList<Migration> ReadResources()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    return Parse(name[ResourcePrefix.Length..], reader.ReadToEnd());
                })
                .OrderBy(migration => migration.Number),
        ];
    }
}
