using Workflow.Npm;

namespace Workflow.Engine.Embedded;

/// <summary>How <see cref="EmbeddedPostgres"/> runs its server.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>The start limit where none is given: long enough to replay the largest WAL that the settings allow after a crash.</summary>
    public static readonly TimeSpan DefaultStartLimit = TimeSpan.FromMinutes(2);

    /// <summary>The stop limit where none is given.</summary>
    public static readonly TimeSpan DefaultStopLimit = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The folder that holds the cluster (<c>postgres/</c>), its password (<c>postgres.password</c>) and its log (<c>postgres.log</c>).
    /// Created if missing.
    /// </summary>
    public required string DataFolder { get; init; }

    /// <summary>The folder with PostgreSQL's <c>bin</c>, <c>lib</c> and <c>share</c>. Default: the one that npm installed.</summary>
    public string? ProgramFolder { get; init; }

    /// <summary>
    /// The port on 127.0.0.1, or 0 (default) for a free one chosen at each start. A server that is adopted keeps its port.
    /// </summary>
    public int Port { get; init; }

    /// <summary>How long a start may take, crash recovery included. Default: <see cref="DefaultStartLimit"/>.</summary>
    public TimeSpan StartLimit { get; init; } = DefaultStartLimit;

    /// <summary>How long a fast shutdown may take before it becomes an immediate one. Default: <see cref="DefaultStopLimit"/>.</summary>
    public TimeSpan StopLimit { get; init; } = DefaultStopLimit;

    /// <summary>
    /// Whether a commit survives a power failure. Default: true. False is for tests only: a crash of the machine may then corrupt the
    /// cluster.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>The clock of the limits. Default: <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal string Programs => ProgramFolder ?? NpmFolder.Postgres;
}
