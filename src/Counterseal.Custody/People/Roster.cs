using System.Globalization;
using System.Text.Json;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>How a roster that was fixed in a ceremony is changed.</summary>
/// <param name="Quorum">How many of its people must sign; at least two, and at least the highest number of approvals that it asks for.</param>
/// <param name="Wait">How long after that the change waits, and any one of them can end it.</param>
public sealed record RosterChangeRule(int Quorum, TimeSpan Wait);

/// <summary>The people whose approval the gate accepts, and how many each kind of order needs. Names, keys and passkeys are distinct: approvals are counted by people.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="Epoch">Rises with each change, which voids the approvals given before.</param>
/// <param name="People">The people.</param>
/// <param name="Digest">SHA-256 of the file's bytes, lower-case hex; it is on the ledger.</param>
public sealed record Roster(string Gate, long Epoch, IReadOnlyList<RosterPerson> People, string Digest)
{
    private const int Limit = 1 << 20;
    private const int MostPasskeys = 10;

    /// <summary>How many approvals a <see cref="OrderKind.Count"/> needs; at least one.</summary>
    public required Threshold ForCount { get; init; }
    /// <summary>How many approvals a <see cref="OrderKind.Preserve"/> needs; at least one.</summary>
    public required Threshold ForPreserve { get; init; }
    /// <summary>How many approvals a <see cref="OrderKind.Release"/> needs; never below two.</summary>
    public required Threshold ForRelease { get; init; }
    /// <summary>Where passkeys are used, or <c>null</c> where there are none.</summary>
    public PasskeyRules? Passkeys { get; init; }
    /// <summary>Whether signatures by key files count.</summary>
    public required bool KeyFiles { get; init; }
    /// <summary>How it is changed; <c>null</c> for a trial's roster, which the operator edits.</summary>
    public RosterChangeRule? Change { get; init; }

    /// <summary>How many approvals this order needs.</summary>
    public int Needs(Order order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return For(order.Kind).For(order);
    }

    /// <summary>The highest number of approvals that any order can need.</summary>
    public int MostNeeded => Enum.GetValues<OrderKind>().Max(kind => For(kind).Most);

    /// <summary>The person by name, or <c>null</c>.</summary>
    public RosterPerson? Find(string name) => People.FirstOrDefault(person => person.Name == name);

    /// <summary>The person who has a passkey, or <c>null</c>.</summary>
    public RosterPerson? Holder(ReadOnlyMemory<byte> credential) => People.FirstOrDefault(person => person.Passkeys.Any(passkey => passkey.Id.AsSpan().SequenceEqual(credential.Span)));

    /// <summary>The distinct people whose good signature a note carries.</summary>
    public IReadOnlyList<RosterPerson> SignersOf(SignedNote note) => [.. People.Where(person => person.HasSigned(note))];

    /// <summary>Reads the roster's file.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>: not the shape of the protocol, a name, key or passkey twice, a release that fewer than two approve, or fewer people than are needed.</exception>
    public static Roster Read(ReadOnlyMemory<byte> json)
    {
        using var document = Shape.Parse(json, Limit, "roster.json");
        var root = Shape.Closed(document.RootElement, "roster.json", "gate", "epoch", "people", "approvals", "passkeys", "keyFiles", "change");
        var array = root.Member("people");
        if (array.ValueKind != JsonValueKind.Array)
            throw RefusalException.Malformed("people must be a list", root.Place("people"));
        var rules = root.Has("passkeys") ? ReadRules(root.Object("passkeys", "rpId", "origin", "backedUp")) : null;
        var keyFiles = !root.Has("keyFiles") || root.Bool("keyFiles");
        var people = new List<RosterPerson>();
        foreach (var item in array.EnumerateArray())
        {
            var place = $"{root.Place("people")}/{people.Count}";
            var person = ReadPerson(Shape.Closed(item, place, "name", "key", "passkeys", "roles"), rules, keyFiles);
            if (people.Exists(other => string.Equals(other.Name, person.Name, StringComparison.OrdinalIgnoreCase)))
                throw RefusalException.Malformed("this name is on the roster twice", place + "/name");
            if (people.Exists(other => other.Key is { } key && person.Key is { } same && key.PublicKey.AsSpan().SequenceEqual(same.PublicKey)))
                throw RefusalException.Malformed("this key is on the roster under two names", place + "/key");
            if (person.Passkeys.Any(passkey => people.SelectMany(other => other.Passkeys).Any(other => Same(other, passkey))))
                throw RefusalException.Malformed("this passkey is on the roster under two names", place + "/passkeys");
            people.Add(person);
        }
        var approvals = root.Object("approvals", "count", "preserve", "release");
        var roster = new Roster(root.Text("gate", 100), root.Whole("epoch", 1, long.MaxValue), people, Canonical.Digest(json.Span))
        {
            ForCount = Threshold.Read(approvals, "count", 1),
            ForPreserve = Threshold.Read(approvals, "preserve", 1),
            ForRelease = Threshold.Read(approvals, "release", 2),
            Passkeys = rules,
            KeyFiles = keyFiles,
        };
        return root.Has("change") ? roster with { Change = ReadChange(root.Object("change", "quorum", "wait"), roster) } : roster;
    }

