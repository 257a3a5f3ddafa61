using System.Text;
using System.Text.Json;

namespace Counterseal.Intake;

/// <summary>Strict JSON (RFC 8259, UTF-8) to a small tree: no comments, no trailing commas, no repeated member names, everything bounded.</summary>
internal static class JsonTree
{
    private const string Rfc = "RFC 8259";

    /// <summary>Reads the document; <c>null</c> when a fault was noted.</summary>
    public static JsonPart? Read(ReadOnlySpan<byte> bytes, Script script, Remarks remarks)
    {
        if (script.Encoding is not UTF8Encoding)
        {
            remarks.Fault(1, "", Rfc + ", 8.1", $"The document is written in {script.Name}; JSON is UTF-8.", "Send it in UTF-8.");
            return null;
        }
        if (script.FirstBad(bytes) is var (offset, badLine))
        {
            remarks.Fault(badLine, "", Rfc + ", 8.1", $"The byte at offset {offset} is not UTF-8.", "Send the document in UTF-8.");
            return null;
        }
        var body = bytes[script.Mark..];
        var builder = new Builder(body, remarks);
        try
        {
            return builder.Document();
        }
        catch (JsonException broken)
        {
            var message = broken.Message;
            var tail = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            remarks.Fault((int)(broken.LineNumber ?? 0) + 1, "", Rfc,
                "The document is not JSON: " + Remarks.Printable(tail > 0 ? message[..tail] : message, 200), "Mend it and send it again.");
        }
        catch (InvalidOperationException)
        {
            remarks.Fault(builder.Line, "", Rfc + ", 8.2", "A string has half of a surrogate pair (\\ud800 to \\udfff alone), which is no character.", "Write the character whole and send the document again.");
        }
        return null;
    }

    private ref struct Builder(ReadOnlySpan<byte> body, Remarks remarks)
    {
        private readonly ReadOnlySpan<byte> _body = body;
        private Utf8JsonReader _reader = new(body, new JsonReaderOptions { MaxDepth = Limits.JsonDepth });
        private int _counted;
        private int _parts;
        private bool _whole = true;

        public int Line { get; private set; } = 1;

        public JsonPart? Document()
        {
            Next();
            var root = Value("");
            if (_whole) Next();
            return _whole ? root : null;
        }

        private bool Next()
        {
            var more = _reader.Read();
            var start = (int)_reader.TokenStartIndex;
            if (start > _counted)
            {
                Line += _body[_counted..start].Count((byte)'\n');
                _counted = start;
            }
            return more;
        }

        private JsonPart Value(string pointer)
        {
            if (++_parts > Limits.Parts) Beyond(pointer, $"There are more than {Limits.Parts} values.");
            var part = new JsonPart(Kind(_reader.TokenType), pointer, Line)
            {
                Text = _reader.TokenType switch
                {
                    JsonTokenType.String => _reader.GetString()!,
                    JsonTokenType.Number => _reader.ValueSpan.Length <= 64 ? Encoding.ASCII.GetString(_reader.ValueSpan) : "",
                    _ => "",
                },
            };
            if (part.Kind == JsonValueKind.Object)
                while (_whole && Next() && _reader.TokenType != JsonTokenType.EndObject) Member(part);
            else if (part.Kind == JsonValueKind.Array)
                while (_whole && Next() && _reader.TokenType != JsonTokenType.EndArray) part.Items.Add(Value($"{pointer}/{part.Items.Count}"));
            return part;
        }

        private void Member(JsonPart parent)
        {
            if (_reader.ValueSpan.Length > Limits.Name)
            {
                Beyond(parent.Pointer, $"A member's name is longer than {Limits.Name} bytes.");
                return;
            }
            var name = _reader.GetString()!;
            var pointer = parent.Pointer + "/" + Remarks.Printable(name, 60).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
            var line = Line;
            Next();
            var value = Value(pointer);
            if (!parent.Members.TryAdd(name, value))
                remarks.Fault(line, pointer, "RFC 8259, 4; docs/intake.md, JSON", $"The member {Remarks.Quote(name)} stands more than once.", "Leave one of them and send the document again.");
        }

        private void Beyond(string pointer, string what)
        {
            if (_whole) remarks.Fault(Line, pointer, "docs/intake.md, limits", what, "A demand needs nothing like it; send it again without.");
            _whole = false;
        }

        private static JsonValueKind Kind(JsonTokenType token) => token switch
        {
            JsonTokenType.StartObject => JsonValueKind.Object,
            JsonTokenType.StartArray => JsonValueKind.Array,
            JsonTokenType.String => JsonValueKind.String,
            JsonTokenType.Number => JsonValueKind.Number,
            JsonTokenType.True => JsonValueKind.True,
            JsonTokenType.False => JsonValueKind.False,
            _ => JsonValueKind.Null,
        };
    }
}
