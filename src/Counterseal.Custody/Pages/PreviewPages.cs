using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Counterseal.Custody;

/// <summary>
/// What would leave, on pages: a list, and one record at a time. A record is shown as the characters that stand in it, what is invisible made visible: HTML mail as its source, a picture not at all.
/// Nothing of a record becomes markup, a link, a style or a file to take away.
/// </summary>
internal static class PreviewPages
{
    /// <summary>So much of a record stands on one page, in bytes; the rest on further ones.</summary>
    public const int MostOfRecord = 64 * 1024;

    /// <summary>So many records on a page of their beginnings.</summary>
    public const int ItemsOfPage = 25;

    private const int MostLine = 2000;
    private const int MostFields = 200;
    private const int MostListed = 20;
    private const string Hidden = @"\u{200E}";

    /// <summary>The previews that name the person.</summary>
    public static Html List(IReadOnlyList<Gate.PreviewFacts> previews, DateTimeOffset now) => Html.Of($"""
        <section aria-label="Previews">
        {(previews.Count == 0 ? Html.Of($"<p>No preview is here for you. When an order names you as one who may look, and enough people have approved it, what would leave stands here until the order's time is over. Nobody sees it but those whom the order names.</p>")
            : Html.Of($"<ul class=\"rows\">{Html.Each(previews, one => Html.Of($"<li><span><a href=\"/previews/{one.Order}\">Demand {one.Demand}</a> <span class=\"soft\">order {PageFrame.Digest(one.Order)}</span></span><span>{Counted(one.Items, "record")}, {Size(one.Bytes)}</span><span>{Until(one.Until, now)}</span></li>"))}</ul>"))}
        </section>
        """);

    /// <summary>On the page of an order that was carried out.</summary>
    public static Html Ready(string digest) => Html.Of($"<section><p>This order was carried out. You are one of those who may look: <a href=\"/previews/{digest}\">what would leave</a>.</p></section>");

    /// <summary>Before anything is shown: the person signs for it.</summary>
    public static Html Ask(Gate.PreviewFacts preview, string text, RosterPerson person, Roster roster, string then, DateTimeOffset now) => Html.Of($"""
        <p class="lead">{Counted(preview.Items, "record")} of demand {preview.Demand} would leave, {Size(preview.Bytes)}. The preview is deleted when its time is over: {Until(preview.Until, now)}.</p>
        <section><h2>Look</h2>
        <p>You see other people's data. That you look goes on the ledger before anything is shown, under your name in the gate's folder, and every record that you open stands in the gate's journal. Your signature opens the preview for fifteen minutes; it approves nothing.</p>
        <p class="soft">Those who may look: {string.Join(", ", preview.Viewers.Select(viewer => Visible.Text(viewer, 100)))}.</p>
        {PageFrame.Ask(text, $"Look at what would leave, as {person.Name}", roster.Passkeys!, person.Passkeys, then)}
        </section>
        """);

    /// <summary>The streams, and what is not in them.</summary>
    public static Html Listed(Gate.PreviewFacts preview, PreviewListing listing, DateTimeOffset until, DateTimeOffset now) => Html.Of($"""
        {Viewing(until, now)}
        <section><h2>What would leave</h2>
        <p>{Counted(listing.Records, "record")} of demand {preview.Demand}, {Size(listing.Bytes)}.</p>
        {(listing.Streams.Count == 0 ? Html.Of($"<p>No record is in scope. What was looked for stands below.</p>") : Html.Of($"<ul class=\"rows\">{Html.Each(listing.Streams, stream => Html.Of($"<li><span><a href=\"/previews/{preview.Order}/records?from={stream.First}\">{Words(stream)}</a></span><span>{Counted(stream.Records, "record")}, {Size(stream.Bytes)}</span></li>"))}</ul>"))}
        </section>
        <section><h2>What is left out, and why</h2>
        <p>Each record that was read is counted: written, outside the scope, left out by a rule, or not readable.</p>
        <ul class="rows">{Html.Each(listing.Report.Accounts, Left)}</ul>
        {Html.Each(listing.Report.Selectors.Where(selector => selector.Accounts.Count == 0), selector => Html.Of($"<p>Item {selector.Item + 1} of the scope: no account was found. {Visible.Text(selector.Why ?? "Nobody here has it.")}</p>"))}
        {(listing.Report.Minimisation is { } rules ? Html.Of($"<p class=\"soft\">Rules of minimisation {PageFrame.Digest(rules)}, on the ledger under this digest.</p>") : Html.None)}
        </section>
        """);

