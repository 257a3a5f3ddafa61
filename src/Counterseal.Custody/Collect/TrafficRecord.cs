using System.Buffers;
using System.Text.Json;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>
/// A line of <c>traffic.ndjson</c>: who communicated with whom, when, by which way, how much. Only the header fields named here are ever taken, so that a subject, a
/// body, or a field that nobody thought of cannot get in.
/// </summary>
internal sealed class TrafficRecord
{
    private static readonly (string Member, string Field)[] _fields =
    [
        ("date", "date"), ("from", "from"), ("to", "to"), ("cc", "cc"), ("bcc", "bcc"), ("messageId", "message-id"), ("received", "received"),
    ];

    private readonly ArrayBufferWriter<byte> _bytes = new(4096);

    /// <summary>The record; valid until the next.</summary>
    /// <param name="message">The message.</param>
    /// <param name="time">Its time, where it has one.</param>
    /// <param name="masked">The people of a header field, masked; <c>null</c> to leave them as they are. Then the way and the message's own id, which name other people's servers, are left out.</param>
    public ReadOnlySpan<byte> Write(SourceMessage message, MessageTime? time, Func<IEnumerable<string>, IReadOnlyList<string>>? masked = null)
    {
        _bytes.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_bytes, AccountRecords.Json))
        {
            json.WriteStartObject();
            if (time is not null)
            {
                json.WriteString("time", Instant.Text(time.At));
                json.WriteString("timeFrom", JsonNamingPolicy.CamelCase.ConvertName(time.Basis.ToString()));
            }
            foreach (var (member, field) in _fields)
            {
                if (masked is null || member == "date") AccountRecords.Strings(json, member, MessageHeaders.All(message.Headers, field));
                else if (member is not ("received" or "messageId")) AccountRecords.Strings(json, member, masked(MessageHeaders.All(message.Headers, field)));
            }
            json.WriteNumber("size", message.Size);
            json.WriteEndObject();
        }
        _bytes.Write("\n"u8);
        return _bytes.WrittenSpan;
    }
}
