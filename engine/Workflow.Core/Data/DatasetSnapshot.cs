using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Workflow;

/// <summary>A dataset as a whole at one version: of each slice the newest content up to that version.</summary>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Version">The version's number: that of the newest slice in it.</param>
/// <param name="Slices">The slices, in the order of their partitions' texts.</param>
public sealed record DatasetSnapshot(string Dataset, int Version, IReadOnlyList<DatasetVersion> Slices)
{
    /// <summary>How many rows the slices have together.</summary>
    public long Rows => Slices.Sum(slice => slice.Rows);

    /// <summary>
    /// The hash of the manifest, 64 hex digits: same slices with the same content, same hash, whatever they are numbered. The manifest has
    /// a line of JSON for each slice, with its partition, keys in order, and the SHA-256 of its Parquet file.
    /// </summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Manifest)));

    /// <summary>What <see cref="Sha256"/> is the hash of.</summary>
    public string Manifest => string.Concat(
        Slices.Select(slice => $"{{\"partition\":{Canonical(slice.Partition)},\"sha256\":\"{slice.Sha256}\"}}\n")
        .Order(StringComparer.Ordinal));

    private static string Canonical(IReadOnlyDictionary<string, string> partition) =>
        JsonSerializer.Serialize(new SortedDictionary<string, string>(partition.ToDictionary(), StringComparer.Ordinal));
}

/// <summary>Which version of a dataset is read.</summary>
public sealed record AsOf
{
    private AsOf(int? number, DateTimeOffset? time)
    {
        Number = number;
        Time = time;
    }

    /// <summary>The newest version.</summary>
    public static AsOf Newest { get; } = new(null, null);

    /// <summary>A version's number; null when it is not read by number.</summary>
    public int? Number { get; }

    /// <summary>An instant of which the then newest version is read; null when it is not read by time.</summary>
    public DateTimeOffset? Time { get; }

    /// <summary>A version by its number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Versions count from 1.</exception>
    public static AsOf Version(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        return new AsOf(number, null);
    }

    /// <summary>The version that was the newest at an instant of the database's clock.</summary>
    public static AsOf At(DateTimeOffset time) => new(null, time);

    /// <summary>In words that follow a dataset's name.</summary>
    public override string ToString() => (Number, Time) switch
    {
        ({ } number, _) => $"at version {number}",
        (_, { } time) => $"as of {time.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z",
        _ => "at its newest version",
    };
}

/// <summary>What a query reads under a name: one slice, or a dataset as a whole.</summary>
/// <param name="Slices">Their files are read one after the other; a column that one of them lacks is null there.</param>
public sealed record DatasetInput(IReadOnlyList<DatasetVersion> Slices)
{
    /// <summary>One slice.</summary>
    public static implicit operator DatasetInput(DatasetVersion version) => Of(version);

    /// <summary>A dataset as a whole.</summary>
    public static implicit operator DatasetInput(DatasetSnapshot snapshot) => Of(snapshot);

    /// <summary>One slice.</summary>
    public static DatasetInput Of(DatasetVersion version) => new([version]);

    /// <summary>A dataset as a whole.</summary>
    public static DatasetInput Of(DatasetSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new(snapshot.Slices);
    }
}
