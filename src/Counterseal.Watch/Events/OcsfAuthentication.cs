using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace Counterseal.Watch;

/// <summary>
/// Sign-ins in the form of the Open Cybersecurity Schema Framework, class 3002 (Authentication), one JSON object a line. Of the class's activities, 1 (Logon) is taken; the others are
/// no sign-ins. The customer is <c>user.org.uid</c>, else <c>user.org.name</c>, else <c>metadata.tenant_uid</c>, else the account itself.
/// </summary>
public static class OcsfAuthentication
{
    private const int ClassUid = 3002;

    private struct Fields : IJsonMembers
    {
        public string? Id, Account, Mail, UserId, Customer, OrgName, Tenant, UserAgent;
        public long? Class, Activity, Status, Milliseconds;
        public DateTimeOffset? Time;
        public IPAddress? Ip;

        public void Take<TLine>(ref TLine line) where TLine : struct, IJsonLine, allows ref struct
        {
            while (line.Next(out var name))
            {
                if (name.SequenceEqual("class_uid"u8))
                    Class = line.Number();
                else if (name.SequenceEqual("activity_id"u8))
                    Activity = line.Number();
                else if (name.SequenceEqual("status_id"u8))
                    Status = line.Number();
                else if (name.SequenceEqual("time"u8))
                    Milliseconds = line.Number();
                else if (name.SequenceEqual("time_dt"u8))
                    Time = Instant(line.Text());
                else if (name.SequenceEqual("metadata"u8))
                    Metadata(ref line);
                else if (name.SequenceEqual("user"u8))
                    User(ref line);
                else if (name.SequenceEqual("src_endpoint"u8))
                    SourceEndpoint(ref line);
                else if (name.SequenceEqual("http_request"u8))
                    HttpRequest(ref line);
                else
                    line.Pass();
            }
        }

        private void Metadata<TLine>(ref TLine line) where TLine : struct, IJsonLine, allows ref struct
        {
            for (var there = line.Enter(); there && line.Next(out var name);)
            {
                if (name.SequenceEqual("uid"u8))
                    Id = line.Text();
                else if (name.SequenceEqual("tenant_uid"u8))
                    Tenant = line.Shared();
                else
                    line.Pass();
            }
        }

        private void User<TLine>(ref TLine line) where TLine : struct, IJsonLine, allows ref struct
        {
            for (var there = line.Enter(); there && line.Next(out var name);)
            {
                if (name.SequenceEqual("email_addr"u8))
                    Mail = line.Text();
                else if (name.SequenceEqual("name"u8))
                    Account = line.Text();
                else if (name.SequenceEqual("uid"u8))
                    UserId = line.Text();
                else if (name.SequenceEqual("org"u8))
                    Organisation(ref line);
                else
                    line.Pass();
            }
        }

        private void Organisation<TLine>(ref TLine line) where TLine : struct, IJsonLine, allows ref struct
        {
            for (var there = line.Enter(); there && line.Next(out var name);)
            {
                if (name.SequenceEqual("uid"u8))
                    Customer = line.Shared();
                else if (name.SequenceEqual("name"u8))
                    OrgName = line.Shared();
                else
                    line.Pass();
            }
        }

        private void SourceEndpoint<TLine>(ref TLine line) where TLine : struct, IJsonLine, allows ref struct
        {
            for (var there = line.Enter(); there && line.Next(out var name);)
            {
                if (name.SequenceEqual("ip"u8))
                    Ip = line.Ip();
                else
                    line.Pass();
            }
        }

        private void HttpRequest<TLine>(ref TLine line) where TLine : struct, IJsonLine, allows ref struct
        {
            for (var there = line.Enter(); there && line.Next(out var name);)
            {
                if (name.SequenceEqual("user_agent"u8))
                    UserAgent = line.Shared();
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

    private static DateTimeOffset? Instant(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
