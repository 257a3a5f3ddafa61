using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Web;

/// <summary>A customer who is signed in here.</summary>
/// <param name="Customer">Who.</param>
/// <param name="Until">No longer than this.</param>
public sealed record CustomerSession(Customer Customer, DateTimeOffset Until);

/// <summary>The sessions of customers: in memory and nowhere else, since who looked at which notices is nobody's business. A restart ends them; the product opens the page again.</summary>
internal sealed class CustomerSessions(TimeProvider time)
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(20), Whole = TimeSpan.FromHours(2);
    private const int Most = 100_000;

    private readonly ConcurrentDictionary<string, (CustomerSession Session, DateTimeOffset Last)> sessions = new(StringComparer.Ordinal);

    /// <summary>Begins one; gives its secret, or <c>null</c> when there are too many.</summary>
    public string? Begin(Customer customer)
    {
        var now = time.GetUtcNow();
        if (sessions.Count >= Most)
        {
            foreach (var (name, one) in sessions.Where(one => IsOver(one.Value, now)))
                sessions.TryRemove(name, out _);
        }
        if (sessions.Count >= Most)
            return null;
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        sessions[Key(secret)] = (new(customer, now + Whole), now);
        return secret;
    }

    /// <summary>The session of a secret; <c>null</c> when there is none, or it is over.</summary>
    public CustomerSession? Find(string? secret)
    {
        if (secret is not { Length: 44 })
            return null;
        var (key, now) = (Key(secret), time.GetUtcNow());
        if (!sessions.TryGetValue(key, out var one))
            return null;
        if (IsOver(one, now))
        {
            sessions.TryRemove(key, out _);
            return null;
        }
        sessions.TryUpdate(key, (one.Session, now), one);
        return one.Session;
    }

    /// <summary>Ends one.</summary>
    public void End(string? secret)
    {
        if (secret is { Length: 44 })
            sessions.TryRemove(Key(secret), out _);
    }

    private static bool IsOver((CustomerSession Session, DateTimeOffset Last) one, DateTimeOffset now) => one.Session.Until <= now || one.Last + Idle <= now;

    // Looked up by digest, so that no comparison of secrets takes a time that tells something.
    private static string Key(string secret) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
