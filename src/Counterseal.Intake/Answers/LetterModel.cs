using System.Globalization;
using Counterseal.Law;

namespace Counterseal.Intake;

/// <summary>
/// All that a template can reach, member by member, and to whom it may go. <c>docs/letters.md</c> lists the same for counsel. What is not
/// declared here (doubt, weights, what would change a finding, facts, counts, our directory) is in no letter.
/// </summary>
internal static class LetterModel
{
    private const LetterReaders Court = LetterReaders.Court;

    /// <summary>A matter, and what one letter says of it.</summary>
    /// <param name="Matter">The matter.</param>
    /// <param name="Objections">The objections of this letter.</param>
    /// <param name="Annex3">Form 3.</param>
    public sealed record Answer(Matter Matter, IReadOnlyList<Said> Objections, Annex3 Annex3);

    private static readonly LetterFields<Said> SaidFields = new LetterFields<Said>()
        .Ours("sentence", "The reason in a sentence; left to counsel where it would tell what stays in the house.", s => s.Sentence, "the reason, in words that may go out")
        .Ours("citation", "Where it is written.", s => s.Citation, "the citation");

    private static readonly LetterFields<Said> ObjectionFields = new LetterFields<Said>()
        .Ours("name", "The ground by its name in the rule book.", s => s.Name, "the ground")
        .Ours("sentence", "The reason in a sentence; left to counsel where it would tell what stays in the house.", s => s.Sentence, "the reason, in words that may go out")
        .Ours("citation", "Where it is written.", s => s.Citation, "the citation");

    private static readonly LetterFields<ScopeItem> PartFields = new LetterFields<ScopeItem>()
        .Ours("categories", "The categories.", Categories, "the categories")
        .Ours("period", "The time range.", Period, "the time range");

    private static readonly LetterFields<MatterItem> ItemFields = new LetterFields<MatterItem>()
        .Theirs("selector", "The identifier as demanded, behind its kind.", i => Selector(i.Demanded.Selector), "the identifier")
        .Ours("categories", "The categories demanded.", i => Categories(i.Demanded), "the categories")
        .Ours("period", "The time range demanded.", i => Period(i.Demanded), "the time range")
        .List("permitted", "What of it the law permits.", i => i.Permitted, PartFields)
        .Ours("leftOut", "The categories of which nothing is handed over; not known while that is open.", LeftOut, "what is left out")
        .Flag("narrowed", "Whether the time range was narrowed.", Narrowed)
        .Flag("open", "Whether it is still open what the law permits.", i => i.Open)
        .List("reasons", "The objections that concern it.", i => i.Reasons, ObjectionFields);

    private static readonly LetterFields<string> AssistanceFields = new LetterFields<string>()
        .Quotation("words", "What is demanded besides data, in the authority's words.", w => w, "the assistance demanded");

    private static readonly LetterFields<string> CitationFields = new LetterFields<string>()
        .Theirs("words", "A law that the demand cites, as it writes it.", w => w, "the law");

    private static readonly LetterFields<Matter> DemandFields = new LetterFields<Matter>()
        .Theirs("reference", "The authority's own reference.", m => m.Demand.Reference, "the authority's reference")
        .Ours("instrument", "The kind of legal process by its name in the rule book.", m => m.Instrument?.Name, "the kind of legal process")
        .Ours("instrumentCitation", "Where that kind of process is written.", m => m.Instrument?.Citation, "where the kind of legal process is written")
        .Theirs("authority", "The issuing authority, as it names itself.", m => m.Demand.Issuing.Name, "the issuing authority")
        .Theirs("country", "Its country, two letters.", m => m.Demand.Issuing.Country, "the issuing authority's country")
        .Theirs("officer", "Who signs or asks.", m => m.Demand.Issuing.Officer, "the officer's name")
        .Theirs("validating", "The validating authority, where it names one.", m => m.Demand.Validating?.Name, "the validating authority")
        .Theirs("addressee", "Whom it is addressed to, as it names us.", m => m.Demand.Addressee, "how the demand names us")
        .Ours("issued", "When it was issued.", m => m.Demand.Issued is { } at ? When(at) : null, "the day of issue")
        .Ours("received", "When it was received.", m => When(m.Received), "the day of receipt")
        .Flag("emergency", "Whether it claims an emergency.", m => m.Demand.Emergency == true)
        .Quotation("ground", "The ground that it gives for the emergency.", m => m.Demand.EmergencyGround, "the ground for the emergency")
        .Quotation("offence", "The offence or matter, as it names it.", m => m.Demand.Offence, "the offence")
        .Flag("secrecy", "Whether it comes with a secrecy order.", m => m.Demand.Secrecy is not null)
        .Theirs("secrecyLaw", "The law that the secrecy order cites.", m => m.Demand.Secrecy?.Law, "the law that the secrecy order rests on")
        .Ours("secrecyUntil", "The end that the secrecy order names.", m => m.Demand.Secrecy?.Until is { } at ? When(at) : null, "the end of the secrecy order")
        .Flag("notified", "Whether it says that the enforcing authority was notified.", m => m.Demand.EnforcingAuthorityNotified == true)
        .List("cites", "The laws that it cites.", m => m.Demand.Citations, CitationFields)
        .List("assistance", "What it demands besides data.", m => m.Demand.Assistance, AssistanceFields)
        .List("items", "Its identifiers.", m => m.Items, ItemFields);

