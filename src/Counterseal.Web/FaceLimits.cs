using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>How often one address may ask. An IPv6 address counts by its /64.</summary>
internal static class FaceLimits
{
    /// <summary>Attempts to sign in.</summary>
    public const string SignIn = "sign-in";
    /// <summary>Submissions.</summary>
    public const string Submit = "submit";
    /// <summary>Codes of notices.</summary>
    public const string Check = "check";
    /// <summary>Reports of vulnerabilities.</summary>
    public const string Report = "report";
    /// <summary>Status pages.</summary>
    public const string Status = "status";
    /// <summary>Requests for accounts of officers.</summary>
    public const string Request = "request";

    /// <summary>Ways in for customers.</summary>
    public const string Enter = "enter";
    /// <summary>What customers say.</summary>
    public const string Answer = "answer";

    public static void Customer(RateLimiterOptions limits)
    {
        Refusal(limits);
        // Many customers may share an address; a token cannot be guessed, so this only keeps one address from having signatures verified without end.
        limits.AddPolicy(Enter, http => RateLimitPartition.GetFixedWindowLimiter(Who(http), _ => Window(300, TimeSpan.FromMinutes(1))));
        limits.AddPolicy(Answer, http => RateLimitPartition.GetFixedWindowLimiter(Who(http), _ => Window(60, TimeSpan.FromMinutes(1))));
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
            RateLimitPartition.GetTokenBucketLimiter(Who(http), _ => new() { TokenLimit = 600, TokensPerPeriod = 100, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0 }));
    }

    public static void Desk(RateLimiterOptions limits)
    {
        Refusal(limits);
        // What can be guessed is limited by its wrong tries (Guesses); this only keeps one address from having signatures verified without end.
        limits.AddPolicy(SignIn, http => RateLimitPartition.GetFixedWindowLimiter(Who(http), _ => Window(300, TimeSpan.FromMinutes(1))));
    }

    public static void Public(RateLimiterOptions limits)
    {
        Refusal(limits);
        limits.AddPolicy(Submit, http => RateLimitPartition.GetFixedWindowLimiter(Who(http), _ => Window(60, TimeSpan.FromMinutes(1))));
        limits.AddPolicy(Check, http => RateLimitPartition.GetFixedWindowLimiter(Who(http), _ => Window(30, TimeSpan.FromMinutes(1))));
        limits.AddPolicy(Report, http => RateLimitPartition.GetFixedWindowLimiter(Who(http), _ => Window(10, TimeSpan.FromMinutes(10))));
        limits.AddPolicy(Status, http => RateLimitPartition.GetFixedWindowLimiter(Who(http), _ => Window(120, TimeSpan.FromMinutes(1))));
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
            RateLimitPartition.GetTokenBucketLimiter(Who(http), _ => new() { TokenLimit = 600, TokensPerPeriod = 100, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0 }));
    }

    public static void Portal(RateLimiterOptions limits)
    {
        Refusal(limits);
        limits.AddPolicy(SignIn, http => RateLimitPartition.GetFixedWindowLimiter(Who(http), _ => Window(300, TimeSpan.FromMinutes(1))));
        limits.AddPolicy(Request, http => RateLimitPartition.GetFixedWindowLimiter(Who(http), _ => Window(10, TimeSpan.FromMinutes(10))));
        limits.AddPolicy(Submit, http => RateLimitPartition.GetFixedWindowLimiter(Who(http), _ => Window(60, TimeSpan.FromMinutes(1))));
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
            RateLimitPartition.GetTokenBucketLimiter(Who(http), _ => new() { TokenLimit = 600, TokensPerPeriod = 100, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0 }));
    }

    private static FixedWindowRateLimiterOptions Window(int permits, TimeSpan window) => new() { PermitLimit = permits, Window = window, QueueLimit = 0 };

    private static void Refusal(RateLimiterOptions limits)
    {
        limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limits.OnRejected = async (rejected, cancel) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 1;
            var response = rejected.HttpContext.Response;
            response.Headers.RetryAfter = wait.ToString(System.Globalization.CultureInfo.InvariantCulture);
            response.ContentType = "text/plain; charset=utf-8";
            await response.WriteAsync(rejected.HttpContext.RequestServices.GetRequiredService<Reader>().Say("problem.often", ("n", wait.ToString(System.Globalization.CultureInfo.InvariantCulture))) + "\n", cancel);
        };
    }

    /// <summary>Wrong codes, of all addresses together: a code is one, and so is the budget for guessing it.</summary>
    internal sealed class Guesses : IDisposable
    {
        private readonly FixedWindowRateLimiter limiter = new(Window(10, TimeSpan.FromMinutes(1)));

        /// <summary>Whether another try is looked at.</summary>
        public bool May => limiter.GetStatistics()?.CurrentAvailablePermits > 0;

        /// <summary>A try was wrong.</summary>
        public void Wrong() => limiter.AttemptAcquire().Dispose();

        /// <summary>The answer to a try that is not looked at.</summary>
        public static IResult No(HttpContext http)
        {
            http.Response.Headers.RetryAfter = "60";
            return Results.Text("Too many wrong codes. Try again in 60 s.\n", statusCode: StatusCodes.Status429TooManyRequests);
        }

        public void Dispose() => limiter.Dispose();
    }

    private static string Who(HttpContext http) => http.Connection.RemoteIpAddress switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } six => Network(six),
        var four => four.ToString(),
    };

    private static string Network(IPAddress six) => Convert.ToHexString(six.GetAddressBytes().AsSpan(0, 8));
}
