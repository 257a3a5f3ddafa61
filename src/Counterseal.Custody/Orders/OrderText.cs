using System.Globalization;
using System.Text;
using System.Text.Json;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>
/// An order in words, for the person who is asked to approve it: made from the order's own bytes and nothing else that a desk could dress up. Foreign text
/// stands in quotation marks with everything invisible in it made visible.
/// </summary>
public static class OrderText
{
    private const int Width = 18;

    /// <summary>One part of it: a heading, and lines of a word and what it says.</summary>
    internal sealed record Section(string Title, List<(string Word, string Value)> Lines);

    /// <summary>The lines, each ending in a newline. The digest, which the approval is over, comes last.</summary>
    /// <param name="envelope">The order with its original, event and directory entry.</param>
    /// <param name="assessment">What the law engine says when it is run over the order here; <c>null</c> when the rule book is not at hand.</param>
    /// <param name="now">The reader's clock, for how long the order is still good.</param>
    /// <param name="plan">The texts of the plan as the gate gave them with the order; held against the digest in the order.</param>
    public static string Render(Envelope envelope, Assessment? assessment, DateTimeOffset now, QueryPlan? plan = null)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        var text = new StringBuilder();
        foreach (var (word, value) in Sections(envelope, assessment, now, plan).SelectMany(section => section.Lines))
            text.Append(word.PadRight(Width)).Append(value).Append('\n');
        return text.ToString();
    }

    /// <summary>The same in parts, for a page.</summary>
    internal static IReadOnlyList<Section> Sections(Envelope envelope, Assessment? assessment, DateTimeOffset now, QueryPlan? plan)
    {
        var order = envelope.Order;
        var sections = new List<Section>();
        void Begin(string title) => sections.Add(new Section(title, []));
        void Line(string word, string value) => sections[^1].Lines.Add((word, value));

        Begin("The order");
        Line("order to", order.Kind switch
        {
            OrderKind.Count => "COUNT: say how many items are in scope; nothing else leaves",
            OrderKind.Preserve => $"PRESERVE: keep a snapshot until {Instant.Text(order.PreserveUntil!.Value)}; nothing leaves",
            OrderKind.Preview => "PREVIEW: let the viewers below look, on the gate, at what would leave; nothing leaves",
            OrderKind.Delete => $"DELETE, after a delay in which anyone on the roster can stop it: what order {order.Deletes} left at the gate",
            _ => "RELEASE: hand a package to the recipient below; it cannot be called back",
        });
        Line("gate", Visible.Text(order.Gate) + (order.Trial ? " (trial)" : " (production)"));
        Line("demand", order.DemandId);
        Begin("The demand, as it was read");
        Demanded(order.Demand, Line);
        Line("received", Instant.Text(order.Received));
        Line("original", $"{envelope.Original.Length.ToString(CultureInfo.InvariantCulture)} bytes, SHA-256 {order.OriginalDigest}" + (Canonical.Digest(envelope.Original) == order.OriginalDigest ? "" : "  ! THESE ARE NOT THOSE BYTES"));
        Begin("What it covers");
        for (var i = 0; i < order.Scope.Items.Count; i++)
            Line(i == 0 ? "scope" : "", Item(order.Scope.Items[i]));
        if (order.Demand.Scope.Items.Count > 0 && !Scope.Within(order.Demand.Scope, order.Scope))
        {
            for (var i = 0; i < order.Demand.Scope.Items.Count; i++)
                Line(i == 0 ? "demanded was" : "", Item(order.Demand.Scope.Items[i]));
        }
        Plan(order, plan, Line);
        if (order.Viewers.Count > 0)
            Line("viewers", string.Join(", ", order.Viewers.Select(Visible.Text)));
        if (envelope.Directory is not null)
            Begin("Who gets it");
        Recipient(envelope, Line);
        Begin("What it rests on");
        Event(envelope, Line);
        Line("facts", order.Facts.Values.Count == 0 ? "none established" : string.Join(", ", order.Facts.Values.Select(fact => $"{Visible.Text(fact.Key)} = {Visible.Text(fact.Value)}")));
        Begin("The law, run here");
        Line("rule book", order.Book);
        Law(order, assessment, Line);
        Begin("Time and people");
        if (order.ReissueOf is { } earlier)
            Line("issued again", $"for the earlier order {earlier}");
        Line("good", $"from {Instant.Text(order.NotBefore)} until {Instant.Text(order.Expires)} ({(now >= order.Expires ? "over" : Span(order.Expires - now) + " left")})");
        Line("approvals so far", envelope.Approvals.Count == 0 ? "none" : string.Join(", ", envelope.Approvals.Select(Reviewer)));
        Line("order digest", order.Digest);
        return sections;
    }

    private static void Demanded(Demand demand, Action<string, string> line)
    {
        line("reference", Quoted(demand.Reference));
        line("instrument", demand.Instrument is null ? "unknown" : Visible.Text(demand.Instrument));
        line("authority", $"{Quoted(demand.Issuing.Name)}, {Visible.Text(demand.Issuing.Country)}, {Words(demand.Issuing.Kind)} (as the original says)");
        if (demand.Validating is { } validating)
            line("validated by", $"{Quoted(validating.Name)}, {Visible.Text(validating.Country)}, {Words(validating.Kind)}");
        if (demand.Issued is { } issued)
            line("issued", Instant.Text(issued));
        if (demand.Emergency is { } emergency)
            line("emergency", emergency ? "claimed" + (demand.EmergencyGround is null ? "" : $": {Quoted(demand.EmergencyGround)}") : "not claimed");
        if (demand.Offence is not null)
            line("matter", Quoted(demand.Offence));
        if (demand.Secrecy is { } secrecy)
            line("secrecy", $"{(secrecy.Law is null ? "no law named" : Quoted(secrecy.Law))}, until {(secrecy.Until is { } until ? Instant.Text(until) : "no end named")}");
        foreach (var assistance in demand.Assistance)
            line("also asks for", Quoted(assistance));
    }

    private static void Plan(Order order, QueryPlan? plan, Action<string, string> line)
    {
        if (order.Plan is null)
            return;
        line("plan", $"the queries of digest {order.Plan}" + (plan is null ? "  ! NOT AT HAND HERE" : plan.Digest == order.Plan ? "" : "  ! THOSE BELOW ARE NOT THEY"));
        foreach (var text in plan?.Texts ?? [])
        {
            foreach (var one in text.TrimEnd('\n').Split('\n'))
                line("", Visible.Text(one));
        }
    }

    private static void Recipient(Envelope envelope, Action<string, string> line)
    {
        if (envelope.Directory is not { } entry)
            return;
        var fits = entry.Digest == envelope.Order.Recipient ? "" : "  ! NOT THE ENTRY THAT THE ORDER NAMES";
        line("recipient", $"{Quoted(entry.Name)}, {entry.Country}, {Visible.Text(entry.Authority)}, version {entry.Version.ToString(CultureInfo.InvariantCulture)}{fits}");
        line("  format", Visible.Text(entry.Format));
        foreach (var (key, fingerprint) in entry.ShownKeys())
        {
            line("  key", key);
            line("  fingerprint", fingerprint);
        }
        line("  confirmed", $"{Instant.Text(entry.Confirmed.At)} by {Visible.Text(entry.Confirmed.By)}: {Visible.Text(entry.Confirmed.How)}");
        line("  call back", Visible.Text(entry.Callback));
        line("  signed by", string.Join(", ", entry.Note.Signatures.Select(signature => Visible.Text(signature.Name))));
        if (entry.Country != envelope.Order.Demand.Issuing.Country)
            line("  !", $"the recipient is in {entry.Country}, the issuing authority in {Visible.Text(envelope.Order.Demand.Issuing.Country)}");
    }

    private static void Event(Envelope envelope, Action<string, string> line)
    {
        var logged = envelope.Event.Event;
        line("rests on", $"{Visible.Text(logged.Type)}, version {logged.Version.ToString(CultureInfo.InvariantCulture)}, by {Quoted(logged.By)}, {Instant.Text(logged.At)}" + (logged.Digest == envelope.Order.Rests ? "" : "  ! NOT THE EVENT THAT THE ORDER NAMES"));
        if (logged.Type != "decided")
            return;
        using var body = JsonDocument.Parse(logged.Body);
        string Member(string name) => body.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Visible.Text(value.GetString()!) : "missing";
        var isPolicy = body.RootElement.TryGetProperty("basisIsPolicy", out var policy) && policy.ValueKind == JsonValueKind.True;
        line("decided", $"{Member("decision")}, on {Member("basis")}{(isPolicy ? " (the published policy exception, not compulsion)" : "")}");
        if (body.RootElement.TryGetProperty("reasons", out var reasons) && reasons.ValueKind == JsonValueKind.Array)
        {
            foreach (var reason in reasons.EnumerateArray().Take(20))
                line("  reason", Quoted(reason.ValueKind == JsonValueKind.String ? reason.GetString()! : reason.GetRawText()));
        }
    }

    private static void Law(Order order, Assessment? assessment, Action<string, string> line)
    {
        if (assessment is null)
        {
            line("law engine", "not run here: the rule book is not at hand; the gate runs its own");
            return;
        }
        line("law engine", assessment.Permitted.Items.Count == 0 ? "PERMITS NOTHING" : assessment.Book != order.Book ? "ran with another book" : $"as of {Instant.Text(order.AsOf)}: {Words(assessment.Proposed)}, on {(assessment.Basis is null ? "no basis" : Visible.Text(assessment.Basis))}");
        if (assessment.Permitted.Items.Count > 0)
            line("  scope", order.Kind is OrderKind.Preview or OrderKind.Release && !Scope.Within(order.Scope, assessment.Permitted) ? "! THE ORDER GOES BEYOND WHAT IT PERMITS" : "the order is within what it permits");
        foreach (var finding in assessment.Findings.Where(finding => finding.Sign != Sign.Holds).Take(20))
            line($"  {finding.Sign switch { Sign.Fails => "✗", Sign.Question => "?", _ => "!" }}", $"{Visible.Text(finding.Sentence)} ({Visible.Text(finding.Citation)})");
    }

    private static string Item(ScopeItem item)
    {
        var selector = item.Selector;
        var at = (selector.Port is { } port ? $" port {port.ToString(CultureInfo.InvariantCulture)}" : "") + (selector.At is { } instant ? $" at {Instant.Text(instant)}" : "");
        var categories = item.Categories.Count == 0 ? "all four categories" : string.Join(" + ", item.Categories.Select(Words));
        var range = (item.From, item.To) switch
        {
            (null, null) => "of all time",
            ({ } from, null) => $"from {Instant.Text(from)} on",
            (null, { } to) => $"up to {Instant.Text(to)}",
            ({ } from, { } to) => $"from {Instant.Text(from)} up to {Instant.Text(to)} ({Span(to - from)})",
        };
        return $"{Words(selector.Kind)} {Quoted(selector.Value)}{at}: {categories}, {range}{(item.ThirdParties is null ? "" : "; third parties masked in traffic")}";
    }

    private static string Reviewer(string note)
    {
        try
        {
            return Visible.Text(Approval.Read(note, "/approvals").Reviewer);
        }
        catch (RefusalException)
        {
            return "(unreadable)";
        }
    }

    private static string Quoted(string text) => $"\"{Visible.Text(text).Replace("\"", "\\u{0022}", StringComparison.Ordinal)}\"";

    private static string Words<T>(T value)
        where T : struct, Enum =>
        string.Concat(value.ToString().Select((c, i) => i > 0 && char.IsAsciiLetterUpper(c) ? " " + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));

    private static string Span(TimeSpan span) => span.TotalDays >= 2
        ? $"{span.TotalDays.ToString("0.#", CultureInfo.InvariantCulture)} days"
        : span.TotalHours >= 1 ? $"{span.TotalHours.ToString("0.#", CultureInfo.InvariantCulture)} hours" : $"{Math.Max(0, span.TotalMinutes).ToString("0", CultureInfo.InvariantCulture)} minutes";
}
