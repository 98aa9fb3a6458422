using System.Text.Json.Serialization;

namespace Workflow;

/// <summary>Names datasets in conditions.</summary>
public static class Dataset
{
    /// <summary>The condition that a dataset has changed.</summary>
    /// <exception cref="DagDefinitionException">It is no name of a dataset.</exception>
    public static DatasetCondition Named(string name)
    {
        Identifier.Require(name, "dataset name");
        return new DatasetCondition.Named(name);
    }
}

/// <summary>A condition over datasets that have changed: <c>&amp;</c> wants both sides, <c>|</c> either.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Named), "named")]
[JsonDerivedType(typeof(All), "all")]
[JsonDerivedType(typeof(Any), "any")]
public abstract record DatasetCondition
{
    private protected DatasetCondition()
    {
    }

    /// <summary>The datasets that it names, each once, in order of their names.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Names => [.. AllNames().Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Both must be met.</summary>
    public static DatasetCondition operator &(DatasetCondition left, DatasetCondition right) => All.Of(left, right);

    /// <summary>One of them must be met.</summary>
    public static DatasetCondition operator |(DatasetCondition left, DatasetCondition right) => Any.Of(left, right);

    /// <summary>Both must be met: <c>&amp;</c> by name.</summary>
    public static DatasetCondition BitwiseAnd(DatasetCondition left, DatasetCondition right) => left & right;

    /// <summary>One of them must be met: <c>|</c> by name.</summary>
    public static DatasetCondition BitwiseOr(DatasetCondition left, DatasetCondition right) => left | right;

    /// <summary>Whether it is met when these datasets have changed.</summary>
    public abstract bool IsMetBy(IReadOnlySet<string> changed);

    private protected abstract IEnumerable<string> AllNames();

    /// <summary>A dataset has changed.</summary>
    /// <param name="Name">The dataset.</param>
    public sealed record Named(string Name) : DatasetCondition
    {
        /// <inheritdoc />
        public override bool IsMetBy(IReadOnlySet<string> changed) => changed.Contains(Name);

        /// <inheritdoc />
        public override string ToString() => Name;

        private protected override IEnumerable<string> AllNames() => [Name];
    }

    /// <summary>All of several conditions.</summary>
    /// <param name="Conditions">The conditions, two at least.</param>
    public sealed record All(IReadOnlyList<DatasetCondition> Conditions) : DatasetCondition
    {
        /// <inheritdoc />
        public override bool IsMetBy(IReadOnlySet<string> changed) => Conditions.All(condition => condition.IsMetBy(changed));

        /// <inheritdoc />
        public bool Equals(All? other) => other is not null && Conditions.SequenceEqual(other.Conditions);

        /// <inheritdoc />
        public override int GetHashCode() => Conditions.Aggregate(1, HashCode.Combine);

        /// <inheritdoc />
        public override string ToString() =>
            string.Join(" & ", Conditions.Select(condition => condition is Any ? $"({condition})" : $"{condition}"));

        internal static All Of(DatasetCondition left, DatasetCondition right) => new([.. Parts(left), .. Parts(right)]);

        private protected override IEnumerable<string> AllNames() => Conditions.SelectMany(condition => condition.AllNames());

        private static IReadOnlyList<DatasetCondition> Parts(DatasetCondition condition) =>
            condition is All all ? all.Conditions : [condition];
    }

    /// <summary>One of several conditions.</summary>
    /// <param name="Conditions">The conditions, two at least.</param>
    public sealed record Any(IReadOnlyList<DatasetCondition> Conditions) : DatasetCondition
    {
        /// <inheritdoc />
        public override bool IsMetBy(IReadOnlySet<string> changed) => Conditions.Any(condition => condition.IsMetBy(changed));

        /// <inheritdoc />
        public bool Equals(Any? other) => other is not null && Conditions.SequenceEqual(other.Conditions);

        /// <inheritdoc />
        public override int GetHashCode() => Conditions.Aggregate(2, HashCode.Combine);

        /// <inheritdoc />
        public override string ToString() => string.Join(" | ", Conditions);

        internal static Any Of(DatasetCondition left, DatasetCondition right) => new([.. Parts(left), .. Parts(right)]);

        private protected override IEnumerable<string> AllNames() => Conditions.SelectMany(condition => condition.AllNames());

        private static IReadOnlyList<DatasetCondition> Parts(DatasetCondition condition) =>
            condition is Any any ? any.Conditions : [condition];
    }
}
