namespace Counterseal.Custody;

/// <summary>The brake: stopping takes one person, letting go takes more.</summary>
internal static class StopPages
{
    /// <summary>The page.</summary>
    public static Html Of(IReadOnlyList<Gate.HeldStop>? held, RosterPerson person, Roster roster, string everything) => Html.Of($"""
        <section><h2>Stop everything</h2>
        <p>At once, whatever state desk and ledger are in: running work is broken off, downloads are cut, nothing more is counted, preserved or released. One person is enough. Whoever stops too much does no harm that two people cannot undo.</p>
        {PageFrame.Ask(everything, "Stop everything", roster.Passkeys!, person.Passkeys, "/stops", stops: true)}
        </section>
        <section><h2>Stops that hold</h2>
        {(held is null ? Html.Of($"<p class=\"bad\">The gate's stops cannot be read, so everything is stopped. The gate's operator restores the folder.</p>")
            : held.Count == 0 ? Html.Of($"<p>None. A stop of one demand is made on its order's page.</p>")
            : Html.Of($"<ul class=\"rows\">{Html.Each(held, one => Held(one, person, roster))}</ul>"))}
        </section>
        """);

    private static Html Held(Gate.HeldStop one, RosterPerson person, Roster roster) => Html.Of($"""
        <li><span><strong>{(one.Stop.Demand == Stop.Everything ? "Everything" : "Demand " + one.Stop.Demand)}</strong>, stopped <time datetime="{Law.Instant.Text(one.Stop.At)}">{PageFrame.When(one.Stop.At)}</time> by {string.Join(", ", one.Stop.Note.Signatures.Select(line => Visible.Text(line.Name)))}; stop {PageFrame.Digest(one.Stop.Digest)}</span>
        <span>{(one.Lifting.Count == 0 ? "Nobody has signed to lift it." : string.Join(", ", one.Lifting) + $" signed to lift it; it needs {Math.Max(2, roster.MostNeeded).ToString(System.Globalization.CultureInfo.InvariantCulture)}.")}</span>
        {(one.Lifting.Contains(person.Name) ? Html.Of($"<p class=\"good\">You have signed to lift it.</p>") : PageFrame.Ask(one.LiftText, "Sign to lift this stop", roster.Passkeys!, person.Passkeys, "/stops"))}
        </li>
        """);
}
