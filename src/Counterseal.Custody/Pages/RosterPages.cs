using System.Globalization;

namespace Counterseal.Custody;

/// <summary>Who may say yes, and what is about to change about that.</summary>
internal static class RosterPages
{
    /// <summary>The page.</summary>
    public static Html Of(Roster roster, bool founded, IReadOnlyList<Gate.PendingRoster> pending, string who, string gate, DateTimeOffset now) => Html.Of($"""
        {Html.Each(pending, one => Change(one, roster, founded, who, gate, now))}
        <section><h2>The roster in force</h2>
        <p>Epoch {roster.Epoch}, digest {PageFrame.Digest(roster.Digest)}, {(founded ? "fixed in a ceremony and on the ledger." : "edited by the gate's operator: a trial's roster. No ceremony has fixed it.")}</p>
        {People(roster)}
        {Rules(roster)}
        </section>
        """);

    private static Html Change(Gate.PendingRoster pending, Roster current, bool founded, string who, string gate, DateTimeOffset now)
    {
        var (draft, next) = (pending.Draft, pending.Draft.Roster);
        var old = draft.Old(current).Select(person => person.Name).ToList();
        var missing = draft.Missing(founded ? current : null).Select(person => person.Name).ToList();
        var signer = next.Find(who) is { } newer && missing.Contains(who) ? newer : founded && current.Find(who) is { } holder && !old.Contains(who) ? holder : null;
        return Html.Of($"""
            <section><h2>{(founded ? "A change of the roster is proposed" : "The first roster, to be signed by everyone on it")}</h2>
            <p class="lead">{(pending.Due is { } due ? Html.Of($"It takes effect {(due <= now ? "now" : "in " + PageFrame.Span(due - now))}, <time datetime=\"{Law.Instant.Text(due)}\">{PageFrame.When(due)}</time>. All approvals given before are then void.") : Html.Of($"It is not signed by enough yet."))}</p>
            {Differences(current, next)}
            <h3>The roster as it would be</h3>
            {People(next)}
            {Rules(next)}
            <p>{(founded ? $"Signed by {Listed(old)} of the roster in force; it needs {Math.Max(current.Change!.Quorum, current.MostNeeded).ToString(CultureInfo.InvariantCulture)}." : "")} {(missing.Count == 0 ? "" : $"Still to sign, because a passkey of theirs is new: {Listed(missing)}.")}</p>
            {(signer is null ? Html.Of($"<p class=\"good\">There is nothing for you to sign here.</p>") : PageFrame.Ask(draft.Change.Note.Text, $"Sign this roster as {who}", signer.Rules!, signer.Passkeys, "/roster"))}
            {(founded && current.Find(who) is { } can ? Html.Of($"""
                <p class="soft">Any one person of the roster in force can end this change, also one whom it would strike. It must then be drafted and signed anew.</p>
                {PageFrame.Ask(RosterHalt.Text(gate, draft.Digest, now), "End this change", can.Rules!, can.Passkeys, "/roster", stops: true)}
                """) : Html.None)}
            </section>
            """);
    }

    private static Html Differences(Roster current, Roster next)
    {
        var lines = new List<string>();
        lines.AddRange(next.People.Where(person => current.Find(person.Name) is null).Select(person => $"{person.Name} comes onto the roster ({Roles(person)})."));
        lines.AddRange(current.People.Where(person => next.Find(person.Name) is null).Select(person => $"{person.Name} is struck."));
        foreach (var person in next.People)
        {
            if (current.Find(person.Name) is not { } before)
                continue;
            if (Roles(before) != Roles(person))
                lines.Add($"{person.Name} is {Roles(person)}; was {Roles(before)}.");
            if (!before.Passkeys.Select(passkey => passkey.Name).Order().SequenceEqual(person.Passkeys.Select(passkey => passkey.Name).Order()) || !Equals(before.Key, person.Key))
                lines.Add($"{person.Name} signs with other passkeys or keys than before.");
        }
        if (Numbers(current) != Numbers(next))
            lines.Add($"Approvals: {Numbers(next)}; were {Numbers(current)}.");
        if (current.Change != next.Change && current.Change is { } was)
            lines.Add($"A later change needs {next.Change!.Quorum.ToString(CultureInfo.InvariantCulture)} people and waits {PageFrame.Span(next.Change.Wait)}; was {was.Quorum.ToString(CultureInfo.InvariantCulture)} and {PageFrame.Span(was.Wait)}.");
        return lines.Count == 0 ? Html.Of($"<p>It changes nothing but the epoch.</p>") : Html.Of($"<ul>{Html.Each(lines, line => Html.Of($"<li>{line}</li>"))}</ul>");
    }

    private static Html People(Roster roster) => roster.People.Count == 0 ? Html.Of($"<p>Nobody is on it.</p>") : Html.Of($"""
        <table><thead><tr><th scope="col">Person</th><th scope="col">Roles</th><th scope="col">Signs with</th></tr></thead>
        <tbody>{Html.Each(roster.People, person => Html.Of($"<tr><td>{person.Name}</td><td>{Roles(person)}</td><td>{Means(person)}</td></tr>"))}</tbody></table>
        """);

    private static Html Rules(Roster roster) => Html.Of($"""
        <p>Approvals: {Numbers(roster)}. {(roster.Change is { } change ? $"A change of the roster needs {change.Quorum.ToString(CultureInfo.InvariantCulture)} people and waits {PageFrame.Span(change.Wait)}." : "")} Key files are {(roster.KeyFiles ? "taken" : "not taken")}; passkeys that can be copied are {(roster.Passkeys is { BackedUp: true } ? "taken" : "not taken")}.</p>
        """);

    private static string Numbers(Roster roster) => $"count {Number(roster.ForCount)}, preserve {Number(roster.ForPreserve)}, release {Number(roster.ForRelease)}";

    private static string Number(Threshold threshold) => threshold == Threshold.Of(threshold.Subscriber)
        ? threshold.Subscriber.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"subscriber {threshold.Subscriber}, identification {threshold.Identification}, traffic {threshold.Traffic}, content {threshold.Content}{(threshold.Emergency is { } emergency ? $", emergency {emergency}" : "")}");

    private static string Means(RosterPerson person) => string.Join(", ", ((string[])[
        person.Passkeys.Count switch { 0 => "", 1 => "one passkey", var many => many.ToString(CultureInfo.InvariantCulture) + " passkeys" },
        person.Key is null ? "" : "a key file"]).Where(means => means.Length > 0));

    private static string Roles(RosterPerson person) => person.Roles.Count == 0 ? "stop and lift only" : string.Join(", ", person.Roles.Select(role => role.ToString().ToLowerInvariant()));

    private static string Listed(List<string> names) => names.Count == 0 ? "nobody" : string.Join(", ", names);
}
