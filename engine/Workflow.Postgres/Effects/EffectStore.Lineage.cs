using System.Text.Json;
using Dapper;
using Npgsql;
using Workflow.Runs;

namespace Workflow.Postgres.Effects;

/// <summary>The file that a dataset version was read from.</summary>
/// <param name="Location">Its path or address, without what may be secret in it.</param>
/// <param name="Sha256">The hash of its bytes as they came; null for what is no file, such as a query.</param>
/// <param name="Bytes">How many those are.</param>
/// <param name="Dialect">How it was read, such as <c>format</c> and <c>delimiter</c>.</param>
public sealed record StagedSource(string Location, string? Sha256, long? Bytes, IReadOnlyDictionary<string, string> Dialect);

/// <summary>A model that rows were scored with.</summary>
/// <param name="ModelVersionId">The engine's key of the version.</param>
/// <param name="Role">As what: <c>candidate</c>, or the alias that it holds.</param>
public sealed record AppliedModel(long ModelVersionId, string Role);

/// <content>Where staged versions come from.</content>
public sealed partial class EffectStore
{
    private static async Task AddLineageAsync(
        long versionId, StagedDataset dataset, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        if (dataset.Source is { } file)
        {
            await connection.ExecuteAsync(
                AddSource, new { versionId, file.Location, file.Sha256, file.Bytes, dialect = JsonSerializer.Serialize(file.Dialect) },
                transaction)
                .ConfigureAwait(false);
        }

        if (dataset.Lineage.Count > 0)
        {
            var edges = new
            {
                versionId,
                made = dataset.Lineage.Select(edge => edge.Column).ToArray(),
                inputs = dataset.Lineage.Select(edge => edge.Input).ToArray(),
                taken = dataset.Lineage.Select(edge => edge.From).ToArray(),
                hows = dataset.Lineage.Select(edge => edge.How.Name()).ToArray(),
            };
            await connection.ExecuteAsync(AddColumnLineage, edges, transaction).ConfigureAwait(false);
        }

        if (dataset.Parents.Count > 0)
            await connection.ExecuteAsync(AddUnknownLineage, new { versionId }, transaction).ConfigureAwait(false);
        if (dataset.Models.Count > 0)
        {
            var models = dataset.Models.DistinctBy(model => model.ModelVersionId).ToList();
            await connection.ExecuteAsync(
                AddModels,
                new
                {
                    versionId,
                    modelIds = models.Select(model => model.ModelVersionId).ToArray(),
                    roles = models.Select(model => model.Role).ToArray(),
                },
                transaction).ConfigureAwait(false);
        }
    }
}
