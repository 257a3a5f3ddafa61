using System.Text;
using static Counterseal.Intake.Vocabulary;

namespace Counterseal.Intake;

/// <summary>An original as text, line by line, with the lines from which a demand's fields were read: for people who compare the two.</summary>
/// <param name="Lines">The lines as they stand; characters that could change how a line is shown are written as their code.</param>
/// <param name="Places">Where fields come from.</param>
/// <param name="More">How many lines are not shown.</param>
public sealed record SourceText(IReadOnlyList<string> Lines, IReadOnlyList<SourcePlace> Places, int More)
{
    private const int MostLength = 1000;

    /// <summary>The text of an original.</summary>
    /// <param name="original">The bytes as they came.</param>
    /// <param name="mostBytes">More than so many are not made into text.</param>
    /// <param name="mostLines">At most so many lines.</param>
    /// <returns><c>null</c>: it is too large, or no text.</returns>
    public static SourceText? Of(ReadOnlyMemory<byte> original, int mostBytes, int mostLines)
    {
        if (original.Length > mostBytes)
            return null;
        var script = Script.Of(original.Span);
        if (script.Encoding is not { } encoding || script.FirstBad(original.Span) is not null)
            return null;
        var lines = encoding.GetString(original.Span[script.Mark..]).ReplaceLineEndings("\n").Split('\n');
        var shown = lines.Take(mostLines).Select(Plain).ToList();
        var remarks = new Remarks();
        var places = script.First switch
        {
            '{' => JsonTree.Read(original.Span, script, remarks) is { } root ? Json(root) : [],
            '<' => XmlTree.Read(original.Span, script, remarks, out _) is { } root ? Xml(root) : [],
            _ => [],
        };
        return new(shown, [.. places.Where(place => place.Line <= shown.Count)], Math.Max(0, lines.Length - mostLines));
    }

    private static IEnumerable<SourcePlace> Json(JsonPart root)
    {
        (string Field, string[] Path)[] fields =
        [
            ("reference", ["reference"]), ("instrument", ["instrument"]), ("issued by", ["issuing", "name"]), ("officer", ["issuing", "officer"]), ("writes from", ["issuing", "mail"]), ("validated by", ["validating"]),
            ("addressed to", ["addressee"]), ("issued", ["issued"]), ("emergency", ["emergency"]), ("its ground", ["emergency", "ground"]), ("offence", ["offence"]), ("secrecy order", ["secrecy"]),
            ("enforcing authority notified", ["enforcingAuthorityNotified"]),
        ];
        foreach (var (field, path) in fields)
        {
            var part = path.Aggregate((JsonPart?)root, (at, name) => at?.Members.GetValueOrDefault(name));
            if (part is not null)
                yield return new(field, part.Line);
        }
        foreach (var item in root.Members.GetValueOrDefault("scope")?.Items ?? [])
            yield return new("scope", item.Line);
    }

    /// <summary>By the same choices as <see cref="Mapping"/>, for what it reads from one place.</summary>
    private static IEnumerable<SourcePlace> Xml(Element root)
    {
        var all = Descend(root).ToList();
        var tasks = all.Where(Ts103120.IsTask).ToList();
        var references = tasks.Select(task => task.Child(Task, "Reference")).OfType<Element>().ToList();
        (string Field, Element? At)[] fields =
        [
            ("reference", (tasks.Count == 1 ? references.FirstOrDefault() : null) ?? First(Authorisation, "AuthorisationReference") ?? references.FirstOrDefault() ?? First(Core, "TransactionIdentifier")),
            ("instrument", First(Authorisation, "AuthorisationLegalType")),
            ("issued by", First(Core, "OwnerIdentifier") ?? First(Core, "SenderIdentifier")),
            ("officer", First(Common, "ApproverName")),
            ("writes from", First(Common, "ApproverEmailAddress") ?? First(Common, "EmailAddress")),
            ("validated by", all.FirstOrDefault(one => one.Is(Common, "ApprovalType") && one.Text == "ValidatingAuthority")),
            ("addressed to", First(Task, "CSPID") ?? First(Authorisation, "CSPID") ?? First(Core, "ReceiverIdentifier")),
            ("issued", First(Common, "ApprovalTimestamp") ?? First(Authorisation, "AuthorisationCreationTimestamp")),
            ("emergency", Flag("IsEmergency") ?? First(Common, "ApprovalIsEmergency")),
            ("its ground", First(Common, "ApprovalDescription")),
            ("offence", First(Authorisation, "AuthorisationTypeOfCase")),
            ("secrecy order", Flag("DelayInformingUser")),
            ("enforcing authority notified", Flag("EnforcingAuthorityNotified")),
        ];
        foreach (var (field, at) in fields)
        {
            if (at is not null)
                yield return new(field, at.Line);
        }
        foreach (var details in tasks.Select(task => task.Child(Task, "RequestDetails")).OfType<Element>())
            yield return new("scope", details.Line);

        Element? First(Vocabulary vocabulary, string name) => all.FirstOrDefault(one => one.Is(vocabulary, name));

        Element? Flag(string value) => all.FirstOrDefault(one => one.Is(Authorisation, "AuthorisationFlag") && one.Value(Common, "Value") == value);
    }

    private static IEnumerable<Element> Descend(Element from)
    {
        var waiting = new Stack<Element>([from]);
        while (waiting.TryPop(out var one))
        {
            yield return one;
            for (var i = one.Children.Count - 1; i >= 0; i--)
                waiting.Push(one.Children[i]);
        }
    }

    private static string Plain(string line)
    {
        var plain = new StringBuilder(Math.Min(line.Length, MostLength));
        foreach (var rune in line.EnumerateRunes())
        {
            if (plain.Length >= MostLength)
                return plain.Append(" … (the line goes on)").ToString();
            // Direction marks and the like could make a line read otherwise than it is.
            var hidden = rune.Value != '\t' && Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator or System.Globalization.UnicodeCategory.PrivateUse;
            plain.Append(hidden ? $"‹U+{rune.Value:X4}›" : rune.ToString());
        }
        return plain.ToString();
    }
}

/// <summary>Where a field of the demand comes from.</summary>
/// <param name="Field">The field, as the demand's page names it.</param>
/// <param name="Line">From 1.</param>
public sealed record SourcePlace(string Field, int Line);
