using System.CommandLine;
using Workflow.Engine.Cli;
using Workflow.Engine.Commands;
using Workflow.Engine.Hosting;

var root = new RootCommand("Workflow: DAGs in C#, scheduled, executed by workers, gated and recorded in PostgreSQL.")
{
    UpCommand.Create(),
    EngineCommands.Scheduler(),
    EngineCommands.Server(),
    EngineCommands.Worker(),
    EngineCommands.Database(),
};
ClientCommands.AddTo(root, null, DagsTestCommand.Create());
return await CommandLine.InvokeAsync(root, args, Terminal.System, Hosts.ShutdownLimit + Hosts.ShutdownLimit);
