using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Counterseal.Ledger;
using Counterseal.Watch;

namespace Counterseal.Convention;

/// <summary>Who pledges.</summary>
public enum PledgerKind
{
    /// <summary>A state; its code is of the one list.</summary>
    State,
    /// <summary>A company.</summary>
    Company,
    /// <summary>Another organisation.</summary>
    Organisation,
}

/// <summary>A reservation to a pledge.</summary>
/// <param name="Date">From when.</param>
/// <param name="Text">What is reserved, in our own words.</param>
public sealed record Reservation(DateOnly Date, string Text);

/// <summary>What a pledge rests on.</summary>
/// <param name="Citation">Where it is written.</param>
/// <param name="Document">Path in the registry's data folder of the document that was kept; <c>null</c> where none was.</param>
/// <param name="Sha256">Its digest, in lower-case hex.</param>
/// <param name="Checked">Whether a person has read the source.</param>
public sealed record Evidence(string Citation, string? Document, string? Sha256, bool Checked);

/// <summary>A pledge that somebody made to an instrument, as it stood at one version.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">Who pledges.</param>
/// <param name="Who">A state's code, or a name.</param>
/// <param name="Instrument">To what.</param>
/// <param name="Version">In which version.</param>
/// <param name="Date">When.</param>
/// <param name="Evidence">On what evidence.</param>
/// <param name="Key">The pledger's vkey, where it signed.</param>
/// <param name="Signature">The signed note over <see cref="Text"/>, where there is one.</param>
/// <param name="Reservations">Reservations.</param>
/// <param name="Withdrawn">When it was withdrawn; <c>null</c> while it holds.</param>
/// <param name="WithdrawnOn">On what evidence.</param>
/// <param name="Sample">Made up by the project, to try things on; never counted with what is so.</param>
public sealed record Pledge(
    string Id, PledgerKind Kind, string Who, string Instrument, string Version, DateOnly Date, Evidence Evidence, string? Key, string? Signature, IReadOnlyList<Reservation> Reservations, DateOnly? Withdrawn, Evidence? WithdrawnOn,
    bool Sample)
{
    /// <summary>The subject in the record.</summary>
    [JsonIgnore]
    public string Subject => $"pledge/{Id}";

    /// <summary>The pledger's name, for people.</summary>
    [JsonIgnore]
    public string Name => Kind == PledgerKind.State ? States.Find(Who)?.Name ?? Who : Who;

    /// <summary>Whether it holds on a day.</summary>
    public bool HoldsOn(DateOnly day) => Date <= day && !(Withdrawn <= day);

    /// <summary>What a pledger signs: who, to what, when, and the document's digest.</summary>
    public string Text() => string.Create(CultureInfo.InvariantCulture, $"counterseal pledge v1\n{Who}\n{Instrument}/{Version}\n{Date:yyyy-MM-dd}\n{Evidence.Sha256}\n");

    /// <summary>What is wrong with the signature; <c>null</c> when it is good or there is none.</summary>
    public string? SignatureFault()
    {
        if (Signature is null)
            return null;
        try
        {
            var note = SignedNote.Parse(Encoding.UTF8.GetBytes(Signature));
            if (note.Text != Text())
                return "the signature is over another text than the pledge's: who, instrument, day or document were changed after it was signed";
            return note.VerifiedBy(NoteVerifier.Parse(Key ?? throw new FormatException("there is a signature and no key"))).Count == 1 ? null : "the note carries no signature by the pledge's key";
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>What is wrong with the document as it lies in the data folder now; <c>null</c> when it is as it was.</summary>
    public string? DocumentFault(string folder)
    {
        if (Evidence.Document is not { } path)
            return null;
        var file = Path.Combine(folder, path);
        if (!File.Exists(file))
            return $"{path} is not there any more; its digest was {Evidence.Sha256}";
        var now = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
        return now == Evidence.Sha256 ? null : $"{path} is another document than the pledge {(Signature is null ? "names" : "was signed over")}: its digest is {now[..16]}… and was {Evidence.Sha256?[..16]}…";
    }

    /// <summary>Reads a list of pledges.</summary>
    /// <exception cref="FormatException">Names file, line and what is wrong.</exception>
    public static IReadOnlyList<Pledge> Read(string file, byte[] bytes, InstrumentBook instruments)
    {
        ArgumentNullException.ThrowIfNull(instruments);
        var note = YamlNote.Read(file, bytes);
        note.Only("pledges");
        var pledges = note.Need("pledges").Items.Select(one => Read(one, instruments)).ToList();
        return pledges.GroupBy(p => p.Id).FirstOrDefault(g => g.Count() > 1) is { } twice ? throw new FormatException($"{file}: the pledge {twice.Key} stands there twice") : pledges;
    }

    private static Pledge Read(YamlNote note, InstrumentBook instruments)
    {
        note.Only("id", "kind", "who", "to", "date", "evidence", "key", "signature", "reservations", "withdrawn", "sample");
        var (kind, who) = (note.Need("kind").Word<PledgerKind>(), note.Need("who"));
        if (kind == PledgerKind.State && States.Code(who.Text) != who.Text)
            throw new FormatException($"{who.Place}: \"{who.Text}\" is no two-letter code of registry/states.yaml");
        var to = note.Need("to");
        if (to.Text.Split('/') is not [var instrument, var version] || instruments.Version(instrument, version) is null)
            throw new FormatException($"{to.Place}: \"{to.Text}\" is no version of an instrument that is known; write e.g. paris-call/2018");
        if (note.Need("id") is var id && !ClauseRef.Plain(id.Text))
            throw new FormatException($"{id.Place}: \"{id.Text}\" stands in addresses; at most forty letters, digits and hyphens");
        var pledge = new Pledge(
            id.Text, kind, who.Text, instrument, version, InstrumentBook.Day(note.Need("date")), Rests(note.Need("evidence")), note.Get("key")?.Text, note.Get("signature")?.Text,
            note.Get("reservations") is { } list ? [.. list.Items.Select(Reserved)] : [], note.Get("withdrawn") is { } end ? InstrumentBook.Day(end.Need("date")) : null,
            note.Get("withdrawn") is { } because ? Rests(because.Need("evidence")) : null, note.Get("sample") is { } sample && InstrumentBook.Yes(sample));
        if (pledge.SignatureFault() is { } fault)
            throw new FormatException($"{note.Place}: pledge {pledge.Id}: {fault}");
        return pledge.Withdrawn < pledge.Date ? throw new FormatException($"{note.Place}: pledge {pledge.Id} was withdrawn before it was made") : pledge;
    }

    private static Reservation Reserved(YamlNote note)
    {
        note.Only("date", "text");
        return new(InstrumentBook.Day(note.Need("date")), note.Need("text").Text);
    }

    private static Evidence Rests(YamlNote note)
    {
        note.Only("citation", "document", "sha256", "checked", "date");
        var (document, digest) = (note.Get("document"), note.Get("sha256"));
        if ((document is null) != (digest is null))
            throw new FormatException($"{note.Place}: a document and its sha256 stand together or not at all");
        if (document is { } path && (path.Text.Contains("..", StringComparison.Ordinal) || Path.IsPathRooted(path.Text)))
            throw new FormatException($"{path.Place}: a document lies in the registry's own folder");
        if (digest is { } hex && !(hex.Text.Length == 64 && hex.Text.All(char.IsAsciiHexDigitLower)))
            throw new FormatException($"{hex.Place}: a digest is 64 hex digits in lower case");
        return new(note.Need("citation").Text, document?.Text, digest?.Text, InstrumentBook.Yes(note.Need("checked")));
    }
}
