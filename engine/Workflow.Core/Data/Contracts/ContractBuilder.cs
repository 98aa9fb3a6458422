namespace Workflow;

/// <summary>Collects what a contract says of a dataset.</summary>
public sealed class ContractBuilder
{
    private readonly List<ContractColumn> columns = [];
    private DataContract contract;

    internal ContractBuilder(string dataset) => contract = new DataContract(dataset, columns);

    /// <summary>Who answers for the data.</summary>
    public ContractBuilder Owner(string name) => With(contract with { Owner = name });

    /// <summary>Under which licence it may be used.</summary>
    public ContractBuilder Licence(string text) => With(contract with { Licence = text });

    /// <summary>What it is, in a sentence.</summary>
    public ContractBuilder Meaning(string text) => With(contract with { Meaning = text });

    /// <summary>What is promised about the next version; <see cref="Workflow.Compatibility.Backward"/> unless said.</summary>
    public ContractBuilder Compatibility(Compatibility level) => With(contract with { Compatibility = level });

    /// <summary>Data may hold columns that the contract does not name. Without it they are a violation.</summary>
    public ContractBuilder AllowExtraColumns() => With(contract with { ExtraColumns = true });

    /// <summary>
    /// The columns that together name a row. They hold no nulls, and no two rows of a dataset version agree in all of them.
    /// </summary>
    /// <remarks>Within one version: a dataset in partitions may hold a key once in each of them.</remarks>
    public ContractBuilder Key(params string[] names) => With(contract with { Key = [.. names] });

    /// <summary>A column that every version has.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its DuckDB type, such as <c>BIGINT</c>, <c>DOUBLE</c> or <c>DECIMAL(10,2)</c>.</param>
    /// <param name="define">What else is promised of it.</param>
    public ContractBuilder Column(string name, string type, Action<ContractColumnBuilder>? define = null)
    {
        var column = new ContractColumnBuilder(new ContractColumn(name, type));
        define?.Invoke(column);
        columns.Add(column.Column);
        return this;
    }

    internal DataContract Build() => Sound(contract);

    /// <summary>Checks a contract as a whole and brings it into its one form.</summary>
    internal static DataContract Sound(DataContract of)
    {
        Identifier.Require(of.Dataset, "dataset name");
        if (of.Columns is not { Count: > 0 } || of.Columns.Any(column => column is null))
            throw Wrong(of, "it has no columns: name at least one");
        if (of.Key is null)
            throw Wrong(of, "the key is null: leave it out for no key");
        var twice = of.Columns.GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw Wrong(of, $"two columns are called '{twice.Key}', which SQL cannot tell apart: rename one");
        if (of.Key.FirstOrDefault(name => of.Columns.All(column => column.Name != name)) is { } missing)
        {
            var known = string.Join(", ", of.Columns.Select(one => one.Name));
            throw Wrong(of, $"the key names '{missing}', which is no column; the columns are {known}");
        }

        if (of.Key.Distinct(StringComparer.Ordinal).Count() < of.Key.Count)
            throw Wrong(of, "the key names a column twice: name each once");
        if (!Enum.IsDefined(of.Compatibility))
            throw Wrong(of, $"'{of.Compatibility}' is no compatibility level");
        var sound = of with
        {
            Columns = [.. of.Columns.Select(column => Sound(of, column))],
            Key = [.. of.Key.Order(StringComparer.Ordinal)],
        };
        if (sound.ToJson().Contains("\\u0000", StringComparison.Ordinal))
            throw Wrong(of, "a text holds the character NUL, which the database cannot store: take it out");
        return sound;
    }

    private static ContractColumn Sound(DataContract of, ContractColumn column)
    {
        if (string.IsNullOrWhiteSpace(column.Name))
            throw Wrong(of, "a column has no name");
        DagDefinitionException Bad(string what) => Wrong(of, $"column '{column.Name}' {what}");
        var type = ContractTypes.Normalise(column.Type ?? "")
            ?? throw Bad(
                $"has the type '{column.Type}', which DuckDB does not know: use one such as BIGINT, DECIMAL(10,2), VARCHAR or TIMESTAMP");
        if (column is { Minimum: not null } or { Maximum: not null } && !ContractTypes.IsNumeric(type))
            throw Bad($"has a range, but its type {type} is no number: leave the range out");
        if (column.Minimum is { } low && !double.IsFinite(low) || column.Maximum is { } high && !double.IsFinite(high))
            throw Bad("has a bound that is no finite number: leave it out for no bound");
        if (column.Minimum > column.Maximum)
            throw Bad($"has the minimum {column.Minimum} above the maximum {column.Maximum}");
        if (!Enum.IsDefined(column.PersonalData))
            throw Bad($"has '{column.PersonalData}', which is no class of personal data");
        if (column.Values is { Count: 0 })
            throw Bad("allows no values at all: name at least one");
        if (column.Values?.FirstOrDefault(value => value is null || ContractTypes.Value(type, value) is null) is { } stranger)
            throw Bad($"allows '{stranger}', which is no {type}");
        return column with
        {
            Type = type,
            Required = column.Required || of.Key.Contains(column.Name),
            Values = column.Values is null
                ? null
                : [.. column.Values.Select(value => ContractTypes.Value(type, value)!).ToHashSet(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal)],
        };
    }

    private static DagDefinitionException Wrong(DataContract of, string what) => new($"Contract of '{of.Dataset}': {what}.");

    private ContractBuilder With(DataContract next)
    {
        contract = next;
        return this;
    }
}

/// <summary>Collects what a contract says of a column.</summary>
public sealed class ContractColumnBuilder
{
    internal ContractColumnBuilder(ContractColumn column) => Column = column;

    internal ContractColumn Column { get; private set; }

    /// <summary>It holds no nulls.</summary>
    public ContractColumnBuilder Required() => With(Column with { Required = true });

    /// <summary>Its numbers lie between the bounds, both included. Nulls are left out; what is no finite number lies outside.</summary>
    public ContractColumnBuilder Between(double minimum, double maximum) => With(Column with { Minimum = minimum, Maximum = maximum });

    /// <summary>Its numbers are at least this. Nulls are left out.</summary>
    public ContractColumnBuilder AtLeast(double minimum) => With(Column with { Minimum = minimum });

    /// <summary>Its numbers are at most this. Nulls are left out.</summary>
    public ContractColumnBuilder AtMost(double maximum) => With(Column with { Maximum = maximum });

    /// <summary>It holds no values but these, each written as text of the column's type. Nulls are left out.</summary>
    public ContractColumnBuilder OneOf(params string[] values) => With(Column with { Values = [.. values] });

    /// <summary>What its numbers count, such as <c>USD</c> or <c>km</c>.</summary>
    public ContractColumnBuilder Unit(string name) => With(Column with { Unit = name });

    /// <summary>What it means, in a sentence.</summary>
    public ContractColumnBuilder Meaning(string text) => With(Column with { Meaning = text });

    /// <summary>How far it tells of people; <see cref="Workflow.PersonalData.None"/> unless said.</summary>
    public ContractColumnBuilder PersonalData(PersonalData kind) => With(Column with { PersonalData = kind });

    private ContractColumnBuilder With(ContractColumn next)
    {
        Column = next;
        return this;
    }
}
