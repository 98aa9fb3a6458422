using System.Runtime.CompilerServices;
using Workflow.Graphs;

namespace Workflow;

/// <content>The kinds of task that know data and models.</content>
public sealed partial class DagBuilder
{
    /// <summary>A SQL transform: one <c>SELECT</c> over dataset versions becomes a new version of a dataset.</summary>
    /// <param name="taskId">The task's id.</param>
    /// <param name="input">The dataset version to read; the SQL calls it <c>input</c>.</param>
    /// <param name="into">The dataset that gets the new version, in the partition of the input.</param>
    /// <param name="sql">One DuckDB <c>SELECT</c>. Parameters of the DAG are bound as <c>$name</c>, never spliced.</param>
    /// <param name="line">Given by the compiler: where messages say that the task is.</param>
    public TaskHandle<DatasetVersion> Sql(
        string taskId, TaskHandle<DatasetVersion> input, string into, string sql, [CallerLineNumber] int line = 0) =>
        Sql(taskId, inputs => inputs.Read(SqlSpec.SoleInput, input), into, sql, line);

    /// <summary>A SQL transform of several inputs: one <c>SELECT</c> over dataset versions becomes a new version of a dataset.</summary>
    /// <param name="taskId">The task's id.</param>
    /// <param name="inputs">Says what the SQL reads, and what it calls it.</param>
    /// <param name="into">The dataset that gets the new version, in the partition of the first version that a task gave, if any
    /// did.</param>
    /// <param name="sql">One DuckDB <c>SELECT</c>. Parameters of the DAG are bound as <c>$name</c>, never spliced.</param>
    /// <param name="line">Given by the compiler: where messages say that the task is.</param>
    public TaskHandle<DatasetVersion> Sql(
        string taskId, Action<SqlInputs> inputs, string into, string sql, [CallerLineNumber] int line = 0) =>
        Sql(taskId, inputs, into, sql, SqlRows.Others, line);

    /// <summary>
    /// Says of a dataset what it is, who answers for it and how long its content is kept. Each dataset is described by one DAG.
    /// </summary>
    /// <exception cref="DagDefinitionException">The name is none, the dataset is described here already, or a setting cannot
    /// be.</exception>
    public DagBuilder Dataset(string name, Action<DatasetBuilder> describe)
    {
        ArgumentNullException.ThrowIfNull(describe);
        var dataset = new DatasetBuilder(name);
        describe(dataset);
        var others = settings.Datasets ?? [];
        if (others.Any(other => other.Name == name))
            throw new DagDefinitionException($"Dataset '{name}' is described twice: describe it once.");
        settings = settings with { Datasets = [.. others, dataset.Settings] };
        return this;
    }

    /// <summary>A SQL transform that says what its rows are to those that it reads.</summary>
    /// <inheritdoc cref="Sql(string, TaskHandle{DatasetVersion}, string, string, int)" path="/param" />
    /// <param name="rows">Whether each row written is one that was read; the task fails when there are more.</param>
    public TaskHandle<DatasetVersion> Sql(
        string taskId, TaskHandle<DatasetVersion> input, string into, string sql, SqlRows rows, [CallerLineNumber] int line = 0) =>
        Sql(taskId, inputs => inputs.Read(SqlSpec.SoleInput, input), into, sql, rows, line);

    private TaskHandle<DatasetVersion> Sql(string taskId, Action<SqlInputs> inputs, string into, string sql, SqlRows rows, int line)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Identifier.Require(into, "dataset name");
        var reads = new SqlInputs();
        inputs(reads);
        return new(this, Draft(taskId, reads.Handles, new SqlSpec(into, sql, reads.Inputs) { Rows = rows }, line, typeof(DatasetVersion)));
    }

    /// <summary>
    /// A quality gate: checks a dataset version, records a verdict, and fails the run unless every blocking check passes.
    /// </summary>
    /// <exception cref="DagDefinitionException">It has no checks, one of them cannot be, or the task's id is none or taken.</exception>
    public GateHandle<DatasetVersion> Gate(
        string taskId, TaskHandle<DatasetVersion> subject, Action<QualityGate> define, [CallerLineNumber] int line = 0)
    {
        var gate = new QualityGate();
        define(gate);
        if (gate.Checks.Count == 0 && !gate.Options.IsLearnt)
            throw new DagDefinitionException($"Gate '{taskId}' has no checks: a gate that checks nothing cannot pass.");
        return new(this,
            Draft(taskId, [subject, .. gate.Others], new QualityGateSpec([.. gate.Checks], gate.Options), line, typeof(DatasetVersion)));
    }

    /// <summary>
    /// A backtest gate: holds a candidate model's predictions against thresholds and against the champion on the same rows.
    /// </summary>
    /// <exception cref="DagDefinitionException">It has no thresholds, or the task's id is none or taken.</exception>
    public GateHandle<Predictions> Gate(
        string taskId, TaskHandle<Predictions> subject, Action<BacktestGate> define, [CallerLineNumber] int line = 0)
    {
        var gate = new BacktestGate();
        define(gate);
        if (gate.Thresholds.Count == 0)
            throw new DagDefinitionException($"Gate '{taskId}' has no thresholds: a gate that checks nothing cannot pass.");
        return new(this, Draft(taskId, [subject], new BacktestGateSpec([.. gate.Thresholds]), line, typeof(Predictions)));
    }

    /// <summary>Trains a model on a dataset version and registers a new version of it.</summary>
    public TaskHandle<ModelVersion> Train(
        string taskId, TaskHandle<DatasetVersion> rows, Action<TrainBuilder> define, [CallerLineNumber] int line = 0)
    {
        var train = new TrainBuilder();
        define(train);
        return new(this, Draft(taskId, [rows], train.Build(taskId), line, typeof(ModelVersion)));
    }

    /// <summary>
    /// Moves a model's alias to the candidate that passed the gate. The move is refused when a gate of the run did not pass, or when the
    /// alias has moved since the gate compared against it.
    /// </summary>
    public TaskHandle Promote(string taskId, GateHandle<Predictions> gate, string alias = "champion", [CallerLineNumber] int line = 0)
    {
        Identifier.Require(alias, "alias");
        return new(this, Draft(taskId, [gate], new PromoteSpec(alias), line));
    }
}
