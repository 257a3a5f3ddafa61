using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Custody;

/// <content>Registering passkeys with the code of an invitation.</content>
internal sealed partial class PagesHost
{
    private readonly byte[] enrolKey = RandomNumberGenerator.GetBytes(32);

    private async Task BeginEnrolment(HttpContext http, PasskeyRules rules)
    {
        using var document = Shape.Parse(await Body(http), MostBody, "/");
        var invitation = Invited(Shape.Closed(document.RootElement, "", "code").Text("code", 100));
        var now = clock.GetUtcNow();
        var text = $"counterseal/enrol/v1\ngate {gate.Name}\nname {invitation.Name}\nat {Law.Instant.Text(now)}\n";
        await Json(http, new GateAnswer(200, Canonical.Bytes(new JsonObject
        {
            ["text"] = text,
            ["challenge"] = Base64Url.EncodeToString(EnrolChallenge(text)),
            ["rp"] = rules.RpId,
            ["gate"] = "Gate " + gate.Name,
            ["name"] = invitation.Name,
            // An authenticator keeps one passkey for each user id: a spare on the same device would take the place of the first.
            ["user"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"counterseal/user/v1\n{gate.Name}\n{invitation.Name}"))),
            ["credentials"] = new JsonArray([.. invitation.Passkeys.Select(passkey => JsonValue.Create(Base64Url.EncodeToString(Convert.FromBase64String((string)passkey["id"]!))))]),
        })));
    }

    private async Task Enrol(HttpContext http, PasskeyRules rules)
    {
        using var document = Shape.Parse(await Body(http), MostBody, "/");
        var root = Shape.Closed(document.RootElement, "", "code", "text", "attestationObject", "clientDataJSON");
        var invitation = Invited(root.Text("code", 100));
        var text = root.Text("text", 1000);
        if (text.Split('\n') is not ["counterseal/enrol/v1", var named, var who, var at, ""] || named != $"gate {gate.Name}" || who != $"name {invitation.Name}"
            || !at.StartsWith("at ", StringComparison.Ordinal) || !Shape.TryInstant(at[3..], out var asked) || asked > clock.GetUtcNow() || asked < clock.GetUtcNow() - TimeSpan.FromMinutes(5))
            throw RefusalException.Malformed("this registration was not asked for here in the last five minutes: load the page again", "/text");
        if (invitation.Passkeys.Count >= 5)
            throw new RefusalException(Refusal.Of(Refusal.Busy, "five passkeys are registered with this invitation already", "/code"));
        Passkey passkey;
        try
        {
            passkey = WebAuthn.Register(Url64(root, "attestationObject"), Url64(root, "clientDataJSON"), EnrolChallenge(text), rules);
        }
        catch (FormatException e)
        {
            throw RefusalException.Malformed(Visible.Text(e.Message), "/attestationObject");
        }
        if (gate.HolderOf(passkey.Id) is not null || invitation.Passkeys.Any(known => (string)known["id"]! == Convert.ToBase64String(passkey.Id)))
            throw new RefusalException(Refusal.Of(Refusal.Malformed, "this passkey is registered already", "/attestationObject"));
        lock (enrolKey)
        {
            // Read again: another passkey of the same person may have been registered meanwhile.
            RosterCeremony.Register(gate.Folder, Invited(root.Text("code", 100)), passkey);
        }
        await Json(http, new GateAnswer(200, Canonical.Bytes(new JsonObject
        {
            ["say"] = $"Registered for {invitation.Name}. When everybody has registered, the gate's operator drafts the roster; then sign in here and sign it.",
        })));
    }

    /// <summary>The challenge of a registration is under a key of this process, so that only what it asked for can be answered.</summary>
    private byte[] EnrolChallenge(string text) => HMACSHA256.HashData(enrolKey, Encoding.UTF8.GetBytes(text));

    private Invitation Invited(string code)
    {
        using var lease = codes.AttemptAcquire();
        if (!lease.IsAcquired)
            throw new RefusalException(Refusal.Of(Refusal.Busy, "too many codes are being tried", "/code"));
        return RosterCeremony.Find(gate.Folder, code, clock.GetUtcNow()) ?? throw new RefusalException(Refusal.Of(Refusal.Unknown, "no invitation has this code, or it is older than two days", "/code"));
    }
}
