using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>
/// What the gate's operator does in a ceremony, in the gate's own folder: invites people, who then register their passkeys on the gate's page, and drafts the roster that they sign
/// there. The operator puts nobody on the roster: a draft is nothing until people have signed it.
/// </summary>
public static class RosterCeremony
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static readonly TimeSpan InviteLife = TimeSpan.FromDays(2);

    /// <summary>Invites a person to register passkeys on the gate's page.</summary>
    /// <param name="home">The gate's folder.</param>
    /// <param name="name">The name on the roster.</param>
    /// <param name="roles"><c>reviewer</c>, <c>directory</c>.</param>
    /// <param name="now">The time; the invitation is good for two days.</param>
    /// <returns>The code, 80 random bits, which goes to that person alone. Only its digest is kept.</returns>
    /// <exception cref="FormatException">A name that cannot be on a roster.</exception>
    public static string Invite(string home, string name, IReadOnlyList<string> roles, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(roles);
        if (!IsFileName(name) || !NoteSignature.IsName(name))
            throw new FormatException("a name on the roster here has from 1 to 60 letters, digits, dots, dashes and underlines, and begins with a letter or digit");
        var code = string.Join('-', RandomNumberGenerator.GetString(Alphabet, 16).Chunk(4).Select(group => new string(group)));
        Write(home, new Invitation(name, roles, CodeDigest(code), now + InviteLife, []));
        return code;
    }

    /// <summary>Drafts the next roster: the one in force, with the people who have registered, without some, with other settings.</summary>
    /// <param name="home">The gate's folder.</param>
    /// <param name="without">Names that shall not be on it any more.</param>
    /// <param name="settings">Members <c>approvals</c>, <c>passkeys</c>, <c>keyFiles</c>, <c>change</c> that take the place of the old, or <c>null</c>.</param>
    /// <param name="now">The time.</param>
    /// <returns>The change's digest, by which people find it on the gate's page.</returns>
    /// <exception cref="RefusalException">The roster would not be one.</exception>
    public static string Draft(string home, IReadOnlyList<string> without, JsonObject? settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(without);
        var bytes = File.ReadAllBytes(Path.Combine(home, "roster.json"));
        var current = Roster.Read(bytes);
        var next = JsonNode.Parse(bytes)!.AsObject();
        foreach (var member in settings ?? [])
            next[member.Key] = member.Value?.DeepClone();
        next["epoch"] = current.Epoch + 1;
        next["change"] ??= new JsonObject { ["quorum"] = Math.Max(2, current.MostNeeded), ["wait"] = IsTrial(home) ? 600 : 24 * 3600 };
        var invited = Invitations(home).Where(invitation => invitation.Passkeys.Count > 0 && !without.Contains(invitation.Name)).ToList();
        var people = next["people"]!.AsArray().Select(person => person!.DeepClone().AsObject()).Where(person => !without.Contains((string)person["name"]!)).ToList();
        foreach (var invitation in invited)
        {
            people.RemoveAll(person => (string)person["name"]! == invitation.Name);
            people.Add(new JsonObject
            {
                ["name"] = invitation.Name,
                ["roles"] = new JsonArray([.. invitation.Roles.Select(role => JsonValue.Create(role))]),
                ["passkeys"] = new JsonArray([.. invitation.Passkeys.Select(passkey => passkey.DeepClone())]),
            });
        }
        next["people"] = new JsonArray([.. people]);
        var draft = RosterDraft.New(JsonSerializer.SerializeToUtf8Bytes(next), current, now);
        Durable.CreateFolder(Path.Combine(home, "rosters"), GateHome.FolderMode);
        Durable.Replace(Path.Combine(home, "rosters", draft.Digest + ".json"), draft.Json(), "gate.roster.draft", GateHome.FileMode);
        return draft.Digest;
    }

    /// <summary>The invitation that a code is good for, or <c>null</c>.</summary>
    internal static Invitation? Find(string home, string code, DateTimeOffset now)
    {
        var digest = Encoding.ASCII.GetBytes(CodeDigest(code));
        Invitation? found = null;
        foreach (var invitation in Invitations(home))
        {
            if (CryptographicOperations.FixedTimeEquals(digest, Encoding.ASCII.GetBytes(invitation.CodeDigest)) && now < invitation.Until)
                found = invitation;
        }
        return found;
    }

    /// <summary>Keeps a passkey that the invited person has registered.</summary>
    internal static void Register(string home, Invitation invitation, Passkey passkey) => Write(home, invitation with
    {
        Passkeys = [.. invitation.Passkeys, new JsonObject { ["id"] = Convert.ToBase64String(passkey.Id), ["key"] = Convert.ToBase64String(passkey.Key.Bytes), ["backedUp"] = passkey.BackedUp }],
    });

    /// <summary>A trial's change waits ten minutes unless its settings say otherwise, so that one can try it.</summary>
    private static bool IsTrial(string home) => (bool)JsonNode.Parse(File.ReadAllBytes(Path.Combine(home, "gate.json")))!["trial"]!;

    private static IEnumerable<Invitation> Invitations(string home)
    {
        var folder = Path.Combine(home, "invites");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(path => Invitation.Read(File.ReadAllBytes(path))) : [];
    }

    private static void Write(string home, Invitation invitation)
    {
        Durable.CreateFolder(Path.Combine(home, "invites"), GateHome.FolderMode);
        Durable.Replace(Path.Combine(home, "invites", invitation.Name + ".json"), invitation.Json(), "gate.invite.write", GateHome.FileMode);
    }

    /// <summary>The digest of a code however it was typed: letters that look like digits are those digits, as Crockford's base32 has it.</summary>
    private static string CodeDigest(string code) => Canonical.Digest(Encoding.UTF8.GetBytes("counterseal/invite/v1\n"
        + string.Concat(code.Take(100).Where(char.IsAsciiLetterOrDigit).Select(c => char.ToUpperInvariant(c) switch { 'O' => '0', 'I' or 'L' => '1', var other => other }))));

    private static bool IsFileName(string name) => name.Length is > 0 and <= 60 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}

/// <summary>A person who may register passkeys, as <c>invites/NAME.json</c> has it.</summary>
internal sealed record Invitation(string Name, IReadOnlyList<string> Roles, string CodeDigest, DateTimeOffset Until, IReadOnlyList<JsonObject> Passkeys)
{
    public byte[] Json() => Canonical.Bytes(new JsonObject
    {
        ["name"] = Name,
        ["roles"] = new JsonArray([.. Roles.Select(role => JsonValue.Create(role))]),
        ["code"] = CodeDigest,
        ["until"] = Instant.Text(Until),
        ["passkeys"] = new JsonArray([.. Passkeys.Select(passkey => passkey.DeepClone())]),
    });

    public static Invitation Read(byte[] json)
    {
        using var document = Shape.ParseCanonical(json, 1 << 20, "invites");
        var root = Shape.Closed(document.RootElement, "invites", "name", "roles", "code", "until", "passkeys");
        return new Invitation(root.Text("name", 100), root.Texts("roles", 2, 20), root.Hex("code", 32), root.Instant("until"), [.. JsonNode.Parse(root.Slice("passkeys"))!.AsArray().Select(node => node!.AsObject())]);
    }
}
