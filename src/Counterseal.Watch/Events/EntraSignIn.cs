using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace Counterseal.Watch;

/// <summary>
/// Sign-in records as Entra ID gives them, one JSON object a line: the <c>signIn</c> resource itself, or the same under <c>properties</c> of a diagnostic record. The customer is
/// <c>homeTenantId</c>, else <c>resourceTenantId</c>, else <c>tenantId</c>, else the account.
/// </summary>
public static class EntraSignIn
{
    private struct Fields : IJsonMembers
    {
        public string? Id, Account, UserId, HomeTenant, Tenant, OuterTenant, UserAgent;
        public long? Error;
        public DateTimeOffset? Time;
        public IPAddress? Ip;

        public void Take<TLine>(ref TLine line) where TLine : struct, IJsonLine, allows ref struct
        {
            while (line.Next(out var name))
            {
                if (name.SequenceEqual("id"u8))
                    Id = line.Text() ?? Id;
                else if (name.SequenceEqual("createdDateTime"u8))
                    Time = Instant(line.Text()) ?? Time;
                else if (name.SequenceEqual("userPrincipalName"u8))
                    Account = line.Text()?.ToLowerInvariant();
                else if (name.SequenceEqual("userId"u8))
                    UserId = line.Text();
                else if (name.SequenceEqual("homeTenantId"u8))
                    HomeTenant = line.Shared();
                else if (name.SequenceEqual("resourceTenantId"u8))
                    Tenant = line.Shared();
                else if (name.SequenceEqual("tenantId"u8))
                    OuterTenant = line.Shared();
                else if (name.SequenceEqual("ipAddress"u8))
                    Ip = line.Ip();
                else if (name.SequenceEqual("userAgent"u8))
                    UserAgent = line.Shared();
                else if (name.SequenceEqual("status"u8))
                    Status(ref line);
                else if (name.SequenceEqual("properties"u8))
                {
                    if (line.Enter())
                        Take(ref line);
                }
                else
                    line.Pass();
            }
        }

        private void Status<TLine>(ref TLine line) where TLine : struct, IJsonLine, allows ref struct
        {
            for (var there = line.Enter(); there && line.Next(out var name);)
            {
                if (name.SequenceEqual("errorCode"u8))
                    Error = line.Number();
                else
                    line.Pass();
            }
        }
    }

    /// <summary>Reads a line; see <see cref="EventReading"/>.</summary>
    public static string? Read(ReadOnlySpan<byte> line, EventPlace place, out WatchEvent? happened)
    {
        happened = null;
        if (JsonLine.Read<Fields>(line, out var fields) is { } why)
            return why;
        if (fields.Time is not { } time)
            return "createdDateTime is missing or no time; left out";
        if ((fields.Account ?? fields.UserId) is not { } account)
            return "userPrincipalName and userId are missing; left out";
        happened = new WatchEvent(
            fields.Id ?? Convert.ToHexStringLower(SHA256.HashData(line)), time, fields.HomeTenant ?? fields.Tenant ?? fields.OuterTenant ?? account, account, EventKind.SignIn, Outcome(fields.Error))
        { SourceIp = fields.Ip, UserAgent = fields.UserAgent, Place = place };
        return null;
    }

    /// <summary>Codes of which the password was right and something else stopped it: a second factor asked for or failed (50072, 50074, 50076, 50079, 50158, 500121), or a policy (53000 to 53004).</summary>
    private static EventOutcome Outcome(long? error) => error switch
    {
        null => EventOutcome.Unknown,
        0 => EventOutcome.Succeeded,
        50072 or 50074 or 50076 or 50079 or 50158 or 500121 or (>= 53000 and <= 53004) => EventOutcome.Stopped,
        _ => EventOutcome.Failed,
    };

    private static DateTimeOffset? Instant(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