    /// <summary>Some records by their beginnings.</summary>
    public static Html Items(Gate.PreviewFacts preview, PreviewListing listing, PreviewStream stream, IReadOnlyList<PreviewPiece> pieces, DateTimeOffset until, DateTimeOffset now) => Html.Of($"""
        {Viewing(until, now)}
        <section><h2>{Words(stream)}</h2>
        <p><a href="/previews/{preview.Order}">All that would leave</a></p>
        <ul class="rows">{Html.Each(pieces, piece => Html.Of($"<li><span><a href=\"/previews/{preview.Order}/records/{piece.Record}\">Record {piece.Record}</a> <span class=\"soft\">{Size(piece.Length)}</span></span><span class=\"quoted\">{Beginning(stream, piece)}</span></li>"))}</ul>
        {Turn(preview, listing, pieces, stream)}
        </section>
        """);

    /// <summary>One record, or a piece of it.</summary>
    public static Html One(Gate.PreviewFacts preview, PreviewListing listing, PreviewStream stream, PreviewPiece piece, DateTimeOffset until, DateTimeOffset now)
    {
        var end = piece.At + piece.Bytes.Length;
        return Html.Of($"""
            {Viewing(until, now)}
            <p>{Words(stream)} · <a href="/previews/{preview.Order}/records?from={piece.Record - ((piece.Record - stream.First) % ItemsOfPage)}">its neighbours</a>{(piece.Record > 0 ? Html.Of($" · <a href=\"/previews/{preview.Order}/records/{piece.Record - 1}\">record {piece.Record - 1}</a>") : Html.None)}{(piece.Record + 1 < listing.Records ? Html.Of($" · <a href=\"/previews/{preview.Order}/records/{piece.Record + 1}\">record {piece.Record + 1}</a>") : Html.None)}</p>
            {(end < piece.Length || piece.At > 0 ? Html.Of($"<p class=\"bad\">Bytes {piece.At + 1} to {end} of {piece.Length} stand here. {(piece.At > 0 ? Html.Of($"<a href=\"?at={Math.Max(0, piece.At - MostOfRecord)}\">What comes before</a> ") : Html.None)}{(end < piece.Length ? Html.Of($"<a href=\"?at={end}\">What comes after</a>") : Html.None)}</p>") : Html.None)}
            {(piece.At > 0 ? Html.None : stream.Extension switch { "mbox" => Mail(piece), "ndjson" => Row(piece), _ => Html.None })}
            <section><h2>As it would leave</h2>
            <p class="soft">{piece.Length} bytes, as characters. What is invisible is written out, like {Hidden}.</p>
            {Characters(Encoding.UTF8.GetString(piece.Bytes), "The record as it would leave")}
            </section>
            """);
    }

    private static Html Until(DateTimeOffset until, DateTimeOffset now) => Html.Of($"""{PageFrame.Span(until - now)} left, until <time datetime="{Law.Instant.Text(until)}">{PageFrame.When(until)}</time>""");

    /// <summary>The stream that a record is in; <c>null</c> where there is no such record.</summary>
    public static PreviewStream? StreamOf(PreviewListing listing, long record) => listing.Streams.FirstOrDefault(stream => record >= stream.First && record < stream.First + stream.Records);

    private static Html Viewing(DateTimeOffset until, DateTimeOffset now) => Html.Of($"""<p class="soft">You look at other people's data, and what you open stands in the gate's journal. {PageFrame.Clock(until - TimeSpan.FromMinutes(15), until, now)}</p>""");

    private static Html Left(AccountResult result)
    {
        var said = new List<string> { $"{Number(result.InScope)} written", $"{Number(result.OutOfScope)} outside the scope", $"{Number(result.UnreadableTotal)} not readable" };
        said.AddRange(result.LeftOut.Select(left => $"{Number(left.Count)} left out: {left.Reason}"));
        if (result.AttachmentsLeftOut > 0)
            said.Add($"{Counted(result.AttachmentsLeftOut, "attachment")} left out of messages that were written");
        if (result.Masked > 0)
            said.Add($"third parties masked in {Number(result.Masked)}");
        said.AddRange(result.FieldsLeftOut.Select(field => $"the field {Visible.Text(field.Field, 100)} left out of {Counted(field.Rows, "row")}"));
        return Html.Of($"""
            <li><span><strong>{Visible.Text(result.Account, 100)}</strong>, {result.Category.ToString().ToLowerInvariant()}{(result.Source is { } source ? $", from {Visible.Text(source, 40)}" : "")}</span><span>{string.Join("; ", said)}</span>
            {Html.Each(result.Unreadable.Take(MostListed), one => Html.Of($"<span class=\"soft\">{Visible.Text(one.Place, 200)}: {Visible.Text(one.Reason, 300)}</span>"))}{(result.UnreadableTotal > MostListed ? Html.Of($"<span class=\"soft\">and {result.UnreadableTotal - MostListed} more</span>") : Html.None)}</li>
            """);
    }

