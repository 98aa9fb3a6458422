namespace Workflow.Graphs;

/// <summary>What a task does: one record for each kind, carried out by the worker's handler for that kind.</summary>
public abstract record TaskSpec
{
    /// <summary>The kind's name in the API and the database.</summary>
    public abstract string Kind { get; }

    /// <summary>What the graph hash must see of the kind's settings.</summary>
    public virtual object? Settings => null;

    /// <summary>The datasets and models that the task is known to write before it has run.</summary>
    public virtual IReadOnlyList<string> Outlets => [];
}

/// <summary>A plain task: author's code.</summary>
/// <param name="Body">Takes the context and the outputs of the task's inputs, in order; gives the task's output or null.</param>
public sealed record PlainSpec(Func<TaskContext, IReadOnlyList<object?>, Task<object?>> Body) : TaskSpec
{
    /// <inheritdoc />
    public override string Kind => "task";
}

/// <summary>What a SQL transform reads under a name: what a task gave, or a dataset as a whole.</summary>
/// <param name="Name">What the SQL calls it.</param>
/// <param name="Input">Which of the task's inputs it is; null for a dataset as a whole.</param>
/// <param name="Dataset">The dataset; null for one of the task's inputs.</param>
/// <param name="At">Which version of the dataset.</param>
public sealed record SqlInput(string Name, int? Input, string? Dataset, AsOf At);

/// <summary>A SQL transform into a dataset.</summary>
/// <param name="Into">The dataset that gets a new version.</param>
/// <param name="Sql">One <c>SELECT</c>.</param>
/// <param name="Inputs">What it reads.</param>
public sealed record SqlSpec(string Into, string Sql, IReadOnlyList<SqlInput> Inputs) : TaskSpec
{
    /// <summary>What the SQL of a transform of one version calls it.</summary>
    public const string SoleInput = "input";

    /// <summary>What the rows written are to those read.</summary>
    public SqlRows Rows { get; init; }

    /// <inheritdoc />
    public override string Kind => "sql";

    // A transform of one version hashes as it did before there were others: runs are pinned to the hash.
    /// <inheritdoc />
    public override object Settings => (Inputs is [{ Name: SoleInput, Input: 0 }], Rows) switch
    {
        (true, SqlRows.Others) => new { Into, Sql },
        (true, _) => new { Into, Sql, Rows },
        _ => new { Into, Sql, Rows, Inputs },
    };

    /// <inheritdoc />
    public override IReadOnlyList<string> Outlets => [Into];
}

/// <summary>A gate over a dataset version.</summary>
/// <param name="Checks">What must hold.</param>
/// <param name="Options">What it does besides.</param>
public sealed record QualityGateSpec(IReadOnlyList<DataCheck> Checks, GateOptions Options) : TaskSpec
{
    private static readonly GateOptions Plain = new();

    /// <inheritdoc />
    public override string Kind => "gate";

    // A gate that only checks hashes as it did before gates could do more: runs are pinned to the hash.
    /// <inheritdoc />
    public override object Settings => Options == Plain ? Checks : new { Checks, Options };

    /// <inheritdoc />
    public override IReadOnlyList<string> Outlets => Options.Into is { } into ? [into] : [];
}

/// <summary>A gate over a candidate model's predictions.</summary>
/// <param name="Thresholds">What must hold.</param>
public sealed record BacktestGateSpec(IReadOnlyList<MetricThreshold> Thresholds) : TaskSpec
{
    /// <inheritdoc />
    public override string Kind => "gate";

    /// <inheritdoc />
    public override object Settings => Thresholds;
}

/// <summary>Training of a model.</summary>
/// <param name="Model">The registered model that gets a new version.</param>
/// <param name="Flavour">What is trained and on which columns.</param>
/// <param name="HistoryKey">The partition key along which earlier partitions of the dataset are trained on too; null for the given version
/// alone.</param>
/// <param name="Holdout">A boolean column: where it is true in the given version, the row is kept for testing.</param>
public sealed record TrainSpec(string Model, LinearSpec Flavour, string? HistoryKey, string Holdout) : TaskSpec
{
    /// <inheritdoc />
    public override string Kind => "train";

    /// <inheritdoc />
    public override object Settings => new { Model, Flavour, HistoryKey, Holdout };

    /// <inheritdoc />
    public override IReadOnlyList<string> Outlets => [Model];
}

/// <summary>Moving an alias to the candidate that passed.</summary>
/// <param name="Alias">The alias, such as <c>champion</c>.</param>
public sealed record PromoteSpec(string Alias) : TaskSpec
{
    /// <inheritdoc />
    public override string Kind => "promote";

    /// <inheritdoc />
    public override object Settings => Alias;
}

/// <summary>Author's code that chooses which of its direct downstreams go on.</summary>
/// <param name="Choose">Gives the ids of the tasks that go on.</param>
public sealed record BranchSpec(Func<TaskContext, IReadOnlyList<object?>, Task<IReadOnlyList<string>>> Choose) : TaskSpec
{
    /// <inheritdoc />
    public override string Kind => "branch";
}

/// <summary>Author's code that says whether what follows goes on at all.</summary>
/// <param name="GoOn">Whether it does.</param>
/// <param name="All">Whether everything after it is skipped, or only its direct downstreams, so that trigger rules decide about the
/// rest.</param>
public sealed record ShortCircuitSpec(Func<TaskContext, IReadOnlyList<object?>, Task<bool>> GoOn, bool All) : TaskSpec
{
    /// <inheritdoc />
    public override string Kind => "short_circuit";

    /// <inheritdoc />
    public override object Settings => All;
}

/// <summary>The node that expands a mapped group; nobody executes it.</summary>
public sealed record ExpandSpec : TaskSpec
{
    /// <inheritdoc />
    public override string Kind => TaskDefinition.ExpandKind;
}
