using System.Text.Json;
using System.Text.Json.Serialization;

namespace Counterseal.Convention;

/// <summary>One clause of one version of one instrument, written <c>instrument/version/clause</c>. A clause without its version is nothing: texts of two versions are never one.</summary>
/// <param name="Instrument">E.g. <c>dgc</c>.</param>
/// <param name="Version">E.g. <c>2017-04</c>.</param>
/// <param name="Clause">E.g. <c>6</c>.</param>
[JsonConverter(typeof(AsText))]
public sealed record ClauseRef(string Instrument, string Version, string Clause)
{
    /// <summary>Reads <c>instrument/version/clause</c>.</summary>
    /// <exception cref="FormatException">Not such a text.</exception>
    public static ClauseRef Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split('/') is [var instrument, var version, var clause] && Plain(instrument) && Plain(version) && Plain(clause)
            ? new(instrument, version, clause)
            : throw new FormatException($"\"{text}\" names no clause: instrument/version/clause, e.g. dgc/2017-04/6");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Instrument}/{Version}/{Clause}";

    /// <summary>Letters, digits and hyphens: what may stand in an address.</summary>
    internal static bool Plain(string part) => part.Length is > 0 and <= 40 && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private sealed class AsText : JsonConverter<ClauseRef>
    {
        public override ClauseRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return Parse(reader.GetString() ?? "");
            }
            catch (FormatException e)
            {
                throw new JsonException(e.Message, e);
            }
        }

        public override void Write(Utf8JsonWriter writer, ClauseRef value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
