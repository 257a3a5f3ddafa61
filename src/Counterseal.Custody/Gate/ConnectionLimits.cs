using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Counterseal.Custody;

/// <summary>What one connection to the gate may ask for, whichever door it comes in by: its socket, the door for other hosts, or its pages.</summary>
internal static class ConnectionLimits
{
    /// <summary>Sets them.</summary>
    /// <param name="options">The server's.</param>
    /// <param name="mostBody">The largest body of a request, in bytes.</param>
    public static void Apply(KestrelServerOptions options, long mostBody)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = mostBody;
        options.Limits.MaxConcurrentConnections = 256;
        options.Limits.MaxRequestLineSize = 2048;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
    }

    /// <summary>How many requests of a kind come in at once, and each second after that; the others are told to wait.</summary>
    public static TokenBucketRateLimiter Rate(int burst, int eachSecond) => new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = burst,
        TokensPerPeriod = eachSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
    });
}
