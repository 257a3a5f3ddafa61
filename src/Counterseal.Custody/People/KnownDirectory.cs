using System.Globalization;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>
/// The directory entries that the gate has been shown with two good signatures, and the revocations, in <c>directory/</c>: <c>AUTHORITY.VERSION.DIGEST.note</c>
/// (AUTHORITY: SHA-256 of its id) and <c>DIGEST.revoked</c>. An authority's stop is known by them, and no version falls below the highest seen.
/// </summary>
/// <param name="home">The gate's folder.</param>
/// <param name="onRecord">Whether the journal has a revocation of that entry.</param>
internal sealed class KnownDirectory(GateHome home, Func<string, bool> onRecord)
{
    private const int Most = 10_000;

    /// <summary>Keeps an entry, with the signatures that it is known to have already.</summary>
    public void Keep(DirectoryEntry entry)
    {
        var path = home.At("directory", $"{NoteLines.Digest(entry.Authority)}.{entry.Version.ToString(CultureInfo.InvariantCulture)}.{entry.Digest}.note");
        var bytes = WithAllSignatures(entry).Note.Bytes();
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
            Durable.Replace(path, bytes, "gate.directory.write", GateHome.FileMode);
    }

    /// <summary>The same entry with the signatures that the gate has seen on it: an order that waits carries those of the day on which it was filed, and people may have signed since.</summary>
    public DirectoryEntry WithAllSignatures(DirectoryEntry entry)
    {
        if (Find(entry.Digest) is not { } known)
            return entry;
        var more = known.Note.Signatures.Where(line => !entry.Note.Signatures.Any(mine => mine.Name == line.Name && mine.KeyId == line.KeyId));
        IReadOnlyList<NoteSignature> all = [.. entry.Note.Signatures, .. more];
        return all.Count > SignedNote.MaxSignatures ? entry : entry with { Note = entry.Note with { Signatures = all } };
    }

    /// <summary>Why an entry does not hold beside what is known: revoked, or behind or beside a known version of its authority; <c>null</c> when it does.</summary>
    public Refusal? Fault(DirectoryEntry entry, string where)
    {
        if (IsRevoked(entry.Digest))
            return Refusal.Of(Refusal.WrongRecipient, "the directory entry is revoked", where);
        foreach (var path in Directory.EnumerateFiles(home.At("directory"), NoteLines.Digest(entry.Authority) + ".*.note"))
        {
            var (version, digest) = Path.GetFileName(path).Split('.') is [_, var text, var hex, _] && NoteLines.TryWhole(text, out var number) ? (number, hex) : (long.MaxValue, "");
            if (version > entry.Version)
                return Refusal.Of(Refusal.WrongRecipient, $"the directory entry is version {entry.Version.ToString(CultureInfo.InvariantCulture)}, and the gate knows version {version.ToString(CultureInfo.InvariantCulture)} of this authority", where);
            if (version == entry.Version && digest != entry.Digest)
                return Refusal.Of(Refusal.WrongRecipient, $"the gate knows another directory entry of this authority with version {version.ToString(CultureInfo.InvariantCulture)}: a change raises the version", where);
        }
        return null;
    }

    /// <summary>Whether an entry is revoked: by its file, which counts at once, or by the journal, also where the file is gone.</summary>
    public bool IsRevoked(string entry) => File.Exists(home.At("directory", entry + ".revoked")) || onRecord(entry);

    /// <summary>All known entries that are not revoked.</summary>
    public IReadOnlyList<DirectoryEntry> All() => [.. Entries("*.note").Where(entry => !IsRevoked(entry.Digest))];

    /// <summary>The known entry of that digest, or <c>null</c>.</summary>
    public DirectoryEntry? Find(string digest) => Entries($"*.{digest}.note").FirstOrDefault();

    /// <summary>Takes a revocation; it counts when this returns.</summary>
    public void Revoke(Revocation revocation) =>
        Durable.Replace(home.At("directory", revocation.Entry + ".revoked"), revocation.Note.Bytes(), "gate.revocation.write", GateHome.FileMode);

    /// <summary>The revocations on disk.</summary>
    public IEnumerable<Revocation> Revocations() => Directory.EnumerateFiles(home.At("directory"), "*.revoked").Select(path => Revocation.Read(File.ReadAllBytes(path)));

    /// <summary>The vkey of an authority whose good signature the note carries, or <c>null</c>. A revoked entry's signer still counts: it may always say no.</summary>
    public string? SignerOf(SignedNote note) => Entries("*.note").FirstOrDefault(entry => HasSigned(entry, note))?.Signer?.ToString();

    /// <summary>Whether a note carries the good signature of an entry's own signer.</summary>
    public static bool HasSigned(DirectoryEntry entry, SignedNote note)
    {
        if (entry.Signer is not { } signer || !note.Signatures.Any(line => line.Name == signer.Name && line.KeyId == signer.KeyId))
            return false;
        try
        {
            return note.VerifiedBy(signer).Count == 1;
        }
        catch (FormatException)
        {
            // A bad signature under this authority's name is nobody's.
            return false;
        }
    }

    private IEnumerable<DirectoryEntry> Entries(string pattern)
    {
        foreach (var path in Directory.EnumerateFiles(home.At("directory"), pattern).Take(Most))
        {
            DirectoryEntry entry;
            try
            {
                entry = DirectoryEntry.Read(File.ReadAllBytes(path));
            }
            catch (RefusalException)
            {
                // An entry of a form that was used before: it must be signed anew.
                continue;
            }
            yield return entry;
        }
    }
}
