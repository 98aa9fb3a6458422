using System.CommandLine;
using Workflow.Engine.Cli;
using Workflow.Engine.Commands;
using Workflow.Engine.Hosting;
using Workflow.Worker.Isolation;

// Before anything else, and apart from it: the process of an isolated task loads nothing that it does not use.
if (args is [AttemptHost.Verb, var input, var output])
{
    await AttemptHost.RunAsync(input, output);
    return ExitCodes.Failure;
}

return await RunVerbAsync(args);

static Task<int> RunVerbAsync(string[] args)
{
    var root = new RootCommand("Workflow: DAGs in C#, scheduled, executed by workers, gated and recorded in PostgreSQL.")
    {
        UpCommand.Create(),
        EngineCommands.Scheduler(),
        EngineCommands.Server(),
        EngineCommands.Worker(),
        EngineCommands.Database(),
    };
    ClientCommands.AddTo(root, null, DagsTestCommand.Create());
    return CommandLine.InvokeAsync(root, args, Terminal.System, Hosts.ShutdownLimit + Hosts.ShutdownLimit);
}
