using System.Globalization;
using System.Text;
using System.Xml;
using Counterseal.Law;

namespace Counterseal.Intake;

/// <summary>
/// How Form 3 is written as XML, and read again. The layout is ours, in a namespace of ours: nobody else's program reads it. Names of
/// elements stand in this file alone, so that an official schema replaces this file and nothing else.
/// </summary>
/// <remarks>
/// Elements only, no attributes, in one order. The reader takes what the writer writes (white space between elements, comments and the
/// prefix aside) and refuses everything else with its line: no DTD, no entity but the five, nothing fetched, bounded like any message
/// (<see cref="Limits"/>).
/// </remarks>
public static class Annex3Xml
{
    /// <summary>The namespace of every element.</summary>
    public const string Namespace = "urn:counterseal:annex3:v1";

    /// <summary>Reasons of one identifier.</summary>
    public const int MostReasons = 100;

    /// <summary>Questions of one form.</summary>
    public const int MostQuestions = 100;

    private const string Rule = "docs/letters.md, Annex III as XML";
    private const string Mend = "Have the form written anew.";

    /// <summary>Writes the form in UTF-8.</summary>
    /// <exception cref="LetterException">It has more than <see cref="Limits.Bytes"/>.</exception>
    public static byte[] Write(Annex3 form)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n", CloseOutput = false }))
        {
            void Part(string name, Action inside)
            {
                xml.WriteStartElement(name, Namespace);
                inside();
                xml.WriteEndElement();
            }
            void Text(string name, string? text)
            {
                if (text is not null) xml.WriteElementString(name, Namespace, text);
            }
            void At(string name, DateTimeOffset? at) => Text(name, at is { } instant ? Instant.Text(instant) : null);

            Part("annex3", () =>
            {
                Part("order", () =>
                {
                    Text("reference", form.Reference);
                    Text("issuingAuthority", form.IssuingAuthority);
                    Text("issuingCountry", form.IssuingCountry);
                    Text("addressee", form.Addressee);
                    At("issued", form.Issued);
                    At("received", form.Received);
                });
                foreach (var to in form.To) Text("to", Word(to));
                Part("sectionD", () =>
                {
                    foreach (var identifier in form.Identifiers)
                    {
                        Part("identifier", () =>
                        {
                            Text("kind", Word(identifier.Selector.Kind));
                            Text("value", identifier.Selector.Value);
                            Text("port", identifier.Selector.Port?.ToString(CultureInfo.InvariantCulture));
                            At("at", identifier.Selector.At);
                            foreach (var category in identifier.Categories) Text("category", Word(category));
                            At("from", identifier.From);
                            At("until", identifier.To);
                            foreach (var reason in identifier.Reasons)
                            {
                                Part("reason", () =>
                                {
                                    Text("box", Word(reason.Box));
                                    Text("explanation", reason.Explanation);
                                    Text("citation", reason.Citation);
                                });
                            }
                        });
                    }
                });
                if (form.Conflict is { } conflict)
                {
                    Part("sectionE", () =>
                    {
                        Text("country", conflict.Country);
                        Text("law", conflict.Law);
                        Text("why", conflict.Why);
                        Text("link", conflict.Link);
                    });
                }
                Part("sectionF", () => { foreach (var question in form.Questions) Text("question", question); });
                Part("sectionG", () => Text("kept", form.Kept switch { true => "true", false => "false", null => "open" }));
            });
        }
        if (bytes.Length > Limits.Bytes) throw new LetterException($"the form has {bytes.Length} bytes, the most is {Limits.Bytes}; answer for fewer identifiers at a time", "annex3");
        return bytes.ToArray();
    }

    /// <summary>Reads a form; never throws for what the bytes say.</summary>
    public static Annex3Reading Read(ReadOnlyMemory<byte> bytes)
    {
        var remarks = new Remarks();
        if (bytes.Length > Limits.Bytes)
        {
            remarks.Fault(null, "/", Rule, $"The form has {bytes.Length} bytes; at most {Limits.Bytes} are read.", Mend);
            return new(null, remarks.Faults);
        }
        var form = XmlTree.Read(bytes.Span, Script.Of(bytes.Span), remarks, out _) is { } root ? new Reader(remarks).Form(root) : null;
        return new(remarks.Clean ? form : null, remarks.Faults);
    }

    private sealed class Reader(Remarks remarks)
    {
        // The children of one element, taken one after the other; what is left at the end does not belong there.
        private sealed class Children(Element of)
        {
            public Element Of { get; } = of;

            public int Next { get; set; }

            public Element? Peek => Next < Of.Children.Count ? Of.Children[Next] : null;
        }

        public Annex3? Form(Element root)
        {
            if (root.Name != "annex3" || root.Space != Namespace)
            {
                Fault(root, $"The document is {Remarks.Quote(root.Name)} of {Remarks.Quote(root.Space)}; a form is annex3 of {Namespace}.");
                return null;
            }
            var form = Open(root);
            var order = Open(Need(form, "order"));
            var (reference, authority, country) = (Text(Need(order, "reference")), Text(Need(order, "issuingAuthority")), Text(Need(order, "issuingCountry")));
            var (addressee, issued, received) = (MaybeText(order, "addressee"), MaybeAt(order, "issued"), At(Need(order, "received")));
            Close(order);
            var to = Many(form, "to", 2, Word<Recipient>);
            if (!to.SequenceEqual([Recipient.IssuingAuthority]) && !to.SequenceEqual([Recipient.IssuingAuthority, Recipient.EnforcingAuthority]))
                Fault(root, "The form goes to the issuing authority, or to it and then the enforcing authority, and to nobody else.");
            var d = Open(Need(form, "sectionD"));
            var identifiers = Many(d, "identifier", Limits.Selectors, Identifier);
            Close(d);
            Annex3Conflict? conflict = null;
            if (Maybe(form, "sectionE") is { } stated)
            {
                var e = Open(stated);
                conflict = new(MaybeText(e, "country"), MaybeText(e, "law"), MaybeText(e, "why"), MaybeText(e, "link"));
                Close(e);
            }
            var f = Open(Need(form, "sectionF"));
            var questions = Many(f, "question", MostQuestions, Text);
            Close(f);
            var g = Open(Need(form, "sectionG"));
            var kept = Need(g, "kept");
            bool? answer = Leaf(kept) switch
            {
                "true" => true,
                "false" => false,
                "open" => null,
                _ => Wrong<bool?>(kept, "true, false or open"),
            };
            Close(g);
            Close(form);
            return new(reference, authority, country, addressee, issued, received, to, identifiers, conflict, questions, answer);
        }

        private Annex3Identifier Identifier(Element element)
        {
            var of = Open(element);
            var (kind, value) = (Word<SelectorKind>(Need(of, "kind")), Text(Need(of, "value")));
            int? port = Maybe(of, "port") is not { } written ? null
                : int.TryParse(Leaf(written), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 65535 && number.ToString(CultureInfo.InvariantCulture) == Leaf(written) ? number
                : Wrong<int?>(written, "a whole number from 0 to 65535");
            var at = MaybeAt(of, "at");
            var categories = Many(of, "category", 4, Word<DataCategory>);
            if (categories.Zip(categories.Skip(1)).Any(pair => pair.First >= pair.Second)) Fault(element, "The categories stand twice or out of order.");
            var (from, until) = (MaybeAt(of, "from"), MaybeAt(of, "until"));
            var reasons = Many(of, "reason", MostReasons, Reason);
            Close(of);
            return new(new(kind, value, port, at), categories, from, until, reasons);
        }

        private Annex3Reason Reason(Element element)
        {
            var of = Open(element);
            var reason = new Annex3Reason(Word<Annex3Box>(Need(of, "box")), MaybeText(of, "explanation"), Text(Need(of, "citation")));
            Close(of);
            return reason;
        }

        // Without the element there is a fault already, and an empty one stands in for it.
        private Children Open(Element? element)
        {
            if (element is null) return new(new("", Namespace, Vocabulary.Foreign, 1, null));
            if (!string.IsNullOrWhiteSpace(element.Text)) Fault(element, "There is text between its elements.");
            Bare(element);
            return new(element);
        }

        private void Close(Children of)
        {
            if (of.Peek is { } left) Fault(left, $"The element {Remarks.Quote(left.Name)} does not go here: it is unknown, out of order, or once too often.");
        }

        private static Element? Maybe(Children of, string name)
        {
            if (of.Peek is not { } child || child.Name != name || child.Space != Namespace) return null;
            of.Next++;
            return child;
        }

        private Element? Need(Children of, string name)
        {
            var found = Maybe(of, name);
            if (found is null) Fault(of.Of, $"The element {name} is missing, or something stands before it.");
            return found;
        }

        private List<T> Many<T>(Children of, string name, int most, Func<Element, T> read)
        {
            var all = new List<T>();
            while (Maybe(of, name) is { } child)
            {
                if (all.Count == most)
                {
                    Fault(child, $"There are more than {most} of {name}.");
                    break;
                }
                all.Add(read(child));
            }
            return all;
        }

        private string? MaybeText(Children of, string name) => Maybe(of, name) is { } child ? Text(child) : null;

        private DateTimeOffset? MaybeAt(Children of, string name) => Maybe(of, name) is { } child ? At(child) : null;

        private string Text(Element? element)
        {
            var text = Leaf(element);
            if (element is not null && (text.Length == 0 || text != Legible.Line(text)))
                Fault(element, $"The text is {Remarks.Quote(text)}; it takes one line of at most {Legible.MostInLine} characters, not blank, without hidden characters or wide spaces.");
            return text;
        }

        private DateTimeOffset At(Element? element)
        {
            var text = Leaf(element);
            return DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) && Instant.Text(at) == text
                ? at
                : Wrong<DateTimeOffset>(element, "an instant in UTC like 2026-03-01T00:00:00Z");
        }

        private T Word<T>(Element? element) where T : struct, Enum
        {
            var text = Leaf(element);
            foreach (var value in Enum.GetValues<T>())
                if (Annex3Xml.Word(value) == text) return value;
            return Wrong<T>(element, string.Join(", ", Enum.GetValues<T>().Select(Annex3Xml.Word)));
        }

        private string Leaf(Element? element)
        {
            if (element is null) return "";
            if (element.Children.Count > 0) Fault(element, "There are elements where text goes.");
            Bare(element);
            return element.Text;
        }

        private void Bare(Element element)
        {
            if (element.Type is not null || element.Nil || element.OtherAttributes.Count > 0) Fault(element, "It has an attribute; the form has none.");
        }

        // Where the element is missing, that is the fault.
        private T Wrong<T>(Element? element, string takes)
        {
            if (element is not null) Fault(element, $"The value is {Remarks.Quote(element.Text)}; it takes {takes}.");
            return default!;
        }

        private void Fault(Element at, string what) => remarks.Fault(at, Rule, what, Mend);
    }

    private static string Word<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

/// <summary>What came of reading a form.</summary>
/// <param name="Form">The form, or <c>null</c> when there are faults.</param>
/// <param name="Faults">Why it cannot be taken, with line, element and rule; at most <see cref="Limits.Remarks"/>.</param>
public sealed record Annex3Reading(Annex3? Form, IReadOnlyList<Remark> Faults);
