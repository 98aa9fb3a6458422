namespace Workflow;

/// <summary>What a drift gate compares a dataset version with: what counts as normal.</summary>
public sealed record Reference
{
    private Reference()
    {
    }

    /// <summary>The dataset of a named version; null for another kind of reference.</summary>
    public string? Dataset { get; private init; }

    /// <summary>The number of a named version; null for the newest of a slice.</summary>
    public int? Number { get; private init; }

    /// <summary>The keys of a slice, or some of them; null for a version by its number.</summary>
    public IReadOnlyDictionary<string, string>? Slice { get; private init; }

    /// <summary>How many earlier slices of the judged dataset are taken together; null for another kind of reference.</summary>
    public int? Windows { get; private init; }

    /// <summary>The partition key along which slices are earlier.</summary>
    public string? Along { get; private init; }

    /// <summary>The model on whose training data a version is held against; null for another kind of reference.</summary>
    public string? Model { get; private init; }

    /// <summary>The alias that says which version of the model.</summary>
    public string? Alias { get; private init; }

    /// <summary>One version of a dataset by its number.</summary>
    /// <exception cref="DagDefinitionException">Versions count from 1.</exception>
    public static Reference Version(string dataset, int number)
    {
        Identifier.Require(dataset, "dataset name");
        return number >= 1
            ? new Reference { Dataset = dataset, Number = number }
            : throw new DagDefinitionException($"Versions of '{dataset}' count from 1, got {number}.");
    }

    /// <summary>The newest version of a slice.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="slice">The slice, such as <c>month=2019-06</c> or <c>month=2019-06,region=north</c>.</param>
    /// <exception cref="DagDefinitionException">The slice does not read like one.</exception>
    public static Reference Version(string dataset, string slice)
    {
        ArgumentNullException.ThrowIfNull(slice);
        Identifier.Require(dataset, "dataset name");
        var keys = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in slice.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } key, var value] || !keys.TryAdd(key, value))
                throw new DagDefinitionException(
                    $"A slice of '{dataset}' has keys and values such as month=2019-06, each key once, got '{slice}'.");
        }

        return keys.Count > 0
            ? new Reference { Dataset = dataset, Slice = keys }
            : throw new DagDefinitionException($"Name a slice of '{dataset}' such as month=2019-06, or a version by its number.");
    }

    /// <summary>The slices just before the judged one, taken together.</summary>
    /// <param name="windows">How many slices at most.</param>
    /// <param name="along">The partition key whose values are in order, such as <c>month</c>.</param>
    /// <exception cref="DagDefinitionException">There must be at least one.</exception>
    public static Reference Rolling(int windows, string along)
    {
        ArgumentException.ThrowIfNullOrEmpty(along);
        return windows >= 1
            ? new Reference { Windows = windows, Along = along }
            : throw new DagDefinitionException($"A rolling reference needs at least one window, got {windows}.");
    }

    /// <summary>The dataset versions that the holder of a model's alias was trained on, taken together.</summary>
    public static Reference ChampionTraining(string model, string alias = "champion")
    {
        Identifier.Require(model, "model name");
        Identifier.Require(alias, "alias");
        return new Reference { Model = model, Alias = alias };
    }

    /// <summary>In words.</summary>
    public override string ToString() => this switch
    {
        { Windows: { } windows } => $"the {windows} slices before along {Along}",
        { Model: { } model } => $"the training data of {model}'s {Alias}",
        { Number: { } number } => $"{Dataset} version {number}",
        _ => $"{Dataset} {string.Join(',', Slice!.Select(pair => $"{pair.Key}={pair.Value}"))}",
    };
}
