using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>A MISP feed: <c>manifest.json</c> names the events, each in a file of its own beside it.</summary>
/// <param name="open">Opens a file of the feed by name, or gives <c>null</c> where it is not there: a folder's or a web server's.</param>
/// <param name="feed">The operator's name of the feed.</param>
/// <param name="into">Takes what was read.</param>
/// <param name="limits">The limits.</param>
public sealed class MispFeed(Func<string, Stream?> open, string feed, Intelligence into, FeedLimits? limits = null)
{
    /// <summary>A feed in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="feed">The operator's name of the feed.</param>
    /// <param name="into">Takes what was read.</param>
    public static MispFeed InFolder(string folder, string feed, Intelligence into) => new(name =>
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? File.OpenRead(path) : null;
    }, feed, into);

    /// <summary>Reads the events that changed since an instant.</summary>
    /// <param name="since">Events whose manifest entry is older are left out; <c>null</c> for all.</param>
    /// <param name="cancel">Stops between two attributes.</param>
    /// <returns>How many events were read.</returns>
    public int Read(DateTimeOffset? since = null, CancellationToken cancel = default)
    {
        using var manifest = open("manifest.json");
        if (manifest is null)
        {
            into.Remarks.Add(RemarkKind.Dropped, "manifest.json", 1, "", "The feed has no manifest.json.");
            return 0;
        }

        var events = new List<(string Uuid, long Line)>();
        foreach (var part in new JsonParts(manifest, "manifest.json", ["/*"], limits ?? FeedLimits.Usual, into.Remarks).Read())
        {
            using var json = part.Parse();
            var uuid = part.Pointer[1..];
            // The name becomes a file's name, so it must be nothing but a UUID.
            if (!Guid.TryParseExact(uuid, "D", out _)) into.Remarks.Add(RemarkKind.Dropped, "manifest.json", part.Line, part.Pointer, "The entry's name is no UUID.");
            else if (since is null || Stamp(json.RootElement) is not { } stamp || stamp >= since) events.Add((uuid, part.Line));
        }

        var read = 0;
        var reader = new MispReader(feed, into, limits);
        foreach (var (uuid, line) in events)
        {
            cancel.ThrowIfCancellationRequested();
            using var file = open(uuid + ".json");
            if (file is null) into.Remarks.Add(RemarkKind.Dropped, "manifest.json", line, "/" + uuid, $"The event's file {uuid}.json is not there.");
            else read += reader.Read(file, uuid + ".json", cancel);
        }

        return read;
    }

    private static DateTimeOffset? Stamp(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("timestamp", out var stamp) && FeedTime.TryRead(JsonText.Of(stamp) ?? stamp.GetRawText(), out var time) ? time : null;
}
