using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Counterseal.Ledger;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Custody;

/// <content>Previews: what would leave, for the reviewers whom the order names and for nobody else.</content>
internal sealed partial class PagesHost
{
    private const int BeginningOfItem = 8 * 1024;

    /// <summary>A view that a passkey has signed. It opens the preview to the person who signed it, who must be the one that signed in here; the token stays with the visit.</summary>
    private async Task Look(HttpContext http, RosterPerson person, SignedNote note)
    {
        var view = View.Read(note.Bytes());
        if (gate.RosterNow() is not { Passkeys: { } rules } || Visiting(http, rules) is not { } visitor || visitor.Name != person.Name || view.Reviewer != person.Name)
            throw new RefusalException(Refusal.Of(Refusal.WrongView, "the person who signed is not the one who has signed in on this page", "/text"));
        var answer = await gate.Look(view.Order, note.Bytes(), http.RequestAborted);
        if (answer.Status == 200)
        {
            visitor.Viewings[view.Order] = (string)JsonNode.Parse(answer.Json)!["viewing"]!;
            answer = new GateAnswer(200, Canonical.Bytes(new JsonObject { ["to"] = "/previews/" + view.Order }));
        }
        await Json(http, answer);
    }

    private Task Preview(HttpContext http, string digest, string[] rest, Visitor visitor, RosterPerson person, Roster roster)
    {
        var title = "Preview " + digest[..12];
        var now = clock.GetUtcNow();
        if (gate.PreviewFor(digest, person.Name) is not { } preview)
            return Page(http, 404, "No such preview", "/previews", person.Name, DoorPages.Said("No preview by that digest names you as a viewer: there never was one, or its time is over and it was deleted."));
        if (!visitor.Viewings.TryGetValue(digest, out var token) || gate.ViewingUntil(digest, token) is not { } until)
        {
            var text = View.Text(gate.Name, roster.Epoch, person.Name, digest, now, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
            return Page(http, 200, title, "/previews", person.Name, PreviewPages.Ask(preview, text, person, roster, http.Request.Path.Value!, now));
        }
        switch (rest)
        {
            case []:
                return Page(http, 200, title, "/previews", person.Name, PreviewPages.Listed(preview, gate.Listing(digest, token), until, now));
            case ["records"] when Number(http, "from") is { } from && gate.Listing(digest, token) is var listing && PreviewPages.StreamOf(listing, from) is { } stream:
                var count = (int)Math.Min(PreviewPages.ItemsOfPage, stream.First + stream.Records - from);
                return Page(http, 200, $"{title}: records {from.ToString(CultureInfo.InvariantCulture)} to {(from + count - 1).ToString(CultureInfo.InvariantCulture)}", "/previews", person.Name,
                    PreviewPages.Items(preview, listing, stream, gate.Pieces(digest, token, from, count, 0, BeginningOfItem), until, now));
            case ["records", var number] when Whole(number) is { } record && Number(http, "at") is { } at && gate.Listing(digest, token) is var all && PreviewPages.StreamOf(all, record) is { } of
                && gate.Pieces(digest, token, record, 1, at, PreviewPages.MostOfRecord) is [var piece] && (at == 0 || at < piece.Length):
                return Page(http, 200, $"{title}: record {record.ToString(CultureInfo.InvariantCulture)}", "/previews", person.Name, PreviewPages.One(preview, all, of, piece, until, now));
            default:
                return Nothing(http, person.Name);
        }
    }

    /// <summary>A number in the address; 0 where there is none, <c>null</c> where it is not one.</summary>
    private static long? Number(HttpContext http, string name) => http.Request.Query[name].ToString() is { Length: > 0 } text ? Whole(text) : 0;

    private static long? Whole(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
