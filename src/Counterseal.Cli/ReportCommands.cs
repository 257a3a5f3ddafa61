using System.CommandLine;

namespace Counterseal.Cli;

/// <summary><c>report</c>: the transparency report, and the check of anybody's tables.</summary>
internal static class ReportCommands
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("report", "The transparency report, and the check of any provider's published tables.");
        command.Subcommands.Add(ReportCheckCommand.Command());
        foreach (var one in ReportPublishing.Commands())
            command.Subcommands.Add(one);
        return command;
    }
}
