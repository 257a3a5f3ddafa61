using System.Text;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>
/// Values of a JSON line by their paths (names joined by dots; lists on the way are gone through): a tree of the names that are wanted, walked beside the reader. All else is stepped over.
/// </summary>
internal sealed class JsonPaths
{
    /// <summary>Values of one path that are taken of one line.</summary>
    public const int MostValues = 1000;

    private readonly Name root = new([]);

    private sealed class Name(byte[] name)
    {
        public byte[] Bytes { get; } = name;

        public List<Name> Below { get; } = [];

        public int Column { get; set; } = -1;
    }

    /// <summary>Of some paths.</summary>
    public JsonPaths(IReadOnlyList<string> paths)
    {
        for (var i = 0; i < paths.Count; i++)
        {
            var at = root;
            foreach (var step in paths[i].Split('.'))
            {
                var bytes = Encoding.UTF8.GetBytes(step);
                var next = at.Below.Find(n => n.Bytes.AsSpan().SequenceEqual(bytes));
                if (next is null)
                    at.Below.Add(next = new(bytes));
                at = next;
            }
            at.Column = i;
        }
    }

    /// <summary>Reads a line; gives why it cannot be read, or <c>null</c>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="values">Takes the first value of each path, by the path's place.</param>
    /// <param name="more">Takes the others.</param>
    public string? Read(ReadOnlySpan<byte> line, string[] values, List<(int Column, string Value)> more)
    {
        try
        {
            var reader = new Utf8JsonReader(line, JsonFields.Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return "not a JSON object; left out";
            Object(ref reader, root, values, more);
            reader.Read();
            return null;
        }
        catch (JsonException e)
        {
            return JsonFields.NotJson(e);
        }
        catch (InvalidOperationException)
        {
            return "a text holds half a character (a lone surrogate); left out";
        }
    }

    private static void Object(ref Utf8JsonReader reader, Name at, string[] values, List<(int, string)> more)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Name? next = null;
            foreach (var below in at.Below)
                if (reader.ValueTextEquals(below.Bytes))
                    next = below;
            reader.Read();
            if (next is null)
                reader.Skip();
            else
                Value(ref reader, next, values, more);
        }
    }

    private static void Value(ref Utf8JsonReader reader, Name name, string[] values, List<(int, string)> more)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when name.Below.Count > 0:
                Object(ref reader, name, values, more);
                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Value(ref reader, name, values, more);
                break;
            case JsonTokenType.StartObject:
                reader.Skip();
                break;
            case JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False when name.Column >= 0:
                var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
                if (values[name.Column].Length == 0)
                    values[name.Column] = text;
                else if (more.Count < MostValues)
                    more.Add((name.Column, text));
                break;
        }
    }
}
