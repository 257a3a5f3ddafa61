using System.CommandLine;
using Counterseal.Cli;

var root = new RootCommand("""
    Counterseal stands between governments' demands for data and a company's customers.

    Start:    counterseal demo                         the main job on made-up mail, with every cheat refused
              counterseal serve --home ./counterseal   desk, gate and ledger in trial mode, with pages
    """);
root.Subcommands.Add(Serve.Command());
root.Subcommands.Add(GateCommands.Command());
root.Subcommands.Add(LedgerCommands.Command());
root.Subcommands.Add(WitnessCommands.Command());
root.Subcommands.Add(DemandCommands.Submit());
root.Subcommands.Add(AssessCommand.Command());
root.Subcommands.Add(DraftCommand.Command());
root.Subcommands.Add(RulesCommands.Command());
root.Subcommands.Add(DemandCommands.Demands());
root.Subcommands.Add(DemandCommands.Authenticate());
root.Subcommands.Add(DemandCommands.Establish());
root.Subcommands.Add(DemandCommands.Decide());
root.Subcommands.Add(OrderCommands.Order());
root.Subcommands.Add(OrderCommands.Approve());
root.Subcommands.Add(PreviewCommand.Command());
root.Subcommands.Add(PackageCommands.Verify());
root.Subcommands.Add(PackageCommands.Open());
root.Subcommands.Add(KeyCommands.Command());
root.Subcommands.Add(RotationCommands.Desk());
root.Subcommands.Add(BackupCommands.Backup());
root.Subcommands.Add(BackupCommands.Restore());
root.Subcommands.Add(BackupCommands.Check());
root.Subcommands.Add(DirectoryCommands.Command());
root.Subcommands.Add(CustomerCommands.Command());
root.Subcommands.Add(WatchCommands.Command());
root.Subcommands.Add(ReportCommands.Command());
root.Subcommands.Add(TallyCommands.Command());
root.Subcommands.Add(AuditCommands.Command());
root.Subcommands.Add(ConventionCommands.Command());
root.Subcommands.Add(VulnerabilityCommands.Command());
root.Subcommands.Add(DemoCommand.Command());
var parsed = root.Parse(args);
var code = await parsed.InvokeAsync();
// What was typed wrong is told apart from an answer that is no.
return parsed.Errors.Count > 0 ? 2 : code;
