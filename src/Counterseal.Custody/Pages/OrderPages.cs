namespace Counterseal.Custody;

/// <summary>What waits, and one order as its bytes have it.</summary>
internal static class OrderPages
{
    /// <summary>The orders that wait for approvals.</summary>
    public static Html List(IReadOnlyList<Gate.WaitingOrder> waiting, string who, IReadOnlyList<Gate.HeldStop>? stops, DateTimeOffset now) => Html.Of($"""
        {Stopped(stops)}
        <section aria-label="Orders that wait">
        {(waiting.Count == 0 ? Html.Of($"<p>No order waits. The desk files an order here when something is to be counted, preserved or released; it stays until enough people have approved it or its time is over.</p>") : Html.Of($"<ul class=\"rows\">{Html.Each(waiting, one => Row(one, who, now))}</ul>"))}
        </section>
        """);

    /// <summary>One order.</summary>
    public static Html One(Gate.OrderSight sight, RosterPerson person, IReadOnlyList<Gate.HeldStop>? stops, (int Pages, string? Fault) original, string stopText, DateTimeOffset now)
    {
        var order = sight.Envelope.Order;
        return Html.Of($"""
            {Stopped(stops)}
            {(sight.Refusal is { } refusal ? Html.Of($"<p class=\"bad\" role=\"alert\"><strong>The gate would refuse this order now.</strong> {Sentence(refusal.What)} Rule: {Sentence(refusal.Rule)} What to do: {Sentence(refusal.Next)}</p>") : Html.None)}
            <p class="lead">{PageFrame.Clock(order.NotBefore, order.Expires, now)}</p>
            <div class="two">
            <div>
            {Html.Each(OrderText.Sections(sight.Envelope, sight.Assessment, now, sight.Plan), Section)}
            </div>
            {Original(order, sight.Envelope.Original.Length, original)}
            </div>
            {Decide(sight, person, stopText)}
            """);
    }

    /// <summary>The heading of an order's page.</summary>
    public static string Title(Order order) => $"{Word(order)}: {Visible.Text(order.Demand.Reference, 80)}";

    private static Html Row(Gate.WaitingOrder one, string who, DateTimeOffset now) => Html.Of($"""
        <li class="order"><span class="kind">{Word(one.Order)}</span>
        <span><a href="/orders/{one.Order.Digest}">{Visible.Text(one.Order.Demand.Reference, 80)}</a> <span class="soft">{Visible.Text(one.Order.Demand.Issuing.Name, 120)}, {Visible.Text(one.Order.Demand.Issuing.Country, 20)}</span></span>
        <span>{one.Approved.Count} of {one.Need} approved{(one.Approved.Contains(who) ? ", you too" : "")}</span>
        {PageFrame.Clock(one.Order.NotBefore, one.Order.Expires, now)}</li>
        """);

    private static Html Section(OrderText.Section section) => Html.Of($"""
        <section><h2>{section.Title}</h2><dl>{Html.Each(section.Lines, line => Html.Of($"<dt>{line.Word.Trim()}</dt><dd{Class(line)}>{line.Value}</dd>"))}</dl></section>
        """);

    private static Html Class((string Word, string Value) line) => line.Word.Trim() == "fingerprint" ? Html.Of($" class=\"big\"")
        : line.Word.Trim() is "!" or "✗" || line.Value.Contains("! ", StringComparison.Ordinal) || line.Value.StartsWith("PERMITS NOTHING", StringComparison.Ordinal) ? Html.Of($" class=\"shout\"")
        : Html.None;

    private static Html Decide(Gate.OrderSight sight, RosterPerson person, string stopText)
    {
        var (order, roster) = (sight.Envelope.Order, sight.Roster);
        var state = $"{sight.Approved.Count} of {sight.Need} people have approved{(sight.Approved.Count == 0 ? "" : ": " + string.Join(", ", sight.Approved))}.";
        var approve = sight.Approved.Contains(person.Name) ? Html.Of($"<p class=\"good\">You have approved this order.</p>")
            : !person.Roles.Contains(RosterRole.Reviewer) ? Html.Of($"<p>You are on the roster without the role reviewer: you can stop, not approve.</p>")
            : sight.Refusal is not null ? Html.Of($"<p>It cannot be approved while the gate refuses it.</p>")
            : PageFrame.Ask(Approval.Text(order.Gate, roster.Epoch, person.Name, order.Digest), $"Approve with your passkey as {person.Name}", roster.Passkeys!, person.Passkeys);
        return Html.Of($"""
            <section><h2>Your decision</h2>
            <p>{state}</p>
            {approve}
            <p class="soft">In doubt, stop it: one person is enough, at once and for everybody. To let it go on, two lift the stop.</p>
            {PageFrame.Ask(stopText, "Stop this demand", roster.Passkeys!, person.Passkeys, stops: true)}
            </section>
            """);
    }

    private static Html Original(Order order, int length, (int Pages, string? Fault) original) => Html.Of($"""
        <section class="original"><h2>The demand as it came</h2>
        <p class="soft">{length} bytes, SHA-256 <code>{order.OriginalDigest}</code>. Drawn in a sandbox: you see pixels, not the document itself.</p>
        {(original.Fault is { } fault ? Html.Of($"<p class=\"bad\">{fault} Read the original elsewhere, and compare its SHA-256 with the one above.</p>") : Html.Of($"<div class=\"pages\" tabindex=\"0\" role=\"region\" aria-label=\"Pages of the original\">{Html.Each(Enumerable.Range(1, Math.Min(original.Pages, DemandPixels.MostPages)), page => Html.Of($"<img src=\"/orders/{order.Digest}/original/{page}.png\" alt=\"Page {page} of {original.Pages} of the original, as pixels\" loading=\"lazy\">"))}</div>"))}
        {(original.Pages > DemandPixels.MostPages ? Html.Of($"<p class=\"shout\">Only the first {DemandPixels.MostPages} pages are drawn. There are more.</p>") : Html.None)}
        </section>
        """);

    private static Html Stopped(IReadOnlyList<Gate.HeldStop>? stops) => stops is null || stops.Any(held => held.Stop.Demand == Stop.Everything)
        ? Html.Of($"<p class=\"bad\"><strong>Everything is stopped.</strong> Nothing is counted, preserved or released until it is lifted: <a href=\"/stops\">the stops</a>.</p>")
        : Html.None;

    private static string Word(Order order) => order.Kind.ToString();

    private static string Sentence(string text) => text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..].TrimEnd('.') + ".";
}
