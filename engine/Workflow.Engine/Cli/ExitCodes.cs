namespace Workflow.Engine.Cli;

/// <summary>What the process ends with.</summary>
public static class ExitCodes
{
    /// <summary>The command did what it was asked to.</summary>
    public const int Success = 0;

    /// <summary>It could not, or the run that it waited for did not succeed.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong; nothing was done.</summary>
    public const int Usage = 2;
}
