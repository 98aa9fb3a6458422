namespace Workflow;

/// <summary>
/// What a contract promises about its next version. The meaning is that of Confluent's schema registry, with data that lies in files in the
/// place of messages. A new version is judged by the level of the newest registered one, so that none loosens its level and breaks at once.
/// </summary>
/// <remarks>Confluent, "Schema Evolution and Compatibility for Schema Registry"; Apache Avro 1.11, "Schema Resolution".</remarks>
public enum Compatibility
{
    /// <summary>Nothing is promised. Only the protection of personal data may not be loosened.</summary>
    None,

    /// <summary>Readers that know the new version can read data of the newest one. The default.</summary>
    Backward,

    /// <summary>The same for data of every version.</summary>
    BackwardTransitive,

    /// <summary>Readers that know the newest version can read data of the new one.</summary>
    Forward,

    /// <summary>The same for readers of every version.</summary>
    ForwardTransitive,

    /// <summary>Both backward and forward.</summary>
    Full,

    /// <summary>Both, against every version.</summary>
    FullTransitive,
}

/// <summary>
/// How far a column tells of people; a later one is stricter. Values of every class but <see cref="None"/> are masked in samples.
/// </summary>
public enum PersonalData
{
    /// <summary>It tells nothing of a person.</summary>
    None,

    /// <summary>It tells of a person whom only further data name, such as a customer number.</summary>
    Pseudonymous,

    /// <summary>It names a person or leads to one, such as an e-mail address.</summary>
    Personal,

    /// <summary>It is of a special category, such as health or belief (GDPR, article 9).</summary>
    Sensitive,
}
