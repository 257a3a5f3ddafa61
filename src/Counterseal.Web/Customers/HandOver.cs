using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Counterseal.Desk;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Counterseal.Web;

/// <summary>Whom the company's product has signed in, as its token says.</summary>
/// <param name="Account">The account.</param>
/// <param name="Names">The names that it holds; of an organisation's administrator also its mail domains.</param>
/// <param name="Administers">The organisation that it administers, by the id that the bell knows; or <c>null</c>.</param>
public sealed record Customer(string Account, IReadOnlyList<HeldName> Names, string? Administers);

/// <summary>
/// The way in for customers, whom the company's own product signs in: a token (JWT, RFC 7519) that the product signs with a key of which only the public half is here (ES256). It is for this face, for one account, for
/// two minutes, and for one use.
/// </summary>
public sealed class HandOver : IDisposable
{
    /// <summary>The longest that a token may hold.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);
    /// <summary>How far the product's clock may be ahead.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(30);
    /// <summary>Characters of a token, at most.</summary>
    public const int MostToken = 16 * 1024;
    private const int MostNames = 50, MostUsed = 200_000;

    private readonly ECDsa key = ECDsa.Create();
    private readonly string issuer;
    private readonly string audience;
    private readonly TimeProvider time;
    private readonly DateTimeOffset began;
    private readonly ConcurrentDictionary<string, DateTimeOffset> used = new(StringComparer.Ordinal);

    /// <summary>A way in.</summary>
    /// <param name="publicKey">The product's public key: P-256, PEM.</param>
    /// <param name="issuer">The product's name, as its tokens say it.</param>
    /// <param name="audience">This face's address, as its tokens say it.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="FormatException">Not such a key.</exception>
    public HandOver(string publicKey, string issuer, string audience, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        try
        {
            key.ImportFromPem(publicKey);
            if (key.ExportParameters(false).Curve.Oid.Value != "1.2.840.10045.3.1.7")
                throw new FormatException("the product's key is not on the curve P-256");
        }
        catch (Exception no) when (no is CryptographicException or ArgumentException)
        {
            throw new FormatException($"the product's key is no P-256 public key in PEM: {no.Message}", no);
        }
        (this.issuer, this.audience, this.time) = (issuer, audience, time);
        began = time.GetUtcNow();
    }

    /// <summary>Whom a token brings; <c>null</c> when it is not good: another's, for elsewhere, over, from before this process began, or used.</summary>
    public async Task<Customer?> Take(string token)
    {
        if (token is not { Length: > 0 and <= MostToken })
            return null;
        var now = time.GetUtcNow();
        var result = await new JsonWebTokenHandler { MapInboundClaims = false, MaximumTokenSizeInBytes = MostToken }.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer,
            ValidAudience = audience,
            IssuerSigningKey = new ECDsaSecurityKey(key),
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            // The times are held below, by the face's own clock.
            ValidateLifetime = false,
        });
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt)
            return null;
        var (from, to) = (new DateTimeOffset(jwt.IssuedAt, TimeSpan.Zero), new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero));
        // What is used is remembered by this process alone; so nothing is taken from before it began.
        if (from > now + Ahead || from < began - Ahead || to <= now || to - from > Longest || jwt.Audiences.Count() != 1 || jwt.Id is not { Length: >= 16 and <= 128 } id)
            return null;
        if (Read(jwt) is not { } customer)
            return null;
        foreach (var (old, until) in used)
        {
            if (until < now)
                used.TryRemove(old, out _);
        }
        return used.Count < MostUsed && used.TryAdd(id, to) ? customer : null;
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    private static Customer? Read(JsonWebToken jwt)
    {
        if (jwt.Subject is not { Length: > 0 and <= CustomerName.Longest } account || account.Any(char.IsControl))
            return null;
        var names = new List<HeldName>();
        if (jwt.TryGetPayloadValue<JsonElement>("names", out var list))
        {
            if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostNames)
                return null;
            foreach (var one in list.EnumerateArray())
            {
                if (one.ValueKind != JsonValueKind.Object || !one.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String || CustomerName.Written(name.GetString()) is null
                    || !one.TryGetProperty("since", out var since) || since.ValueKind != JsonValueKind.String
                    || !DateTimeOffset.TryParseExact(since.GetString(), ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
                    return null;
                names.Add(new(name.GetString()!, at));
            }
        }
        return new(account, names, jwt.TryGetPayloadValue<string>("administers", out var organisation) && organisation is { Length: > 0 and <= 200 } ? organisation : null);
    }
}
