using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>
/// Sign-in records as Entra ID gives them, one JSON object a line: the <c>signIn</c> resource itself, or the same under <c>properties</c> of a diagnostic record. The customer is
/// <c>homeTenantId</c>, else <c>resourceTenantId</c>, else <c>tenantId</c>, else the account.
/// </summary>
public static class EntraSignIn
{
    private struct Fields
    {
        public string? Id, Account, UserId, HomeTenant, Tenant, OuterTenant, UserAgent;
        public long? Error;
        public DateTimeOffset? Time;
        public IPAddress? Ip;
    }

    /// <summary>Reads a line; see <see cref="EventReading"/>.</summary>
    public static string? Read(ReadOnlySpan<byte> line, EventPlace place, out WatchEvent? happened)
    {
        happened = null;
        var fields = default(Fields);
        try
        {
            var reader = new Utf8JsonReader(line, JsonFields.Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return "not a JSON object; left out";
            Members(ref reader, ref fields);
            reader.Read();
        }
        catch (JsonException e)
        {
            return JsonFields.NotJson(e);
        }
        catch (InvalidOperationException)
        {
            return "a text holds half a character (a lone surrogate); left out";
        }
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

    private static void Members(ref Utf8JsonReader reader, ref Fields fields)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonFields.Name(ref reader);
            if (name.SequenceEqual("id"u8))
                fields.Id = JsonFields.Text(ref reader) ?? fields.Id;
            else if (name.SequenceEqual("createdDateTime"u8))
                fields.Time = Instant(JsonFields.Text(ref reader)) ?? fields.Time;
            else if (name.SequenceEqual("userPrincipalName"u8))
                fields.Account = JsonFields.Text(ref reader)?.ToLowerInvariant();
            else if (name.SequenceEqual("userId"u8))
                fields.UserId = JsonFields.Text(ref reader);
            else if (name.SequenceEqual("homeTenantId"u8))
                fields.HomeTenant = JsonFields.Text(ref reader);
            else if (name.SequenceEqual("resourceTenantId"u8))
                fields.Tenant = JsonFields.Text(ref reader);
            else if (name.SequenceEqual("tenantId"u8))
                fields.OuterTenant = JsonFields.Text(ref reader);
            else if (name.SequenceEqual("ipAddress"u8))
                fields.Ip = JsonFields.Ip(ref reader);
            else if (name.SequenceEqual("userAgent"u8))
                fields.UserAgent = JsonFields.Text(ref reader);
            else if (name.SequenceEqual("status"u8))
                Status(ref reader, ref fields);
            else if (name.SequenceEqual("properties"u8))
                Nested(ref reader, ref fields);
            else
                Pass(ref reader);
        }
    }

    private static void Nested(ref Utf8JsonReader reader, ref Fields fields)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
            Members(ref reader, ref fields);
        else
            reader.Skip();
    }

    private static void Status(ref Utf8JsonReader reader, ref Fields fields)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonFields.Name(ref reader);
            if (name.SequenceEqual("errorCode"u8))
                fields.Error = JsonFields.Number(ref reader);
            else
                Pass(ref reader);
        }
    }

    private static void Pass(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private static DateTimeOffset? Instant(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
