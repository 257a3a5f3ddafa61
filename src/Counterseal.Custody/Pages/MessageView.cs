using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Counterseal.Custody;

/// <summary>A part of a message, for a reader.</summary>
/// <param name="Type">Its declared media type, lower case.</param>
/// <param name="Name">Its file name, where it has one.</param>
/// <param name="Text">What is written in it, decoded; <c>null</c> for what is no text.</param>
/// <param name="Encoded">Its bytes as stored.</param>
/// <param name="IsWhole">Whether all of it was at hand.</param>
internal sealed record ViewedPart(string Type, string? Name, string? Text, int Encoded, bool IsWhole);

/// <summary>
/// A message as people read it: its header fields with their encoded words decoded, and its text parts out of base64 and quoted-printable. For looking at only; what leaves is the bytes as stored. Bounded in depth and in the number of parts, since
/// whoever wrote the message may have wished us ill.
/// </summary>
/// <param name="Fields">Names and values, from the top.</param>
/// <param name="Parts">The leaves, in their order.</param>
internal sealed record MessageView(IReadOnlyList<(string Name, string Value)> Fields, IReadOnlyList<ViewedPart> Parts)
{
    private const int Deepest = 8;
    private const int MostParts = 50;
    private const int MostFields = 500;

    /// <summary>Reads a record of an mbox: its From line, then the message with <c>&gt;</c> before lines that begin with From (mboxrd).</summary>
    /// <param name="record">The record, or its beginning.</param>
    /// <param name="whole">Whether it is all of it.</param>
    public static MessageView Of(ReadOnlySpan<byte> record, bool whole)
    {
        var message = Unquoted(record[(record.IndexOf((byte)'\n') + 1)..]);
        var (headers, body) = Split(message);
        var fields = new List<(string, string)>();
        foreach (var field in new MessageHeaders.Fields(headers))
        {
            if (fields.Count < MostFields)
                fields.Add((field.Name(), EncodedWords.Decode(field.Text())));
        }
        var parts = new List<ViewedPart>();
        Walk(headers, body, 0, whole, parts);
        return new MessageView(fields, parts);
    }

    private static void Walk(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body, int depth, bool whole, List<ViewedPart> parts)
    {
        if (parts.Count >= MostParts)
            return;
        var type = MessageHeaders.First(headers, "content-type") ?? "text/plain";
        var word = type.Split(';')[0].Trim().ToLowerInvariant();
        if (depth < Deepest && word.StartsWith("multipart/", StringComparison.Ordinal) && AttachmentFilter.Parameter(type, "boundary") is { Length: > 0 } boundary)
        {
            var open = false;
            var delimiter = Encoding.Latin1.GetBytes("--" + boundary.TrimEnd());
            var begin = 0;
            for (var at = 0; at <= body.Length && parts.Count < MostParts;)
            {
                var end = at < body.Length ? body[at..].IndexOf((byte)'\n') : -1;
                var line = at >= body.Length ? [] : end < 0 ? body[at..] : body.Slice(at, end);
                var isDelimiter = line.StartsWith(delimiter) && line[delimiter.Length..].TrimEnd(" \t\r\n"u8) is var rest && (rest.IsEmpty || rest.SequenceEqual("--"u8));
                if ((isDelimiter || at >= body.Length) && open)
                {
                    var (inner, content) = Split(body[begin..Math.Max(begin, at)]);
                    Walk(inner, content, depth + 1, isDelimiter || whole, parts);
                }
                if (isDelimiter)
                    (open, begin) = (!line[delimiter.Length..].StartsWith("--"u8), Math.Min(body.Length, at + (end < 0 ? line.Length : end + 1)));
                if (at >= body.Length)
                    break;
                at += end < 0 ? line.Length : end + 1;
            }
            return;
        }
        var disposition = MessageHeaders.First(headers, "content-disposition") ?? "";
        var name = AttachmentFilter.Parameter(disposition, "filename") ?? AttachmentFilter.Parameter(type, "name");
        var text = word is "text/plain" or "text/html" or "text/calendar" or "text/csv" ? Text(body, MessageHeaders.First(headers, "content-transfer-encoding"), AttachmentFilter.Parameter(type, "charset")) : null;
        parts.Add(new ViewedPart(word, name is null ? null : EncodedWords.Decode(name), text, body.Length, whole));
    }

    private static string Text(ReadOnlySpan<byte> body, string? encoding, string? charset)
    {
        var bytes = encoding?.Trim().ToLowerInvariant() switch
        {
            "base64" => FromBase64(body),
            "quoted-printable" => FromQuotedPrintable(body),
            _ => body.ToArray(),
        };
        try
        {
            return Encoding.GetEncoding(charset ?? "utf-8", EncoderFallback.ReplacementFallback, DecoderFallback.ReplacementFallback).GetString(bytes);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return Encoding.UTF8.GetString(bytes);
        }
    }

    private static byte[] FromBase64(ReadOnlySpan<byte> text)
    {
        var packed = new byte[text.Length];
        var length = 0;
        foreach (var one in text)
        {
            if (one is (byte)'+' or (byte)'/' || char.IsAsciiLetterOrDigit((char)one))
                packed[length++] = one;
        }
        // A piece may end anywhere: only whole groups are read, and a last short one as far as it goes.
        var rest = length % 4;
        while (rest > 1 && length % 4 != 0)
            packed[length++] = (byte)'=';
        var bytes = new byte[length];
        Base64.DecodeFromUtf8(packed.AsSpan(0, length - (length % 4)), bytes, out _, out var written);
        return bytes[..written];
    }

    private static byte[] FromQuotedPrintable(ReadOnlySpan<byte> text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '=')
                bytes.Add(text[i]);
            else if (i + 2 < text.Length && byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 2;
            }
            else if (i + 1 < text.Length && text[i + 1] == '\n')
                i++;
            else if (i + 2 < text.Length && text[i + 1] == '\r' && text[i + 2] == '\n')
                i += 2;
            else
                bytes.Add(text[i]);
        }
        return [.. bytes];
    }

    private static (byte[] Headers, byte[] Body) Split(ReadOnlySpan<byte> entity)
    {
        for (var at = 0; at < entity.Length;)
        {
            var rest = entity[at..];
            if (rest[0] == '\n' || rest.StartsWith("\r\n"u8))
                return (entity[..at].ToArray(), rest[(rest[0] == '\n' ? 1 : 2)..].ToArray());
            var next = rest.IndexOf((byte)'\n');
            if (next < 0)
                break;
            at += next + 1;
        }
        return (entity.ToArray(), []);
    }

    private static byte[] Unquoted(ReadOnlySpan<byte> text)
    {
        var bytes = new List<byte>(text.Length);
        while (text.Length > 0)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..(end + 1)];
            bytes.AddRange(line[0] == '>' && line.TrimStart((byte)'>').StartsWith("From "u8) ? line[1..] : line);
            text = text[line.Length..];
        }
        return [.. bytes];
    }
}
