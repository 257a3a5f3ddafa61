using System.CommandLine;

namespace Counterseal.Cli;

/// <summary>Options that several commands share, and the one way in which a command runs and fails.</summary>
internal static class Flags
{
    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json") { Description = "One JSON document on standard output, for programs." };

    /// <summary><c>--home</c>: the folder that <c>serve</c> keeps.</summary>
    public static Option<DirectoryInfo> Home() => new("--home")
    {
        Description = "The folder that `counterseal serve` keeps (desk, gate, ledger and their sockets). Default: $COUNTERSEAL_HOME or ./counterseal-home.",
        DefaultValueFactory = _ => new DirectoryInfo(Environment.GetEnvironmentVariable("COUNTERSEAL_HOME") ?? "counterseal-home"),
    };

    /// <summary>A file that must be there.</summary>
    public static Option<FileInfo> File(string name, string description) => new Option<FileInfo>(name) { Description = description, Required = true }.AcceptExistingOnly();

    /// <summary>A required text.</summary>
    public static Option<string> Text(string name, string description, bool required = true) => new(name) { Description = description, Required = required };

    /// <summary>Makes a command of its parts; its failures become one sentence on standard error and an exit code that is not 0.</summary>
    /// <param name="name">What is typed.</param>
    /// <param name="description">What it does, in a sentence.</param>
    /// <param name="example">One way to use it, without the program's name.</param>
    /// <param name="parts">Its arguments and options.</param>
    /// <param name="run">What it does; returns the exit code.</param>
    /// <param name="failure">The exit code of a failure; 2 for commands whose 1 is an answer.</param>
    public static Command Make(string name, string description, string example, IEnumerable<Symbol> parts, Func<ParseResult, Answer, CancellationToken, Task<int>> run, int failure = 1)
    {
        var json = Json();
        var command = new Command(name, $"{description}\n\nExample:\n  counterseal {example}");
        foreach (var part in parts)
        {
            if (part is Option option)
                command.Options.Add(option);
            else if (part is Argument argument)
                command.Arguments.Add(argument);
        }

        command.Options.Add(json);
        command.SetAction(async (parsed, cancel) =>
        {
            try
            {
                return await run(parsed, new Answer(parsed.GetValue(json)), cancel);
            }
            catch (Exception fault) when (Sentence(fault) is { } sentence)
            {
                Answer.Fail(sentence);
                return failure;
            }
            catch (Exception fault) when (failure != 1)
            {
                // A programmer's mistake shows its stack, and must not pass for the answer that 1 stands for.
                Console.Error.WriteLine(fault);
                return failure;
            }
        });
        return command;
    }

    /// <summary>The sentence for a failure that a user can cause; <c>null</c> for a programmer's mistake, which may show its stack.</summary>
    private static string? Sentence(Exception fault) => fault switch
    {
        Custody.RefusalException { Refusal: var no } => $"{no.Code}: {no.What} ({no.Where}). {no.Next}",
        Refused or DeskRefused or Watch.RecordException or Convention.RegistryException or Ledger.LedgerException or Custody.SourceException or Custody.PackageException or Custody.AgeException
            or Law.RuleBookException or Intake.LetterException or FormatException or InvalidDataException or IOException or UnauthorizedAccessException => fault.Message,
        HttpRequestException => $"{fault.Message}. Is `counterseal serve` running for this --home?",
        OperationCanceledException => "interrupted; what was begun can be taken up again",
        _ => null,
    };
}
