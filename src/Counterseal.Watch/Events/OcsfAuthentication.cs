using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>
/// Sign-ins in the form of the Open Cybersecurity Schema Framework, class 3002 (Authentication), one JSON object a line. Of the class's activities, 1 (Logon) is taken; the others are
/// no sign-ins. The customer is <c>user.org.uid</c>, else <c>user.org.name</c>, else <c>metadata.tenant_uid</c>, else the account itself.
/// </summary>
public static class OcsfAuthentication
{
    private const int ClassUid = 3002;

    private struct Fields
    {
        public string? Id, Account, Mail, UserId, Customer, OrgName, Tenant, UserAgent;
        public long? Class, Activity, Status, Milliseconds;
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
            Top(ref reader, ref fields);
            reader.Read();
        }
        catch (JsonException e)
        {
            return JsonFields.NotJson(e);
        }
        catch (InvalidOperationException)
        {
            // The reader's word for text with a lone surrogate in it.
            return "a text holds half a character (a lone surrogate); left out";
        }
        if (fields.Class != ClassUid)
            return fields.Class is { } other ? $"class_uid is {other}; only 3002 (Authentication) is read in this form; left out" : "class_uid is missing; left out";
        if (fields.Activity is not (null or 1))
            return null;
        if (fields.Time is null && fields.Milliseconds is { } ms)
        {
            if (ms is < 0 or > 253_402_300_799_999)
                return $"time {ms} is no time in milliseconds since 1970; left out";
            fields.Time = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        }
        if (fields.Time is not { } time)
            return "time is missing; left out";
        if ((fields.Mail ?? fields.Account ?? fields.UserId) is not { } account)
            return "user has neither email_addr, name nor uid; left out";
        happened = new WatchEvent(
            fields.Id ?? Convert.ToHexStringLower(SHA256.HashData(line)), time, fields.Customer ?? fields.OrgName ?? fields.Tenant ?? account, account, EventKind.SignIn,
            fields.Status switch { 1 => EventOutcome.Succeeded, 2 => EventOutcome.Failed, _ => EventOutcome.Unknown })
        { SourceIp = fields.Ip, UserAgent = fields.UserAgent, Place = place };
        return null;
    }

    private static void Top(ref Utf8JsonReader reader, ref Fields fields)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonFields.Name(ref reader);
            if (name.SequenceEqual("class_uid"u8))
                fields.Class = JsonFields.Number(ref reader);
            else if (name.SequenceEqual("activity_id"u8))
                fields.Activity = JsonFields.Number(ref reader);
            else if (name.SequenceEqual("status_id"u8))
                fields.Status = JsonFields.Number(ref reader);
            else if (name.SequenceEqual("time"u8))
                fields.Milliseconds = JsonFields.Number(ref reader);
            else if (name.SequenceEqual("time_dt"u8))
                fields.Time = Instant(JsonFields.Text(ref reader));
            else if (name.SequenceEqual("metadata"u8))
                Object(ref reader, ref fields, Metadata);
            else if (name.SequenceEqual("user"u8))
                Object(ref reader, ref fields, User);
            else if (name.SequenceEqual("src_endpoint"u8))
                Object(ref reader, ref fields, SourceEndpoint);
            else if (name.SequenceEqual("http_request"u8))
                Object(ref reader, ref fields, HttpRequest);
            else
                Pass(ref reader);
        }
    }

    private delegate void Member(scoped ReadOnlySpan<byte> name, ref Utf8JsonReader reader, ref Fields fields);

    private static void Object(ref Utf8JsonReader reader, ref Fields fields, Member member)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            member(JsonFields.Name(ref reader), ref reader, ref fields);
    }

    private static void Pass(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private static void Metadata(scoped ReadOnlySpan<byte> name, ref Utf8JsonReader reader, ref Fields fields)
    {
        if (name.SequenceEqual("uid"u8))
            fields.Id = JsonFields.Text(ref reader);
        else if (name.SequenceEqual("tenant_uid"u8))
            fields.Tenant = JsonFields.Text(ref reader);
        else
            Pass(ref reader);
    }

    private static void User(scoped ReadOnlySpan<byte> name, ref Utf8JsonReader reader, ref Fields fields)
    {
        if (name.SequenceEqual("email_addr"u8))
            fields.Mail = JsonFields.Text(ref reader);
        else if (name.SequenceEqual("name"u8))
            fields.Account = JsonFields.Text(ref reader);
        else if (name.SequenceEqual("uid"u8))
            fields.UserId = JsonFields.Text(ref reader);
        else if (name.SequenceEqual("org"u8))
            Object(ref reader, ref fields, Organisation);
        else
            Pass(ref reader);
    }

    private static void Organisation(scoped ReadOnlySpan<byte> name, ref Utf8JsonReader reader, ref Fields fields)
    {
        if (name.SequenceEqual("uid"u8))
            fields.Customer = JsonFields.Text(ref reader);
        else if (name.SequenceEqual("name"u8))
            fields.OrgName = JsonFields.Text(ref reader);
        else
            Pass(ref reader);
    }

    private static void SourceEndpoint(scoped ReadOnlySpan<byte> name, ref Utf8JsonReader reader, ref Fields fields)
    {
        if (name.SequenceEqual("ip"u8))
            fields.Ip = JsonFields.Ip(ref reader);
        else
            Pass(ref reader);
    }

    private static void HttpRequest(scoped ReadOnlySpan<byte> name, ref Utf8JsonReader reader, ref Fields fields)
    {
        if (name.SequenceEqual("user_agent"u8))
            fields.UserAgent = JsonFields.Text(ref reader);
        else
            Pass(ref reader);
    }

    private static DateTimeOffset? Instant(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
