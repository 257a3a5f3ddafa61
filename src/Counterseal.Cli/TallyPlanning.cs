using System.CommandLine;
using System.Globalization;
using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Ledger;
using Counterseal.Reports;
using Counterseal.Tally;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>tally plan</c> and <c>tally adopt</c>: what is settled of a tally before its first leaf, and where it is put.</summary>
internal static class TallyPlanning
{
    /// <summary>The countries of ISO 3166-1 that are members of the United Nations, and a few others from which demands come. What is not here is counted as <c>other</c>.</summary>
    private const string Countries =
        "AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY HK HN HR HT HU ID IE IL IN IQ IR IS IT "
        + "JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PS PT PW PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ "
        + "TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VN VU WS XK YE ZA ZM ZW";

    /// <summary>A plan with the words of a rule book and of the report.</summary>
    public static TallyPlan Make(DateTimeOffset at, RuleBook book, TimeSpan slot, int each, int window, int band)
    {
        string Word(Outcome outcome) => ReportMaking.Word(outcome);
        return TallyPlan.Of(
            at, slot, each, window, Countries.Split(' '), book.Instruments.Keys.Order(StringComparer.Ordinal), [.. Enum.GetValues<Outcome>().Select(Word)],
            // Withdrawn too: a package may have been sealed before the authority took its demand back.
            [Word(Outcome.ContentDisclosed), Word(Outcome.NonContentDisclosed), Word(Outcome.Partly), Word(Outcome.Withdrawn)],
            [.. book.Instruments.Keys.Where(ReportForms.Default.IsBanded).Order(StringComparer.Ordinal)], band);
    }

    /// <summary>The plan of a trial: quick slots, so that one sees it.</summary>
    public static TallyPlan Trial(DateTimeOffset at, RuleBook book) => Make(at, book, TimeSpan.FromSeconds(15), 1, 2, 1000);

    /// <summary>Puts a plan into the parts that a home has. A ledger's tally begins with it; desk and gate write to it from their next start.</summary>
    /// <exception cref="Refused">The home has none of the parts.</exception>
    public static IReadOnlyList<string> Adopt(Home home, byte[] plan)
    {
        var parts = new List<string>();
        if (File.Exists(new LedgerHome(home.Ledger).Key))
        {
            new TallyHome(new LedgerHome(home.Ledger)).Create(plan);
            parts.Add("ledger");
        }
        if (File.Exists(Path.Combine(home.Gate, "gate.json")))
        {
            Durable.Replace(Path.Combine(home.Gate, TallyPlan.FileName), plan, "home.tally", UnixFileMode.UserRead | UnixFileMode.UserWrite);
            parts.Add("gate");
        }
        if (DeskHome.Exists(home.Desk))
        {
            var file = Path.Combine(home.Desk, TallyPlan.FileName);
            Durable.Replace(file, plan, "home.tally", UnixFileMode.UserRead | UnixFileMode.UserWrite);
            DeskHome.Change(home.Desk, options => options with { Tally = Path.GetFullPath(file) });
            parts.Add("desk");
        }
        return parts.Count > 0 ? parts : throw new Refused($"{home.Folder} is no home of a ledger, a gate or a desk");
    }

    /// <summary>The commands.</summary>
    public static IEnumerable<Command> Commands() => [Plan(), AdoptCommand()];

    private static Command Plan()
    {
        var output = new Option<FileInfo>("--out") { Description = "The file to write.", Required = true };
        var (slot, each, window, band) = (Number("--slot", "Seconds between two slots.", 600), Number("--each", "Leaves that each slot adds.", 2), Number("--window", "A leaf goes into one of so many slots to come.", 6), Number("--band", "Width of the band behind which national security stands; 0 for a company under no such law.", 1000));
        return Flags.Make("plan", "Writes the plan of a tally: its tables, its cadence, its bands. It never changes once the first leaf is in.", "tally plan --out tally.json --slot 600 --each 2", [output, slot, each, window, band],
            async (parsed, answer, cancel) =>
            {
                var plan = Make(TimeProvider.System.GetUtcNow(), RuleBook.Load(AssessCommand.Rules), TimeSpan.FromSeconds(parsed.GetValue(slot)), parsed.GetValue(each), parsed.GetValue(window), parsed.GetValue(band));
                var bytes = plan.Bytes();
                _ = TallyPlan.Read(bytes);
                await File.WriteAllBytesAsync(parsed.GetValue(output)!.FullName, bytes, cancel);
                var day = (int)(TimeSpan.FromDays(1) / plan.Slot) * plan.Each;
                answer.Give(new { file = parsed.GetValue(output)!.FullName, leavesADay = day, digest = Convert.ToHexStringLower(plan.Schema.Digest) }, console => console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{parsed.GetValue(output)!.Name}: {day} leaves a day, each of {TallyLeaf.SizeOf(plan.Schema)} bytes; a leaf is in the tally at the latest {plan.Delay.TotalMinutes:0.#} minutes after it is due, while the slots suffice")));
                return 0;
            });
    }

    private static Command AdoptCommand()
    {
        var file = new Argument<FileInfo>("plan") { Description = "The plan, the same file for ledger, gate and desk." }.AcceptExistingOnly();
        var home = Flags.Home();
        return Flags.Make("adopt", "Puts a plan into the parts of a home that are here: each part's user runs it once, with the same file, while the part does not run.", "tally adopt tally.json --home /var/lib/counterseal-ledger", [file, home],
            async (parsed, answer, cancel) =>
            {
                var bytes = await File.ReadAllBytesAsync(parsed.GetValue(file)!.FullName, cancel);
                try
                {
                    _ = TallyPlan.Read(bytes);
                }
                catch (TallyException e)
                {
                    throw new Refused($"{parsed.GetValue(file)!.Name}: {e.Message}");
                }
                var parts = Adopt(Home.Of(parsed.GetValue(home)), bytes);
                answer.Give(new { parts }, console => console.WriteLine($"the tally is adopted by {string.Join(", ", parts)}"));
                return 0;
            });
    }

    private static Option<int> Number(string name, string description, int usual) => new(name) { Description = description, DefaultValueFactory = _ => usual };
}