    private static Html Turn(Gate.PreviewFacts preview, PreviewListing listing, IReadOnlyList<PreviewPiece> pieces, PreviewStream stream)
    {
        var (first, next) = (pieces[0].Record, pieces[^1].Record + 1);
        var before = first > stream.First ? Math.Max(stream.First, first - ItemsOfPage) : (long?)null;
        return Html.Of($"""<p>{(before is { } from ? Html.Of($"<a href=\"/previews/{preview.Order}/records?from={from}\">Records before these</a> ") : Html.None)}{(next < listing.Records ? Html.Of($"<a href=\"/previews/{preview.Order}/records?from={next}\">{(next < stream.First + stream.Records ? "Records after these" : "The next stream")}</a>") : Html.None)}</p>""");
    }

    /// <summary>A line that tells one record from another.</summary>
    private static string Beginning(PreviewStream stream, PreviewPiece piece)
    {
        if (stream.Extension != "mbox")
            return Visible.Text(Encoding.UTF8.GetString(piece.Bytes.AsSpan(0, Math.Min(600, piece.Bytes.Length))).TrimEnd('\n').Replace("\n", " ", StringComparison.Ordinal), 200);
        var message = MessageView.Of(piece.Bytes, whole: false);
        return string.Join(" · ", ((string[])["Date", "From", "To", "Subject"]).Select(name => message.Fields.FirstOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is { Length: > 0 } value ? Visible.Text(value, 120) : "").Where(part => part.Length > 0));
    }

    private static Html Mail(PreviewPiece piece)
    {
        var message = MessageView.Of(piece.Bytes, piece.Bytes.Length == piece.Length);
        return Html.Of($"""
            <section><h2>The message</h2>
            <dl>{Html.Each(message.Fields.Take(MostFields), field => Html.Of($"<dt>{Visible.Text(field.Name, 100)}</dt><dd>{Visible.Text(field.Value, MostLine)}</dd>"))}</dl>
            </section>
            {Html.Each(message.Parts.Select((part, number) => (part, number)), one => Part(one.part, one.number))}
            """);
    }

    private static Html Part(ViewedPart part, int number) => Html.Of($"""
        <section><h2>{Visible.Text(part.Type, 100)}{(part.Name is { } name ? $", {Visible.Text(name, 200)}" : "")}</h2>
        {(part.Text is { } text ? Html.Of($"{(part.Type == "text/html" ? Html.Of($"<p class=\"soft\">Its source. Nothing of it is rendered, and nothing is fetched.</p>") : Html.None)}{Characters(text, $"Part {number + 1} of the message")}") : Html.Of($"<p>{part.Encoded} bytes as stored. It is not shown here; its characters stand below.</p>"))}
        {(part.IsWhole ? Html.None : Html.Of($"<p class=\"soft\">It goes on behind what is shown on this page.</p>"))}
        </section>
        """);

    private static Html Row(PreviewPiece piece)
    {
        try
        {
            using var document = JsonDocument.Parse(piece.Bytes.AsMemory(), new JsonDocumentOptions { MaxDepth = 16 });
            return Html.Of($"<section><h2>Its fields</h2><dl>{Html.Each(document.RootElement.EnumerateObject().Take(MostFields).ToList(), field => Html.Of($"<dt>{Visible.Text(field.Name, 100)}</dt><dd>{Visible.Text(Value(field.Value), MostLine)}</dd>"))}</dl></section>");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Longer than a page: its characters stand below.
            return Html.None;
        }
    }

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Take(100).Select(Value)),
        _ => value.GetRawText(),
    };

    private static Html Characters(string text, string label) => Html.Of($"""<pre class="quoted" tabindex="0" role="region" aria-label="{label}">{string.Join('\n', text.Split('\n').Select(line => Visible.Text(line.TrimEnd('\r').Replace("\t", "    ", StringComparison.Ordinal), MostLine)))}</pre>""");

    private static string Words(PreviewStream stream)
    {
        var slash = stream.Name.IndexOf('/', StringComparison.Ordinal);
        return $"{(stream.Name[(slash + 1)..] switch { "subscriber" => "Subscriber data", "sessions" => "Sessions", "traffic" => "Traffic data of messages", "content" => "Messages", var other => other })} of {stream.Name[..Math.Max(0, slash)]}";
    }

    private static string Counted(long count, string what) => $"{Number(count)} {what}{(count == 1 ? "" : "s")}";

    private static string Size(long bytes) => bytes < 10_000 ? Counted(bytes, "byte") : bytes < 10_000_000 ? Number(bytes / 1000) + " kB" : Number(bytes / 1_000_000) + " MB";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