    private static readonly LetterFields<Deadline> DeadlineFields = new LetterFields<Deadline>()
        .Ours("what", "What must be done.", d => d.What, "what must be done")
        .Ours("due", "The end of it.", d => When(d.Due), "the end")
        .Ours("counted", "How it was counted, where it was.", d => d.Counted, "how it was counted")
        .Ours("citation", "Where it is written.", d => d.Citation, "the citation");

    private static readonly LetterFields<(Said Said, string Until)> SuspensionFields = new LetterFields<(Said Said, string Until)>()
        .Ours("sentence", "What is held up, and why.", s => s.Said.Sentence, "what holds the execution up, in words that may go out")
        .Ours("until", "What ends it.", s => s.Until, "what ends it")
        .Ours("citation", "Where it is written.", s => s.Said.Citation, "the citation");

    private static readonly LetterFields<(Said Said, DateTimeOffset? Due)> RecallFields = new LetterFields<(Said Said, DateTimeOffset? Due)>()
        .Ours("sentence", "What is called back, and why.", r => r.Said.Sentence, "why it is called back, in words that may go out")
        .Ours("due", "By when.", r => r.Due is { } at ? When(at) : null, "by when")
        .Ours("citation", "Where it is written.", r => r.Said.Citation, "the citation");

    private static readonly LetterFields<string> QuestionFields = new LetterFields<string>()
        .Ours("words", "The question, in the book's words.", q => q, "the question");

    private static readonly LetterFields<Annex3Reason> ReasonFields = new LetterFields<Annex3Reason>()
        .Ours("box", "The box.", r => Box(r.Box), "the box")
        .Ours("explanation", "The reason in words.", r => r.Explanation, "the reason, in words that may go out")
        .Ours("citation", "Where it is written.", r => r.Citation, "the citation");

    private static readonly LetterFields<Annex3Identifier> IdentifierFields = new LetterFields<Annex3Identifier>()
        .Theirs("selector", "The identifier, behind its kind.", i => Selector(i.Selector), "the identifier")
        .Ours("categories", "The categories demanded.", i => Categories(new(i.Selector, i.Categories, null, null)), "the categories")
        .Ours("period", "The time range demanded.", i => Period(new(i.Selector, i.Categories, i.From, i.To)), "the time range")
        .List("reasons", "The boxes, with reasons.", i => i.Reasons, ReasonFields);

    private static readonly LetterFields<Annex3> Annex3Fields = new LetterFields<Annex3>()
        .List("identifiers", "Section D: the identifiers with the reasons for each.", a => a.Identifiers, IdentifierFields)
        .Flag("conflict", "Section E: whether another country's law is in the way.", a => a.Conflict is not null)
        .Ours("country", "Whose law, two letters.", a => a.Conflict?.Country, "the country whose law is in the way")
        .Ours("law", "Which law.", a => a.Conflict?.Law, "the law that would be broken, with its citation")
        .Ours("why", "Why complying would break it.", a => a.Conflict?.Why, "why complying would break it, and why it applies to us")
        .Ours("link", "What ties the case to that country.", a => a.Conflict?.Link, "what ties the case to that country")
        .Flag("both", "Whether it goes to both authorities.", a => a.To.Contains(Recipient.EnforcingAuthority));

