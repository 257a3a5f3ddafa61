using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>A person who may look at the gate's pages.</summary>
/// <param name="Name">The name on the roster, or on a drafted one.</param>
/// <param name="Passkey">The passkey that let the person in, base64url of its id.</param>
/// <param name="Until">The end of it, whatever is done.</param>
internal sealed record Visitor(string Name, string Passkey, DateTimeOffset Until)
{
    /// <summary>When the person last looked.</summary>
    public DateTimeOffset Seen { get; set; }

    /// <summary>The tokens of the previews that the person has opened with a signed note, by the order's digest. They stay here: no page and no script has them.</summary>
    public ConcurrentDictionary<string, string> Viewings { get; } = new(StringComparer.Ordinal);
}

/// <summary>Who may look at the gate's pages, in memory only: a passkey let them in, for half an hour after the last look and eight hours at most. Looking is all that it allows.</summary>
internal sealed class Visitors(TimeProvider clock)
{
    private const int Most = 200;
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(8);
    private static readonly TimeSpan Question = TimeSpan.FromMinutes(5);

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, Visitor> visitors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> used = new(StringComparer.Ordinal);

    /// <summary>A nonce that <see cref="IsFresh"/> knows again.</summary>
    public string Nonce(DateTimeOffset at)
    {
        var random = RandomNumberGenerator.GetBytes(8);
        return Convert.ToHexStringLower([.. random, .. Mac(random, at)]);
    }

    /// <summary>Whether the question is one that this gate asked in the last five minutes, and was not answered before.</summary>
    public bool IsFresh(SignIn answer)
    {
        var now = clock.GetUtcNow();
        var nonce = Convert.FromHexString(answer.Nonce);
        if (answer.At > now || answer.At < now - Question || !CryptographicOperations.FixedTimeEquals(nonce.AsSpan(8), Mac(nonce.AsSpan(0, 8), answer.At)))
            return false;
        foreach (var (old, at) in used)
        {
            if (at < now - Question)
                used.TryRemove(old, out _);
        }
        return used.TryAdd(answer.Nonce, answer.At);
    }

    /// <summary>Lets a person in.</summary>
    /// <returns>The cookie's value.</returns>
    public string Admit(string name, string passkey)
    {
        var now = clock.GetUtcNow();
        foreach (var (old, visitor) in visitors)
        {
            if (IsOver(visitor, now))
                visitors.TryRemove(old, out _);
        }
        if (visitors.Count >= Most)
            throw new RefusalException(Refusal.Of(Refusal.Busy, "too many people look at the pages", "/"));
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        visitors[Digest(token)] = new Visitor(name, passkey, now + Longest) { Seen = now };
        return token;
    }

    /// <summary>Who it is, or <c>null</c>.</summary>
    public Visitor? Find(string? token)
    {
        var now = clock.GetUtcNow();
        if (token is not { Length: 64 } || !visitors.TryGetValue(Digest(token), out var visitor) || IsOver(visitor, now))
            return null;
        visitor.Seen = now;
        return visitor;
    }

    /// <summary>Ends a visit.</summary>
    public void Leave(string? token)
    {
        if (token is not null)
            visitors.TryRemove(Digest(token), out _);
    }

    private static bool IsOver(Visitor visitor, DateTimeOffset now) => now >= visitor.Until || now >= visitor.Seen + Idle;

    private byte[] Mac(ReadOnlySpan<byte> random, DateTimeOffset at)
    {
        byte[] data = [.. random, .. Encoding.ASCII.GetBytes(Instant.Text(at))];
        return HMACSHA256.HashData(key, data)[..8];
    }

    private static string Digest(string token) => Canonical.Digest(Encoding.ASCII.GetBytes(token));
}
