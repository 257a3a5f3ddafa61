using System.CommandLine;
using System.Globalization;
using Counterseal.Intake;
using Counterseal.Law;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>assess FILE</c>: what the law says of a demand, without a server and without keeping anything.</summary>
internal static class AssessCommand
{
    /// <summary>The rule books that came with this program.</summary>
    public static string Rules => Path.Combine(AppContext.BaseDirectory, "rules");

    /// <summary>The command.</summary>
    public static Command Command()
    {
        var file = new Argument<FileInfo>("file") { Description = "The demand as it came." }.AcceptExistingOnly();
        var asOf = new Option<string?>("--as-of") { Description = "The time to assess for (RFC 3339); the law of that day applies. Default: now." };
        var facts = new Option<string[]>("--fact") { Description = "NAME=VALUE, what has been established; may be given several times.", DefaultValueFactory = _ => [] };
        var rules = new Option<DirectoryInfo?>("--rules") { Description = "A folder of rule books. Default: the ones that came with this program." };
        var schemas = new Option<DirectoryInfo?>("--schemas") { Description = "A folder with ETSI's own XSDs to validate against as well." };
        return Flags.Make("assess", "Holds a demand against the rule books and prints findings, questions, deadlines and the proposed decision.",
            "assess samples/ordinary.json --fact authenticated=true --as-of 2026-11-24T02:00:00Z", [file, asOf, facts, rules, schemas],
            (parsed, answer, _) =>
            {
                if (Read(parsed.GetValue(file)!, parsed.GetValue(schemas), answer) is not { } demand)
                    return Task.FromResult(Answer.Fail($"{parsed.GetValue(file)!.Name} cannot be read as a demand"));
                var at = At("--as-of", parsed.GetValue(asOf)) ?? TimeProvider.System.GetUtcNow();
                var book = RuleBook.Load(parsed.GetValue(rules)?.FullName ?? Rules);
                var assessment = Engine.Assess(demand, Known(parsed.GetValue(facts)!), book, at, at);
                answer.Give(assessment, console => AssessmentText.Show(console, assessment));
                return Task.FromResult(0);
            });
    }

    /// <summary>Reads a demand; where it cannot be read, says why and gives <c>null</c>.</summary>
    public static Demand? Read(FileInfo file, DirectoryInfo? schemas, Answer answer)
    {
        var reading = Door.Read(File.ReadAllBytes(file.FullName), schemas?.FullName);
        if (reading.Demand is not null)
            return reading.Demand;
        answer.Give(reading, _ => { });
        foreach (var fault in reading.Faults)
            Answer.Error.WriteLine(Answer.Visible($"line {fault.Line?.ToString(CultureInfo.InvariantCulture) ?? "–"}, {fault.Element}: {fault.What} ({fault.Rule}). {fault.Next}"));
        return null;
    }

    /// <summary>The instant that an option names; <c>null</c> where it is not given.</summary>
    /// <exception cref="Refused">It is none.</exception>
    public static DateTimeOffset? At(string option, string? text) => text is null ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var given) ? given
        : throw new Refused($"{option} '{text}' is not an instant; write for example 2026-11-24T02:00:00Z");

    /// <summary>The facts that <c>--fact NAME=VALUE</c> names.</summary>
    /// <exception cref="Refused">One has no name.</exception>
    public static Facts Known(string[] pairs)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                throw new Refused($"--fact '{pair}' is not NAME=VALUE");
            values[pair[..at]] = pair[(at + 1)..];
        }

        return new Facts(values);
    }
}
