using System.Text.Json;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>What a person on the roster may sign.</summary>
public enum RosterRole
{
    /// <summary>Approvals of orders.</summary>
    Reviewer,
    /// <summary>Directory entries.</summary>
    Directory,
}

/// <summary>A person whose signature the gate accepts.</summary>
/// <param name="Name">The name on the roster, which is the key's name too.</param>
/// <param name="Key">The public key.</param>
/// <param name="Roles">What the person may sign; any rostered person may stop and lift.</param>
public sealed record RosterPerson(string Name, NoteVerifier Key, IReadOnlyList<RosterRole> Roles)
{
    /// <summary>Whether the note carries this person's good signature. A bad one by this key counts as none.</summary>
    public bool HasSigned(SignedNote note)
    {
        try
        {
            return note.VerifiedBy(Key).Count == 1;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}

/// <summary>The people whose approval the gate accepts, and how many each kind of order needs. Names and keys are distinct: approvals are counted by people.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="Epoch">Rises with each change that shall void the approvals given before.</param>
/// <param name="People">The people.</param>
/// <param name="Digest">SHA-256 of the file's bytes, lower-case hex; it is on the ledger.</param>
public sealed record Roster(string Gate, long Epoch, IReadOnlyList<RosterPerson> People, string Digest)
{
    private const int Limit = 1 << 20;

    /// <summary>How many approvals a <see cref="OrderKind.Count"/> needs; at least one.</summary>
    public required int ForCount { get; init; }
    /// <summary>How many approvals a <see cref="OrderKind.Preserve"/> needs; at least one.</summary>
    public required int ForPreserve { get; init; }
    /// <summary>How many approvals a <see cref="OrderKind.Release"/> needs; never below two.</summary>
    public required int ForRelease { get; init; }

    /// <summary>How many approvals an order of this kind needs.</summary>
    public int Needs(OrderKind kind) => kind switch
    {
        OrderKind.Count => ForCount,
        OrderKind.Preserve => ForPreserve,
        _ => ForRelease,
    };

    /// <summary>The person by name, or <c>null</c>.</summary>
    public RosterPerson? Find(string name) => People.FirstOrDefault(person => person.Name == name);

    /// <summary>The distinct people whose good signature a note carries.</summary>
    public IReadOnlyList<RosterPerson> SignersOf(SignedNote note) => [.. People.Where(person => person.HasSigned(note))];

    /// <summary>Reads the roster's file.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>: not the shape of the protocol, a name or a key twice, a release that fewer than two approve, or fewer people than are needed.</exception>
    public static Roster Read(ReadOnlyMemory<byte> json)
    {
        using var document = Shape.Parse(json, Limit, "roster.json");
        var root = Shape.Closed(document.RootElement, "roster.json", "gate", "epoch", "people", "approvals");
        var array = root.Member("people");
        if (array.ValueKind != JsonValueKind.Array)
            throw RefusalException.Malformed("people must be a list", root.Place("people"));
        var people = new List<RosterPerson>();
        foreach (var item in array.EnumerateArray())
        {
            var place = $"{root.Place("people")}/{people.Count}";
            var person = Shape.Closed(item, place, "name", "key", "roles");
            NoteVerifier key;
            try
            {
                key = NoteVerifier.Parse(person.Text("key"));
            }
            catch (FormatException e)
            {
                throw RefusalException.Malformed("the key is not a vkey: " + Visible.Text(e.Message), person.Place("key"));
            }
            var name = person.Text("name", 100);
            if (key.Name != name)
                throw RefusalException.Malformed("the key's name is not the person's", person.Place("key"));
            var roles = person.Texts("roles", 2, 20).Select(role => role switch
            {
                "reviewer" => RosterRole.Reviewer,
                "directory" => RosterRole.Directory,
                _ => throw RefusalException.Malformed("a role is reviewer or directory", person.Place("roles")),
            }).Distinct().ToList();
            // Letters that look alike would let one person stand as two.
            if (name.Length == 0 || name.Any(c => c is <= ' ' or >= '\x7f'))
                throw RefusalException.Malformed("a name on the roster is printable ASCII without a space", person.Place("name"));
            if (people.Exists(other => string.Equals(other.Name, name, StringComparison.OrdinalIgnoreCase)))
                throw RefusalException.Malformed("this name is on the roster twice", person.Place("name"));
            if (people.Exists(other => other.Key.PublicKey.AsSpan().SequenceEqual(key.PublicKey)))
                throw RefusalException.Malformed("this key is on the roster under two names", person.Place("key"));
            people.Add(new RosterPerson(name, key, roles));
        }
        var approvals = root.Object("approvals", "count", "preserve", "release");
        return new Roster(root.Text("gate", 100), root.Whole("epoch", 1, long.MaxValue), people, Canonical.Digest(json.Span))
        {
            ForCount = (int)approvals.Whole("count", 1, 20),
            ForPreserve = (int)approvals.Whole("preserve", 1, 20),
            ForRelease = (int)approvals.Whole("release", 2, 20),
        };
    }
}