    private Threshold For(OrderKind kind) => kind switch
    {
        OrderKind.Count => ForCount,
        OrderKind.Preserve => ForPreserve,
        _ => ForRelease,
    };

    private static PasskeyRules ReadRules(Shape shape)
    {
        var rules = new PasskeyRules(shape.Text("rpId", 253), shape.Text("origin", 300), shape.Bool("backedUp"));
        return PasskeyRules.Fault(rules.RpId, rules.Origin) is { } fault ? throw RefusalException.Malformed(fault, shape.Place("origin")) : rules;
    }

    private static RosterPerson ReadPerson(Shape shape, PasskeyRules? rules, bool keyFiles)
    {
        var name = shape.Text("name", 100);
        // Letters that look alike would let one person stand as two.
        if (name.Any(c => c is <= ' ' or >= '\x7f') || !NoteSignature.IsName(name))
            throw RefusalException.Malformed("a name on the roster is printable ASCII without a space or a plus", shape.Place("name"));
        NoteVerifier? key = null;
        if (shape.Has("key"))
        {
            try
            {
                key = NoteVerifier.Parse(shape.Text("key"));
            }
            catch (FormatException e)
            {
                throw RefusalException.Malformed("the key is not a vkey: " + Visible.Text(e.Message), shape.Place("key"));
            }
            if (key.Name != name)
                throw RefusalException.Malformed("the key's name is not the person's", shape.Place("key"));
            if (!keyFiles)
                throw RefusalException.Malformed("this roster takes no key files", shape.Place("key"));
        }
        var roles = shape.Texts("roles", 2, 20).Select(role => role switch
        {
            "reviewer" => RosterRole.Reviewer,
            "directory" => RosterRole.Directory,
            _ => throw RefusalException.Malformed("a role is reviewer or directory", shape.Place("roles")),
        }).Distinct().ToList();
        var passkeys = shape.Has("passkeys") ? ReadPasskeys(shape, rules) : [];
        return key is not null || passkeys.Count > 0
            ? new RosterPerson(name, key, passkeys, roles) { Rules = rules }
            : throw RefusalException.Malformed("a person has a key or a passkey", shape.Place("key"));
    }

    private static List<Passkey> ReadPasskeys(Shape person, PasskeyRules? rules)
    {
        var place = person.Place("passkeys");
        var array = person.Member("passkeys");
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > MostPasskeys)
            throw RefusalException.Malformed($"passkeys must be a list of at most {MostPasskeys.ToString(CultureInfo.InvariantCulture)}", place);
        if (rules is null && array.GetArrayLength() > 0)
            throw RefusalException.Malformed("a roster with passkeys says where they are used (passkeys: rpId, origin, backedUp)", place);
        var passkeys = new List<Passkey>();
        foreach (var item in array.EnumerateArray())
        {
            var shape = Shape.Closed(item, $"{place}/{passkeys.Count}", "id", "key", "backedUp");
            CoseKey key;
            try
            {
                key = CoseKey.Read(shape.Base64("key", 1024), out var length);
                if (length != key.Bytes.Length || length != shape.Base64("key", 1024).Length)
                    throw new FormatException("there are bytes behind the key");
            }
            catch (FormatException e)
            {
                throw RefusalException.Malformed(Visible.Text(e.Message), shape.Place("key"));
            }
            var passkey = new Passkey(shape.Base64("id", 1023), key, shape.Bool("backedUp"));
            if (passkey.Id.Length == 0)
                throw RefusalException.Malformed("a passkey's id is not empty", shape.Place("id"));
            if (passkey.BackedUp && !rules!.BackedUp)
                throw RefusalException.Malformed("this roster takes no passkeys that can be copied", shape.Place("backedUp"));
            if (passkeys.Exists(other => Same(other, passkey)))
                throw RefusalException.Malformed("this passkey is there twice", shape.Place("id"));
            passkeys.Add(passkey);
        }
        return passkeys;
    }

    private static RosterChangeRule ReadChange(Shape shape, Roster roster)
    {
        var least = Math.Max(2, roster.MostNeeded);
        if (roster.People.Count > 0 && roster.People.Count(person => person.Roles.Contains(RosterRole.Reviewer)) < roster.MostNeeded)
            throw RefusalException.Malformed("there are fewer reviewers than an order can need", "roster.json/people");
        var rule = new RosterChangeRule((int)shape.Whole("quorum", least, 100), TimeSpan.FromSeconds(shape.Whole("wait", 0, 30 * 24 * 3600)));
        return roster.People.Count == 0 || roster.People.Count >= rule.Quorum ? rule : throw RefusalException.Malformed("there are fewer people than a change needs", shape.Place("quorum"));
    }

    private static bool Same(Passkey one, Passkey other) => one.Id.AsSpan().SequenceEqual(other.Id) || one.Key.SameAs(other.Key);
}
