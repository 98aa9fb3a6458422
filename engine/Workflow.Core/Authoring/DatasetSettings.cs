namespace Workflow;

/// <summary>What a DAG says of a dataset that it answers for.</summary>
/// <param name="Name">The dataset.</param>
public sealed record DatasetSettings(string Name)
{
    /// <summary>What it holds, in a sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>Who answers for it.</summary>
    public string Owner { get; init; } = "";

    /// <summary>Words to find it by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>
    /// How many versions of each slice keep their content; null for one, or for all of them where <see cref="KeepFor" /> is null too.
    /// </summary>
    public int? KeepVersions { get; init; }

    /// <summary>
    /// For how long a version keeps its content; null for no longer than its number says, or for ever where <see cref="KeepVersions" /> is
    /// null too.
    /// </summary>
    public TimeSpan? KeepFor { get; init; }

    /// <summary>After which age content moves to the cold store; null for never.</summary>
    public TimeSpan? ColdAfter { get; init; }
}

/// <summary>Collects what a DAG says of a dataset.</summary>
public sealed class DatasetBuilder
{
    private DatasetSettings settings;

    internal DatasetBuilder(string name)
    {
        Identifier.Require(name, "dataset name");
        settings = new DatasetSettings(name);
    }

    internal DatasetSettings Settings => settings;

    /// <summary>What it holds, in a sentence.</summary>
    public DatasetBuilder Description(string text)
    {
        settings = settings with { Description = text };
        return this;
    }

    /// <summary>Who answers for it.</summary>
    public DatasetBuilder Owner(string name)
    {
        settings = settings with { Owner = name };
        return this;
    }

    /// <summary>Words to find it by.</summary>
    public DatasetBuilder Tags(params string[] words)
    {
        settings = settings with { Tags = [.. settings.Tags, .. words] };
        return this;
    }

    /// <summary>
    /// How much content stays: a version loses its content when neither of the two keeps it. The newest version of each slice, what a model
    /// was trained on, what a run that is still kept has read or written, and what is on hold always stay, and so does every version's
    /// record. Everything stays unless given.
    /// </summary>
    /// <param name="versions">How many versions of each slice stay; null for one.</param>
    /// <param name="age">For how long versions stay; null for no longer than their number says.</param>
    public DatasetBuilder Keep(int? versions = null, TimeSpan? age = null)
    {
        if (versions < 1)
            throw new DagDefinitionException($"Dataset '{settings.Name}': at least one version of each slice is kept, got {versions}.");
        settings = settings with { KeepVersions = versions, KeepFor = RequireAge("kept", age) };
        return this;
    }

    /// <summary>
    /// Moves content to the cold store when it is older than this and no longer the newest of its slice. Reading it brings it back.
    /// </summary>
    public DatasetBuilder Cold(TimeSpan after)
    {
        settings = settings with { ColdAfter = RequireAge("cold", after) };
        return this;
    }

    private TimeSpan? RequireAge(string what, TimeSpan? age) => age <= TimeSpan.Zero
        ? throw new DagDefinitionException($"Dataset '{settings.Name}': the age for '{what}' must be positive, got {age}.")
        : age;
}
