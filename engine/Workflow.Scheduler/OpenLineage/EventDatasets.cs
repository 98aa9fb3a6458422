using System.Globalization;
using System.Text.Json.Nodes;

namespace Workflow.Scheduler.OpenLineage;

/// <summary>
/// The datasets of an event: those of the engine, models, and the files that were read. Slices of one dataset are one, as its newest is.
/// </summary>
internal static class EventDatasets
{
    /// <summary>What the attempt read.</summary>
    /// <param name="facts">What the store gives.</param>
    /// <param name="space">The namespace of datasets.</param>
    /// <param name="isEnd">Whether the attempt has ended: what it found, and what it scored with, is known then.</param>
    public static JsonArray Inputs(JsonNode facts, string space, bool isEnd)
    {
        var inputs = new JsonArray();
        foreach (var read in facts.List("inputs"))
        {
            var name = read.Text("name")!;
            var input = Dataset(space, name, DatasetFacets(read));
            var found = new JsonObject();
            if (Metrics(read) is { } metrics)
                found["dataQualityMetrics"] = Facets.Of("inputQualityMetrics", metrics);
            if (isEnd && Assertions(facts.List("verdicts").Where(verdict => verdict.Text("dataset") == name)) is { } assertions)
                found["dataQualityAssertions"] = Facets.Of("dataQualityAssertions", assertions);
            if (found.Count > 0)
                input["inputFacets"] = found;
            inputs.Add(input);
        }

        if (!isEnd)
            return inputs;
        foreach (var source in Sources(facts))
            inputs.Add(Dataset(source.Space, source.Name, SourceFacets(source)));
        foreach (var model in ReadModels(facts))
        {
            var input = Dataset(RunEvent.Models, model.Name, new JsonObject { ["version"] = Version(model.Version) });
            if (Assertions(facts.List("verdicts").Where(verdict => verdict.Text("model") == model.Name)) is { } assertions)
                input["inputFacets"] = new JsonObject { ["dataQualityAssertions"] = Facets.Of("dataQualityAssertions", assertions) };
            inputs.Add(input);
        }

        return inputs;
    }

    /// <summary>What the attempt made and published.</summary>
    public static JsonArray Outputs(JsonNode facts, string space)
    {
        var columns = facts.List("inputs").ToDictionary(
            input => input.Text("name")!, input => Columns(input).Select(column => column.Text("name")!).ToList());
        var outputs = new JsonArray();
        foreach (var slices in facts.List("outputs").GroupBy(output => output.Text("name")))
        {
            var last = slices.Last();
            var facets = DatasetFacets(last);
            if (Metrics(last) is { } metrics)
                facets["dataQualityMetrics"] = Facets.Of("dataQualityMetrics", metrics);
            if (ColumnFields.Of(last, space, columns) is { } lineage)
                facets["columnLineage"] = Facets.Of("columnLineage", lineage);
            var written = new JsonObject
            {
                ["rowCount"] = slices.Sum(slice => slice.Whole("rows")),
                ["size"] = slices.Sum(slice => slice.Whole("bytes")),
                ["fileCount"] = slices.Count(),
            };
            var output = Dataset(space, slices.Key!, facets);
            output["outputFacets"] = new JsonObject { ["outputStatistics"] = Facets.Of("outputStatistics", written) };
            outputs.Add(output);
        }

        foreach (var model in facts.List("models"))
            outputs.Add(Dataset(RunEvent.Models, model.Text("name")!, new JsonObject { ["version"] = Version(model.Whole("version")) }));
        return outputs;
    }

    /// <summary>The namespace and name of a file or address, as OpenLineage names them.</summary>
    public static (string Space, string Name) NameOf(string location) =>
        !Uri.TryCreate(location, UriKind.Absolute, out var address) || address.IsFile ? ("file", location)
        : address.Authority.Length > 0 ? (address.GetLeftPart(UriPartial.Authority), address.AbsolutePath)
        : (address.Scheme, address.AbsolutePath);

    /// <summary>Whether a version came from a query of a database: what columns that reads, only the database knows.</summary>
    public static bool IsQuery(JsonNode output) =>
        (output as JsonObject)!["source"] is { } source && source.Text("sha256") is null && source.Text("location") is not null;

    private static IEnumerable<(string Space, string Name, JsonNode Of, string Sha256)> Sources(JsonNode facts) =>
        from output in facts.List("outputs")
        let location = (output as JsonObject)!["source"].Text("location")
        where location is not null
        let name = NameOf(location)
        group (name.Space, name.Name, output, (output as JsonObject)!["source"].Text("sha256") ?? "") by name into same
        select same.First();