    /// <summary>The model that every template sees.</summary>
    public static readonly LetterFields<Answer> Fields = new LetterFields<Answer>()
        .Group("demand", "The demand.", a => a.Matter, DemandFields)
        .Ours("date", "The day of the draft.", a => Day(a.Matter.AsOf), "the date")
        .Flag("partly", "Whether a part of the demand is permitted.", a => a.Matter.Proposed is Decision.ComplyInPart)
        .Flag("kept", "Whether what is demanded is kept meanwhile, so far as there is anything.", a => a.Matter.Kept)
        .List("objections", "The grounds of this letter.", a => a.Objections, ObjectionFields)
        .List("findings", "What fails under the rules besides the objections.", a => a.Matter.Findings, SaidFields, Court)
        .List("questions", "What the authority is asked.", a => a.Matter.Asks, QuestionFields)
        .Choice("route", "Which way the authority is sent.", [.. Enum.GetValues<RouteKind>().Select(Word)], a => Word(a.Matter.Route))
        .Ours("routeSentence", "Why, in a sentence.", a => a.Matter.RouteSaid.Sentence, "why the authority is sent there, in words that may go out")
        .Ours("routeCitation", "Where that is written.", a => a.Matter.RouteSaid.Citation, "where the way is written")
        .List("deadlines", "Deadlines for an answer: ours, an authority's, the end of what is kept.", a => a.Matter.Deadlines.Where(d => d.Kind != DeadlineKind.Object), DeadlineFields)
        .List("objectBy", "Deadlines for our objection.", a => a.Matter.Deadlines.Where(d => d.Kind == DeadlineKind.Object), DeadlineFields, Court)
        .List("suspended", "What holds the execution up.", a => a.Matter.Suspended, SuspensionFields)
        .List("recalls", "What is called back.", a => a.Matter.Recalls, RecallFields)
        .Choice("notice", "Who tells the customer; nobody where nothing may be said of it.", [.. Enum.GetValues<NoticeBy>().Select(Word)], a => Word(a.Matter.Notice.By))
        .Flag("noticeFirst", "Whether the customer is told before anything leaves.", a => a.Matter.Notice.Timing == NoticeTiming.Before)
        .Ours("noticeFrom", "Not before when.", a => a.Matter.Notice.NotBefore is { } at ? When(at) : null, "from when the customer may be told")
        .Ours("noticeCitation", "Where it is written who tells.", a => a.Matter.Notice.Citation, "where it is written who tells")
        .Group("annex3", "Form 3 of Regulation (EU) 2023/1543.", a => a.Annex3, Annex3Fields);

    /// <summary>An instant as a letter writes it: <c>7 September 2026, 10:20 UTC</c>.</summary>
    public static string When(DateTimeOffset at) =>
        at.UtcDateTime.ToString(at.UtcTicks % TimeSpan.TicksPerMinute == 0 ? "d MMMM yyyy, HH:mm 'UTC'" : "d MMMM yyyy, HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>What the boxes of Section D are called in a letter.</summary>
    public static string Box(Annex3Box box) => box switch
    {
        Annex3Box.Incomplete => "The order is incomplete",
        Annex3Box.ManifestErrors => "The order has manifest errors",
        Annex3Box.InsufficientInformation => "The order does not have the information that is needed to carry it out",
        Annex3Box.NotStored => "The data are not stored by or for the service provider",
        Annex3Box.OtherImpossibility => "Carrying it out is in fact impossible for another reason",
        Annex3Box.Authority => "Not issued or validated by an authority that may do so",
        Annex3Box.Offence => "Not issued for an offence for which it may be",
        Annex3Box.Service => "The service is not one that the Regulation covers",
        Annex3Box.ProtectedData => "The data are protected by immunity or privilege, or by the rules on freedom of the press or of expression",
        Annex3Box.Conflict => "It conflicts with the law of a third country",
        _ => "Another reason",
    };

    private static (string, string, string) Selector(Selector selector) => (
        selector.Kind switch
        {
            SelectorKind.Account => "account ",
            SelectorKind.Mailbox => "mailbox ",
            SelectorKind.Telephone => "telephone number ",
            SelectorKind.IpAddress => "IP address ",
            _ => "identifier ",
        },
        selector.Value, (selector.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $", port {port}") : "") + (selector.At is { } at ? $", at {When(at)}" : ""));

    private static string? Categories(ScopeItem item) => Listed(item.Categories);

    private static string? Listed(IEnumerable<DataCategory> categories) => categories.Select(c => $"{Word(c)} data").ToList() switch
    {
        [] => null,
        [var one] => one,
        var several => $"{string.Join(", ", several[..^1])} and {several[^1]}",
    };

    private static string Period(ScopeItem item) => (item.From, item.To) switch
    {
        ({ } from, { } to) => $"from {When(from)} until before {When(to)}",
        ({ } from, null) => $"from {When(from)} on",
        (null, { } to) => $"until before {When(to)}",
        _ => "without a time range",
    };

    private static string? LeftOut(MatterItem item) => item.Open ? null : Listed(item.Demanded.Categories.Except(item.Permitted.SelectMany(p => p.Categories)));

    private static bool Narrowed(MatterItem item) => item.Permitted.Any(p => p.From != item.Demanded.From || p.To != item.Demanded.To);

    private static string Word<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
