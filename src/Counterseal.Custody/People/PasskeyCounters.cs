using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>
/// The signature counters of the roster's passkeys, in <c>counters.json</c>: a counter that does not rise says that the passkey was copied, or that an answer is
/// played again. Compared where an answer first comes to the gate; what the gate has kept is not compared again. Passkeys that keep no counter say 0 always.
/// </summary>
internal sealed class PasskeyCounters(GateHome home)
{
    private const int Limit = 4 << 20;
    private readonly Lock gate = new();

    /// <summary>Takes the counters of a note's good passkey answers; durable when this returns.</summary>
    /// <returns>Why one of them does not count, or <c>null</c>.</returns>
    /// <exception cref="RefusalException"><c>roster</c>: the counters cannot be read or written.</exception>
    public string? Take(SignedNote note, Roster roster)
    {
        lock (gate)
        {
            try
            {
                JsonObject? counters = null;
                foreach (var person in roster.People)
                {
                    foreach (var line in note.Signatures.Where(line => line.Name == person.Name))
                    {
                        if (person.Passkeys.FirstOrDefault(passkey => passkey.KeyId(person.Name) == line.KeyId) is not { } passkey || !person.HasSigned(note with { Signatures = [line] }))
                            continue;
                        var answer = PasskeyAnswer.Read(line.Signature);
                        var digest = Canonical.Digest([.. answer.AuthenticatorData, .. answer.ClientData]);
                        counters ??= Read();
                        var last = counters[passkey.Name] as JsonObject;
                        var (counter, before) = (WebAuthn.CounterOf(answer), last?["counter"]?.GetValue<uint>() ?? 0);
                        if ((counter == 0 && before == 0) || (counter == before && last?["answer"]?.GetValue<string>() == digest))
                            continue;
                        if (counter <= before)
                            return "the passkey's counter did not rise: the passkey was copied, or an old answer is played again";
                        counters[passkey.Name] = new JsonObject { ["counter"] = counter, ["answer"] = digest };
                    }
                }
                if (counters is not null)
                    Durable.Replace(Path, Canonical.Bytes(counters), "gate.counters.write", GateHome.FileMode);
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or RefusalException or InvalidOperationException or FormatException)
            {
                throw new RefusalException(Refusal.Of(Refusal.RosterUnusable, "the counters of the passkeys cannot be read or written", "counters.json"));
            }
        }
    }

    private string Path => home.At("counters.json");

    private JsonObject Read()
    {
        if (!File.Exists(Path))
            return [];
        var bytes = File.ReadAllBytes(Path);
        using var document = Shape.ParseCanonical(bytes, Limit, "counters.json");
        return JsonNode.Parse(bytes)!.AsObject();
    }
}
