using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>Directory entries that people sign one after the other on the gate's page, in <c>entries/</c>: <c>DIGEST.json</c>. Such an entry is nothing until two have signed it.</summary>
internal sealed class PendingEntries(GateHome home)
{
    private const int Most = 100;

    /// <summary>The entry that a text is, without signatures.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>.</exception>
    public static DirectoryEntry Parse(string text)
    {
        // A note has at least one line; the text alone is read under one that says nothing.
        var entry = DirectoryEntry.Read(Encoding.UTF8.GetBytes($"{text.TrimEnd('\n')}\n\n— nobody AAAAAAA=\n"), "/text");
        return entry with { Note = entry.Note with { Signatures = [] } };
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<DirectoryEntry> All() =>
        [.. Directory.Exists(home.At("entries")) ? Directory.EnumerateFiles(home.At("entries"), "*.json").Order(StringComparer.Ordinal).Select(path => Find(Path.GetFileNameWithoutExtension(path))).OfType<DirectoryEntry>() : []];

    /// <summary>One of them, or <c>null</c>.</summary>
    public DirectoryEntry? Find(string digest)
    {
        try
        {
            if (!File.Exists(Place(digest)))
                return null;
            using var document = Shape.ParseCanonical(File.ReadAllBytes(Place(digest)), 2 * NoteLines.Limit, "entries");
            var root = Shape.Closed(document.RootElement, "entries", "text", "signatures");
            var entry = Parse(root.Text("text", NoteLines.Limit));
            var lines = root.Texts("signatures", 64, NoteLines.Limit);
            return lines.Count == 0 ? entry : DirectoryEntry.Read(Encoding.UTF8.GetBytes($"{entry.Note.Text}\n{string.Join('\n', lines)}\n"), "entries");
        }
        catch (Exception e) when (e is RefusalException or IOException)
        {
            // What cannot be read is proposed again.
            return null;
        }
    }

    /// <summary>Keeps one with its signatures so far.</summary>
    /// <exception cref="RefusalException"><c>busy</c>: too many wait.</exception>
    public void Keep(DirectoryEntry entry)
    {
        if (!File.Exists(Place(entry.Digest)) && All().Count >= Most)
            throw new RefusalException(Refusal.Of(Refusal.Busy, "too many directory entries wait for signatures", "/"));
        Durable.CreateFolder(home.At("entries"), GateHome.FolderMode);
        Durable.Replace(Place(entry.Digest), Canonical.Bytes(new JsonObject
        {
            ["text"] = entry.Note.Text,
            ["signatures"] = new JsonArray([.. entry.Note.Signatures.Select(line => JsonValue.Create(line.ToString()))]),
        }), "gate.entry.write", GateHome.FileMode);
    }

    /// <summary>Forgets one that is signed by enough, or that nobody wants.</summary>
    public void Forget(string digest)
    {
        if (File.Exists(Place(digest)))
            File.Delete(Place(digest));
    }

    private string Place(string digest) => home.At("entries", digest + ".json");
}
