using System.Globalization;
using System.Security.Cryptography;
using Counterseal.Ledger;

namespace Counterseal.Convention;

/// <summary>A version of something in the registry.</summary>
/// <param name="Subject">What, e.g. <c>incident/cfr-4fa0…</c>, <c>pledge/…</c>, <c>instrument/dgc/2017-04</c>.</param>
/// <param name="Version">From 1; nothing is deleted, a correction is a version more.</param>
/// <param name="Sha256">Of its canonical bytes, in hex.</param>
public sealed record RegistryChange(string Subject, int Version, string Sha256);

/// <summary>A change of the registry: an editor's act, or a batch of an import. It is signed by the editor's key and on the ledger before anybody sees its effect.</summary>
/// <param name="N">Its number, from 0, without a gap.</param>
/// <param name="At">When, UTC.</param>
/// <param name="By">Who.</param>
/// <param name="Kind"><c>instruments</c>, <c>pledge</c>, <c>correction</c>, <c>import</c> or <c>bell</c>.</param>
/// <param name="Why">Why, where a person says so.</param>
/// <param name="Previous">SHA-256 of the event before it, in hex; of nothing for the first. So no two can change places.</param>
/// <param name="Changes">What it changes.</param>
public sealed record RegistryEvent(long N, DateTimeOffset At, string By, string Kind, string? Why, string Previous, IReadOnlyList<RegistryChange> Changes)
{
    /// <summary>What stands before the first event.</summary>
    internal static string None { get; } = Convert.ToHexStringLower(SHA256.HashData([]));

    internal byte[] Canonical() => RegistryJson.Canonical(this);

    /// <summary>What the editor's key signs: one can read it.</summary>
    internal string Text(byte[] canonical) => string.Create(CultureInfo.InvariantCulture, $"counterseal registry event v1\n{N}\n{At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\n{Kind}\n{Changes.Count}\n{Hex(canonical)}\n");

    internal static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>What is wrong with a note as the signature of an event; <c>null</c> when it is good.</summary>
    internal string? SignatureFault(byte[] canonical, byte[] note, NoteVerifier editor)
    {
        try
        {
            var signed = SignedNote.Parse(note);
            if (signed.Text != Text(canonical))
                return "the signature is over another event";
            return signed.VerifiedBy(editor).Count == 1 ? null : $"it is not signed by {editor.Name}";
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}
