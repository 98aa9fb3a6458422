using Workflow.Data.DuckDb;

namespace Workflow.Data;

/// <summary>Makes Parquet files readable under a name.</summary>
internal static class Views
{
    public static void Create(DuckDbSession session, IReadOnlyDictionary<string, IReadOnlyList<string>> inputs)
    {
        foreach (var (name, files) in inputs)
            Create(session, name, files);
    }

    public static void Create(DuckDbSession session, string name, params IReadOnlyList<string> files)
    {
        // A view takes no parameters, but it may read a variable, and a variable can be set from one.
        var variable = Sql.Name($"workflow_files_{name}");
        var parameters = files.Select((_, index) => $"$file_{index}");
        session.Execute(
            $"SET VARIABLE {variable} = [{string.Join(", ", parameters)}]",
            files.Select((file, index) => (file, index)).ToDictionary(pair => $"file_{pair.index}", pair => (object?)pair.file));

        // Without the first option, a folder such as `month=1` on the way to the store would add a column; without the second, slices from
        // before a column was added could not be read with those from after.
        session.Execute(
            $"""
            CREATE TEMP VIEW {Sql.Name(name)} AS
            SELECT * FROM read_parquet(getvariable({Sql.Literal($"workflow_files_{name}")}), hive_partitioning = false,
                union_by_name = true)
            """);
    }
}
