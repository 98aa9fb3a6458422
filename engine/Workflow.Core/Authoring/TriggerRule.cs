namespace Workflow;

/// <summary>The condition over a task's direct upstreams under which it runs (the rules of Airflow's users, same names).</summary>
public enum TriggerRule
{
    /// <summary>Every upstream succeeded. The default.</summary>
    AllSuccess,

    /// <summary>Every upstream failed, or could not run since its own upstream failed.</summary>
    AllFailed,

    /// <summary>Every upstream finished, whatever the outcome.</summary>
    AllDone,

    /// <summary>Every upstream was skipped.</summary>
    AllSkipped,

    /// <summary>At least one upstream failed; does not wait for the others.</summary>
    OneFailed,

    /// <summary>At least one upstream succeeded; does not wait for the others.</summary>
    OneSuccess,

    /// <summary>At least one upstream succeeded or failed; does not wait for the others.</summary>
    OneDone,

    /// <summary>No upstream failed: each succeeded or was skipped.</summary>
    NoneFailed,

    /// <summary>No upstream failed and at least one succeeded: the rule for a join after a branch.</summary>
    NoneFailedMinOneSuccess,

    /// <summary>Every upstream finished and none was skipped.</summary>
    NoneSkipped,

    /// <summary>Runs at once, without waiting for any upstream.</summary>
    Always,

    /// <summary>Every upstream finished, none was skipped, and at least one succeeded.</summary>
    AllDoneMinOneSuccess,

    /// <summary>Every upstream finished and a setup of the task succeeded: the rule of teardowns, which <c>AsTeardown</c> sets.</summary>
    AllDoneSetupSuccess,
}
