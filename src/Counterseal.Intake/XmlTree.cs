using System.Globalization;
using System.Xml;

namespace Counterseal.Intake;

/// <summary>Hostile XML to a small tree: no DTD, no entity but the five, nothing fetched, everything bounded.</summary>
internal static class XmlTree
{
    private const string Xml = "XML 1.0";

    /// <summary>Reads the document; <c>null</c> when a fault was noted.</summary>
    public static Element? Read(ReadOnlySpan<byte> bytes, Script script, Remarks remarks, out string text)
    {
        text = "";
        if (script.Encoding is null)
        {
            remarks.Fault(1, "/", "TS 103 120, error 3019; XML 1.0, 4.3.3", "The message is written in UTF-32.", "Send it in UTF-8.");
            return null;
        }
        if (script.FirstBad(bytes) is var (offset, badLine))
        {
            remarks.Fault(badLine, "/", "TS 103 120, error 3019; XML 1.0, 4.3.3",
                $"The byte at offset {offset} is not {script.Name}.", "Send the message in UTF-8, and say so in its XML declaration.");
            return null;
        }
        text = script.Encoding.GetString(bytes[script.Mark..]);
        if (StartTags.Overfull(text) is { } overfull)
        {
            Beyond(overfull, null, $"An element has more than {Limits.Attributes} attributes.", remarks);
            return null;
        }
        using var reader = XmlReader.Create(new StringReader(text), Settings());
        try
        {
            return Build(reader, script, remarks);
        }
        catch (XmlException broken)
        {
            // The reader refuses a DTD without saying where.
            var dtd = broken.LineNumber == 0 ? text.IndexOf("<!DOCTYPE", StringComparison.Ordinal) : -1;
            var line = dtd >= 0 ? 1 + text.AsSpan(0, dtd).Count('\n') : Math.Max(Math.Max(broken.LineNumber, ((IXmlLineInfo)reader).LineNumber), 1);
            remarks.Fault(line, "/", Xml,
                dtd >= 0
                    ? "The message brings a document type declaration (DTD); none is read."
                    : "The message is not well-formed XML: " + Plain(broken),
                "Mend the XML and send it again.");
            return null;
        }
    }

    /// <summary>The settings under which any foreign XML is read here, ETSI's schemas included.</summary>
    internal static XmlReaderSettings Settings() => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = Limits.Bytes,
        MaxCharactersFromEntities = 1,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
    };

    private static Element? Build(XmlReader reader, Script script, Remarks remarks)
    {
        var place = (IXmlLineInfo)reader;
        Element? root = null, current = null;
        var count = 0;
        var spaces = new Dictionary<string, Vocabulary>(StringComparer.Ordinal);
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.XmlDeclaration:
                    if (reader.GetAttribute("encoding") is { } declared && !declared.Equals(script.Name, StringComparison.OrdinalIgnoreCase))
                    {
                        remarks.Fault(1, "/", "TS 103 120, error 3019; XML 1.0, 4.3.3",
                            $"The message declares the encoding {Remarks.Quote(declared)}, but its bytes are {script.Name}; UTF-8 and UTF-16 are read.",
                            "Send the message in UTF-8, and say so in its XML declaration.");
                        return null;
                    }
                    break;
                case XmlNodeType.Element:
                    var limit = reader.Depth >= Limits.XmlDepth ? $"Elements are nested deeper than {Limits.XmlDepth}."
                        : ++count > Limits.Parts ? $"There are more than {Limits.Parts} elements."
                        : reader.LocalName.Length > Limits.Name ? $"An element's name is longer than {Limits.Name} characters."
                        : null;
                    if (limit is not null) return Beyond(place.LineNumber, current, limit, remarks);
                    var made = new Element(reader.LocalName, reader.NamespaceURI, VocabularyOf(reader.NamespaceURI), place.LineNumber, current);
                    current?.Children.Add(made);
                    root ??= made;
                    var empty = reader.IsEmptyElement;
                    if (!Attributes(reader, made, VocabularyOf, remarks)) return null;
                    if (!empty) current = made;
                    break;
                case XmlNodeType.EndElement:
                    current = current!.Parent;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    current?.Append(reader.Value);
                    break;
                default:
                    break;
            }
        }
        return root;

        Vocabulary VocabularyOf(string uri)
        {
            if (spaces.TryGetValue(uri, out var seen)) return seen;
            var (vocabulary, exact) = Namespaces.Of(uri);
            if (spaces.Count < Limits.Parts) spaces[uri] = vocabulary;
            if (!exact && vocabulary != Vocabulary.Foreign)
                remarks.Warn(place.LineNumber, "/", Rules.NotInKnown,
                    $"The namespace {Remarks.Quote(uri)} is another edition of ETSI's {vocabulary} vocabulary; it is read like the one of {Rules.KnownVersion}.",
                    "A person compares the demand with the original.");
            return vocabulary;
        }
    }

    private static bool Attributes(XmlReader reader, Element element, Func<string, Vocabulary> vocabularyOf, Remarks remarks)
    {
        while (reader.MoveToNextAttribute())
        {
            if (reader.Value.Length > Limits.AttributeValue || reader.LocalName.Length > Limits.Name)
            {
                Beyond(element.Line, element, $"An attribute's name is longer than {Limits.Name} or its value longer than {Limits.AttributeValue} characters.", remarks);
                return false;
            }
            if (reader.NamespaceURI == "http://www.w3.org/2000/xmlns/") continue;
            if (reader.NamespaceURI != Namespaces.Instance)
            {
                element.OtherAttributes.Add(reader.Name);
                continue;
            }
            switch (reader.LocalName)
            {
                case "type":
                    var value = reader.Value.Trim(' ', '\t', '\r', '\n');
                    var colon = value.IndexOf(':', StringComparison.Ordinal);
                    var uri = reader.LookupNamespace(colon < 0 ? "" : value[..colon]);
                    element.Type = (uri is null ? Vocabulary.Foreign : vocabularyOf(uri), value[(colon + 1)..]);
                    break;
                case "nil":
                    element.Nil = true;
                    break;
                case "schemaLocation" or "noNamespaceSchemaLocation":
                    // A hint where a schema may be fetched; nothing is fetched here.
                    break;
                default:
                    element.OtherAttributes.Add(reader.Name);
                    break;
            }
        }
        reader.MoveToElement();
        return true;
    }

    private static Element? Beyond(int line, Element? at, string what, Remarks remarks)
    {
        remarks.Fault(line, at?.Path ?? "/", "docs/intake.md, limits", what, "A message of this standard needs nothing like it; send it again without.");
        return null;
    }

    /// <summary>The reader's own sentence, without the position that is said elsewhere and without what the document put into it.</summary>
    private static string Plain(XmlException broken)
    {
        var message = broken.Message;
        var tail = message.LastIndexOf(string.Create(CultureInfo.InvariantCulture, $" Line {broken.LineNumber}"), StringComparison.Ordinal);
        return Remarks.Printable(tail > 0 ? message[..tail] : message, 200);
    }
}
