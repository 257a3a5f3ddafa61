using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>Any line, by the framework's reader: throws <see cref="JsonException"/> where it is not JSON and <see cref="InvalidOperationException"/> where a text is none.</summary>
internal ref struct CarefulLine(ReadOnlySpan<byte> bytes) : IJsonLine
{
    private Utf8JsonReader reader = new(bytes, JsonFields.Options);

    public bool Next(out ReadOnlySpan<byte> name)
    {
        name = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
            return false;
        name = reader.ValueIsEscaped ? Unescaped() : reader.ValueSpan;
        return true;
    }

    /// <summary>Whether the line is an object, whose members come next.</summary>
    public bool Begin() => reader.Read() && reader.TokenType == JsonTokenType.StartObject;

    public bool Enter()
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
            return true;
        reader.Skip();
        return false;
    }

    /// <summary>Nothing may stand behind the object.</summary>
    public void End() => reader.Read();

    public string? Text()
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString() is { Length: > 0 } text ? text : null;
            case JsonTokenType.Number:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            default:
                reader.Skip();
                return null;
        }
    }

    public string? Shared() => Text();

    public long? Number()
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Number when reader.TryGetInt64(out var number):
                return number;
            case JsonTokenType.String when long.TryParse(reader.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                return number;
            default:
                reader.Skip();
                return null;
        }
    }

    public IPAddress? Ip()
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return JsonFields.Ip(reader.GetString()!);
        reader.Skip();
        return null;
    }

    public void Pass()
    {
        reader.Read();
        reader.Skip();
    }

    // A name that is no text is none that anybody asks for.
    private readonly ReadOnlySpan<byte> Unescaped()
    {
        try
        {
            return Encoding.UTF8.GetBytes(reader.GetString()!);
        }
        catch (InvalidOperationException)
        {
            return [];
        }
    }
}
