using System.Text;

namespace Counterseal.Custody;

/// <summary>To whom packages may go: entries that wait for a second signature, and those that are known.</summary>
internal static class DirectoryPages
{
    /// <summary>The page.</summary>
    public static Html Of(IReadOnlyList<DirectoryEntry> drafted, IReadOnlyList<DirectoryEntry> known, RosterPerson person, Roster roster, string gate, DateTimeOffset now) => Html.Of($"""
        {Html.Each(drafted, entry => Drafted(entry, person, roster))}
        {(person.Roles.Contains(RosterRole.Directory) ? Propose() : Html.None)}
        <section><h2>Entries that the gate knows</h2>
        {(known.Count == 0 ? Html.Of($"<p>None. An entry is known when two people with the role directory have signed it, one of whom confirmed its keys.</p>") : Html.Of($"<ul class=\"rows\">{Html.Each(known, entry => Known(entry, person, roster, gate, now))}</ul>"))}
        </section>
        """);

    private static Html Drafted(DirectoryEntry entry, RosterPerson person, Roster roster)
    {
        var signed = entry.Signers(roster);
        return Html.Of($"""
            <section><h2>To be signed: {Visible.Text(entry.Name, 120)}</h2>
            {Lines(entry)}
            <p>{(signed.Count == 0 ? "Nobody has signed it." : $"Signed by {string.Join(", ", signed)}; it needs two, one of them {Visible.Text(entry.Confirmed.By, 100)}, who confirmed the keys.")}</p>
            {(signed.Contains(person.Name) ? Html.Of($"<p class=\"good\">You have signed it.</p>")
                : !person.Roles.Contains(RosterRole.Directory) ? Html.Of($"<p>You are on the roster without the role directory.</p>")
                : PageFrame.Ask(entry.Note.Text, "Sign this entry", roster.Passkeys!, person.Passkeys, "/directory"))}
            </section>
            """);
    }

    private static Html Known(DirectoryEntry entry, RosterPerson person, Roster roster, string gate, DateTimeOffset now) => Html.Of($"""
        <li><span><strong>{Visible.Text(entry.Name, 120)}</strong>, {entry.Country}, {Visible.Text(entry.Authority, 100)}, version {entry.Version}; entry {PageFrame.Digest(entry.Digest)}</span>
        <details><summary>The signed entry, for the desk (counterseal directory add)</summary><pre>{Encoding.UTF8.GetString(entry.Note.Bytes())}</pre></details>
        {(person.Roles.Contains(RosterRole.Directory) ? PageFrame.Ask(Revocation.Text(gate, entry.Digest, now, "revoked on the gate's page"), "Revoke this entry for good", roster.Passkeys!, person.Passkeys, "/directory", stops: true) : Html.None)}</li>
        """);

    private static Html Lines(DirectoryEntry entry) => Html.Of($"""
        <dl><dt>authority</dt><dd>{Visible.Text(entry.Authority, 200)}, {entry.Country}, version {entry.Version}</dd>
        {Html.Each(entry.ShownKeys(), key => Html.Of($"<dt>key</dt><dd>{key.Key}</dd><dt>fingerprint</dt><dd class=\"big\">{key.Fingerprint}</dd>"))}
        <dt>call back</dt><dd>{Visible.Text(entry.Callback, 200)}</dd>
        <dt>confirmed</dt><dd>{Visible.Text(entry.Confirmed.Text, 400)}</dd>
        <dt>stops with</dt><dd>{(entry.Signer is null ? "no key of its own" : entry.Signer.ToString())}</dd></dl>
        """);

    private static Html Propose() => Html.Of($"""
        <section><h2>Propose an entry</h2>
        <form data-way="propose"><label for="text">The entry's lines, as the protocol has them</label>
        <textarea id="text" name="text" rows="10" spellcheck="false" required maxlength="60000"></textarea>
        <button>Propose it</button>
        <p class="said" role="status"></p></form>
        </section>
        """);
}