    private static IEnumerable<(string Name, long Version)> ReadModels(JsonNode facts) =>
        facts.List("outputs").SelectMany(output => output.List("models")).Select(model => (model.Text("name")!, model.Whole("version")))
            .Concat(facts.List("verdicts").Where(verdict => verdict.Text("model") is not null)
                .Select(verdict => (verdict.Text("model")!, verdict.Whole("model_version"))))
            .GroupBy(model => model.Item1).Select(versions => (versions.Key, versions.Max(version => version.Item2)));

    private static JsonObject Dataset(string space, string name, JsonObject facets) =>
        new() { ["namespace"] = space, ["name"] = name, ["facets"] = facets };

    private static JsonObject Version(long number) =>
        Facets.Of("version", new JsonObject { ["datasetVersion"] = number.ToString(CultureInfo.InvariantCulture) });

    private static IEnumerable<JsonNode> Columns(JsonNode version) => version.List("columns");

    private static JsonObject Schema(JsonNode version) => Facets.Of("schema", new JsonObject
    {
        ["fields"] = new JsonArray([.. Columns(version).Select((column, index) => (JsonNode)new JsonObject
        {
            ["name"] = column.Text("name"),
            ["type"] = column.Text("type"),
            ["ordinal_position"] = index + 1,
        })]),
    });

    private static JsonObject SourceFacets((string Space, string Name, JsonNode Of, string Sha256) source)
    {
        var facets = new JsonObject { ["dataSource"] = DataSource(source.Space, source.Space) };
        if (!IsQuery(source.Of))
            facets["schema"] = Schema(source.Of);
        if (source.Sha256.Length > 0)
            facets["version"] = Facets.Of("version", new JsonObject { ["datasetVersion"] = source.Sha256 });
        return facets;
    }

    /// <remarks>A file has no host, and a connection only a name.</remarks>
    private static JsonObject DataSource(string name, string address) => Facets.Of("dataSource", new JsonObject
    {
        ["name"] = name,
        ["uri"] = address.Contains(':', StringComparison.Ordinal) ? address : $"{address}:///",
    });

    private static JsonObject DatasetFacets(JsonNode version)
    {
        var facets = new JsonObject
        {
            ["schema"] = Schema(version),
            ["dataSource"] = DataSource("workflow artifacts", $"urn:sha256:{version.Text("sha256")}"),
            ["version"] = Version(version.Whole("version")),
        };
        if (version.Text("owner") is { Length: > 0 } owner)
            facets["ownership"] = Facets.Of("ownership", RunEvent.Owners(owner));
        if (version.Text("description") is { Length: > 0 } description)
            facets["documentation"] = Facets.Of("documentation", new JsonObject { ["description"] = description });
        return facets;
    }

    private static JsonObject? Metrics(JsonNode version)
    {
        if (!version.List("profile").Any())
            return null;
        var columns = new JsonObject();
        var masked = version.List("masked").Select(column => column.GetValue<string>()).ToHashSet();
        foreach (var profile in version.List("profile"))
        {
            var isMasked = masked.Contains(profile.Text("column")!);
            var metrics = new JsonObject
            {
                ["nullCount"] = profile.Whole("nulls"),
                ["distinctCount"] = profile.Whole("distinct"),
                ["count"] = profile.Whole("count"),
            };

            // The least and the greatest are numbers in the specification; of a text or a time there is no place for them. Those of a
            // column that tells of people stay here.
            foreach (var bound in (string[])["min", "max"])
            {
                if (!isMasked && profile.Real("mean") is not null
                    && double.TryParse(profile.Text(bound), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    && double.IsFinite(number))
                    metrics[bound] = number;
            }

            columns[profile.Text("column")!] = metrics;
        }

        return new JsonObject { ["rowCount"] = version.Whole("rows"), ["bytes"] = version.Whole("bytes"), ["columnMetrics"] = columns };
    }

    private static JsonObject? Assertions(IEnumerable<JsonNode> verdicts)
    {
        var checks = verdicts.SelectMany(verdict => verdict.List("checks")).Select(check =>
        {
            var assertion = new JsonObject
            {
                ["assertion"] = check.Text("check"),
                ["success"] = check.Text("verdict") == "pass",
                ["severity"] = check.Text("severity") == "warn" ? "warn" : "error",
            };
            if (check.Text("column") is { } column)
                assertion["column"] = column;
            if (check.Text("threshold") is { } threshold)
                assertion["expected"] = threshold;
            if (check.Real("observed") is { } observed)
                assertion["actual"] = observed.ToString("R", CultureInfo.InvariantCulture);
            return (JsonNode)assertion;
        }).ToArray();
        return checks.Length == 0 ? null : new JsonObject { ["assertions"] = new JsonArray(checks) };
    }
}
