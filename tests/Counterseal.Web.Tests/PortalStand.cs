using System.Net;
using Counterseal.Custody;
using Counterseal.Ledger;

namespace Counterseal.Web.Tests;

/// <summary>A desk with its people, two authorities in the directory, and officers of both who have registered passkeys over the pages.</summary>
internal sealed class PortalStand : IAsyncDisposable
{
    private readonly Dictionary<string, SoftKey> keys = new(StringComparer.Ordinal);

    private PortalStand(DeskStand desk) => Stand = desk;

    public DeskStand Stand { get; }
    public AgeIdentity CourtKey { get; } = AgeIdentity.Generate();

    public static async Task<PortalStand> Up(bool trial = false, TimeProvider? time = null, ReaderLanguages? languages = null, Func<PortalFaceOptions, PortalFaceOptions>? bend = null)
    {
        var stand = new PortalStand(await DeskStand.Up(trial, time: time, languages: languages, bend: bend));
        await stand.Stand.Populate();
        await stand.Entry("court.example", "District Court of Example Town");
        await stand.Entry("police.example", "Police of Example County");
        await stand.Join("court.example", "Maeve Byrne");
        await stand.Join("court.example", "Sean Daly");
        await stand.Join("police.example", "Pat Kelly");
        return stand;
    }

    private async Task Entry(string authority, string name)
    {
        using var one = NoteSigner.Generate("one");
        using var two = NoteSigner.Generate("two");
        await Stand.Desk.AddEntry(SignedNote.Sign(
            $"counterseal/directory/v2\nauthority {authority}\ncountry IE\nname {name}\nformat age-x25519\nrecipient {CourtKey.Recipient.Text}\nsigner none\ncallback +353 1 555 0100\nconfirmed 2026-11-24T02:00:00Z one by voice\nversion 1\n", one, two).Bytes(), "one", default);
    }

    /// <summary>Invited at the desk's page, registered at the portal's.</summary>
    public async Task Join(string authority, string name)
    {
        using var desk = await Stand.As("Ines");
        using var made = await DeskStand.Post(desk, "/account", "/officers/invite", ("authority", authority), ("name", name), ("office", "Registrar"), ("reason", "met in person"));
        var page = await made.Content.ReadAsStringAsync();
        Assert.True(made.StatusCode == HttpStatusCode.OK, page);
        using var window = Faces.Client(Stand.Portal);
        await Register(window, Link(page), name);
    }

    /// <summary>The path of the link that a page shows once.</summary>
    public static string Link(string page)
    {
        var from = page.IndexOf("/join/", StringComparison.Ordinal);
        Assert.True(from > 0, page);
        return page[from..page.IndexOf('<', from)];
    }

    public async Task Register(HttpClient window, string link, string name)
    {
        keys[name] = new SoftKey();
        var page = await window.GetStringAsync(link);
        using var done = await window.PostAsync(link, new FormUrlEncodedContent([new("form", Faces.Value(page, "form")), new("credential", keys[name].Create(DeskStand.Ask(page), Stand.Portal))]));
        Assert.True(done.StatusCode == HttpStatusCode.Redirect, await done.Content.ReadAsStringAsync());
    }

    public SoftKey Key(string name) => keys[name];

    /// <summary>A window in which an officer has signed in by passkey.</summary>
    public async Task<HttpClient> As(string name)
    {
        var window = Faces.Client(Stand.Portal);
        using var answer = await SignIn(window, keys[name]);
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync());
        return window;
    }

    public async Task<HttpResponseMessage> SignIn(HttpClient window, SoftKey key)
    {
        var page = await window.GetStringAsync("/sign-in");
        return await window.PostAsync("/sign-in", new FormUrlEncodedContent([new("form", Faces.Value(page, "form")), new("to", "/"), new("credential", key.Get(DeskStand.Ask(page), Stand.Portal))]));
    }

    /// <summary>What a demand's form needs.</summary>
    public static (string, string)[] Form(string reference, params (string, string)[] more) =>
    [
        ("reference", reference), ("instrument", "us.sca.warrant"), ("issuing-name", "District Court of Example Town"), ("issuing-country", "us"), ("issuing-kind", "court"), ("issuing-officer", "Judge A. Byrne"), ("issued", "2026-11-23T08:00"),
        ("item1-kind", "mailbox"), ("item1-value", "ada@example.test"), ("item1-from", "2026-10-01T00:00"), ("item1-to", "2026-11-01T00:00"), ("item1-categories", "subscriber"), .. more,
    ];

    /// <summary>Files a demand by the form; gives its id.</summary>
    public static async Task<string> File(HttpClient window, string reference)
    {
        using var filed = await DeskStand.Post(window, "/submit", "/submit", [.. Form(reference), ("do", "file")]);
        Assert.True(filed.StatusCode == HttpStatusCode.SeeOther, await filed.Content.ReadAsStringAsync());
        return filed.Headers.Location!.ToString()["/demands/".Length..^"?filed".Length];
    }

    public async ValueTask DisposeAsync()
    {
        await Stand.DisposeAsync();
        foreach (var key in keys.Values)
            key.Dispose();
        CourtKey.Dispose();
    }
}
