using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Counterseal.Law;

namespace Counterseal.Intake.Tests;

/// <summary>Form 3 of Regulation (EU) 2023/1543 as data: what is in it, to whom it goes, and that it reads back exactly or not at all.</summary>
public class Annex3Tests
{
    private static readonly Demand Epoc = LetterWorld.Order("eu.epoc");

    [Theory]
    [InlineData("eu.annex3.incomplete", Annex3Box.Incomplete)]
    [InlineData("eu.annex3.manifestErrors", Annex3Box.ManifestErrors)]
    [InlineData("eu.annex3.insufficient", Annex3Box.InsufficientInformation)]
    [InlineData("eu.annex3.notStored", Annex3Box.NotStored)]
    [InlineData("eu.annex3.impossible", Annex3Box.OtherImpossibility)]
    [InlineData("eu.annex3.authority", Annex3Box.Authority)]
    [InlineData("eu.annex3.offence", Annex3Box.Offence)]
    [InlineData("eu.annex3.service", Annex3Box.Service)]
    [InlineData("eu.annex3.protected", Annex3Box.ProtectedData)]
    [InlineData("eu.annex3.conflict", Annex3Box.Conflict)]
    [InlineData("ex.late", Annex3Box.Other)]
    public void A_ground_that_counsel_names_is_the_box_of_every_identifier(string ground, Annex3Box box)
    {
        var draft = LetterWorld.Letters.Write(LetterWorld.Matter(Epoc, ("authenticated", "true"), ("issuing.kind", "judge")), ground: ground);

        Assert.Equal("annex3", draft.Letter);
        Assert.Equal(2, draft.Annex3!.Identifiers.Count);
        Assert.All(draft.Annex3.Identifiers, i => Assert.Equal(box, Assert.Single(i.Reasons).Box));
        Assert.Equal(box == Annex3Box.Conflict, draft.Annex3.Conflict is not null);
        Assert.Equal(box == Annex3Box.ProtectedData ? [Recipient.IssuingAuthority, Recipient.EnforcingAuthority] : [Recipient.IssuingAuthority], draft.To);
        Assert.Equal(draft.Annex3.To, draft.To);
    }

    [Fact]
    public void Each_identifier_has_the_reasons_that_concern_it()
    {
        var form = LetterWorld.Letters.Write(LetterWorld.Matter(Epoc, ("authenticated", "true"))).Annex3!;

        Assert.Equal(new(Annex3Box.Authority, "traffic data: not issued or validated by a judge, court or investigating judge.", "Regulation (EU) 2023/1543, Art. 4(2)"), Assert.Single(form.Identifiers[0].Reasons));
        Assert.Empty(form.Identifiers[1].Reasons);
        Assert.Null(form.Conflict);
        Assert.True(form.Kept);
    }

    [Fact]
    public void What_is_impossible_and_why_is_left_to_counsel_where_it_tells_of_an_account()
    {
        var draft = LetterWorld.Letters.Write(LetterWorld.Matter(Epoc with { Issuing = Epoc.Issuing with { Kind = AuthorityKind.Judge } }, ("authenticated", "true"), ("data.impossible", "true")));

        Assert.Equal(new(Annex3Box.OtherImpossibility, null, "Regulation (EU) 2023/1543, Art. 10(7)"), Assert.Single(draft.Annex3!.Identifiers[0].Reasons));
        Assert.DoesNotContain("deleted in May", draft.Text, StringComparison.Ordinal);
        Assert.Contains("the reason, in words that may go out", draft.Gaps);
    }

    [Fact]
    public void Another_countrys_law_leaves_the_law_and_the_link_to_counsel()
    {
        var form = LetterWorld.Letters.Write(LetterWorld.Matter(Epoc, ("authenticated", "true"), ("conflict.ground", "foreignLaw"), ("conflict.country", "YY"))).Annex3!;
        Assert.Equal(new("YY", null, null, null), form.Conflict);
    }

    [Fact]
    public void The_questions_to_the_authority_are_Section_F()
    {
        var form = LetterWorld.Letters.Write(LetterWorld.Matter(Epoc, ("authenticated", "true")), "annex3").Annex3!;
        Assert.Equal([LetterWorld.Book.Facts["enforcingAuthority.notified"].Question], form.Questions);
    }

    [Fact]
    public void A_form_reads_back_exactly_from_XML_and_from_JSON() => LetterWorld.Holds(Form, form =>
    {
        var reading = Annex3Xml.Read(Annex3Xml.Write(form));
        Assert.Empty(reading.Faults);
        Assert.Equal(Json(form), Json(reading.Form!));
        Assert.Equal(Json(form), Json(JsonSerializer.Deserialize<Annex3>(Json(form), LawJson.Options)!));
        return true;
    }, 500);

    [Fact]
    public void The_form_of_any_demand_reads_back_exactly_whatever_the_demand_says() => LetterWorld.Holds(
        from drawn in LetterWorld.Situation(LetterWorld.Book) from words in ArbMap.Default.GeneratorFor<string>() from odd in Gen.Elements("\u202e", "\0", "\ud800", "]]>", "<a/>", "&amp;", "\uffff", "\r\n", "") select (drawn.Demand, drawn.Facts, words: (words ?? "") + odd + "z"),
        drawn =>
        {
            var form = Annex3.Of(Matter.Of(LetterWorld.Saying(drawn.Demand, drawn.words), drawn.Facts, LetterWorld.Book, LetterWorld.Received, LetterWorld.Received));
            var reading = Annex3Xml.Read(Annex3Xml.Write(form));
            Assert.Empty(reading.Faults);
            Assert.Equal(Json(form), Json(reading.Form!));
            return true;
        }, 200);

    [Theory]
    [InlineData("<kept>true</kept>", "<kept>yes</kept>", "it takes true, false or open")]
    [InlineData("<kept>true</kept>", "<kept> true</kept>", "it takes true, false or open")]
    [InlineData("<kept>true</kept>", "", "The element kept is missing")]
    [InlineData("<kept>true</kept>", "<kept>true</kept><kept>true</kept>", "once too often")]
    [InlineData("<box>authority</box>", "<box>Authority</box>", "it takes incomplete, manifestErrors")]
    [InlineData("<box>authority</box>", "<box>5</box>", "it takes incomplete, manifestErrors")]
    [InlineData("<box>authority</box>", "<box><b/>authority</box>", "There are elements where text goes")]
    [InlineData("<box>authority</box>", "<box why=\"\">authority</box>", "It has an attribute")]
    [InlineData("<reference>XX-ACTOR01-1234</reference>", "<reference></reference>", "it takes one line")]
    [InlineData("<reference>XX-ACTOR01-1234</reference>", "<reference>a\u202eb</reference>", "it takes one line")]
    [InlineData("<reference>XX-ACTOR01-1234</reference>", "<reference>a\nb</reference>", "it takes one line")]
    [InlineData("<reference>XX-ACTOR01-1234</reference>", "<reference>a  b</reference>", "it takes one line")]
    [InlineData("<received>2026-09-07T10:20:00Z</received>", "<received>2026-09-07T10:20:00+00:00</received>", "an instant in UTC")]
    [InlineData("<received>2026-09-07T10:20:00Z</received>", "<received>2026-09-07T10:20:00.000Z</received>", "an instant in UTC")]
    [InlineData("<received>2026-09-07T10:20:00Z</received>", "<received>2026-09-31T10:20:00Z</received>", "an instant in UTC")]
    [InlineData("<port>50123</port>", "<port>65536</port>", "a whole number from 0 to 65535")]
    [InlineData("<port>50123</port>", "<port>050123</port>", "a whole number from 0 to 65535")]
    [InlineData("<category>subscriber</category>", "<category>subscriber</category><category>subscriber</category>", "stand twice or out of order")]
    [InlineData("<to>issuingAuthority</to>", "", "The form goes to the issuing authority")]
    [InlineData("<to>issuingAuthority</to>", "<to>court</to>", "The form goes to the issuing authority")]
    [InlineData("<sectionF />", "", "The element sectionF is missing")]
    [InlineData("<sectionF />", "<sectionF>words</sectionF>", "text between its elements")]
    [InlineData("<sectionF />", "<sectionF /><sectionH/>", "something stands before it")]
    [InlineData("urn:counterseal:annex3:v1", "urn:counterseal:annex3:v2", "a form is annex3 of urn:counterseal:annex3:v1")]
    [InlineData("<annex3 ", "<!DOCTYPE annex3><annex3 ", "document type declaration")]
    [InlineData("<annex3 ", "<!DOCTYPE annex3 [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><annex3 ", "document type declaration")]
    [InlineData("<annex3 ", "<annex3 xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\" ", "It has an attribute")]
    [InlineData("<order>", "<order xmlns=\"urn:other\">", "The element order is missing")]
    public void A_form_that_is_not_as_we_write_it_is_refused_with_its_place(string was, string now, string says)
    {
        var text = File.ReadAllText(Path.Combine(LetterWorld.Drafts, "annex3.xml"));
        Assert.Contains(was, text, StringComparison.Ordinal);
        var reading = Annex3Xml.Read(Encoding.UTF8.GetBytes(text.Replace(was, now, StringComparison.Ordinal)));
        Assert.Null(reading.Form);
        Assert.Contains(reading.Faults, f => f.What.Contains(says, StringComparison.Ordinal) && f.Next.Length > 5);
        Assert.All(reading.Faults, f => Assert.True(f.Line > 0));
    }

    [Fact]
    public void Too_much_is_refused()
    {
        var form = LetterWorld.Letters.Write(LetterWorld.Matter(Epoc, ("authenticated", "true"))).Annex3!;
        var one = form.Identifiers[0];
        Assert.Empty(Annex3Xml.Read(Annex3Xml.Write(form with { Identifiers = [.. Enumerable.Repeat(one, Limits.Selectors)] })).Faults);
        Refused(form with { Identifiers = [.. Enumerable.Repeat(one, Limits.Selectors + 1)] }, "more than 1000 of identifier");
        Refused(form with { Identifiers = [one with { Reasons = [.. Enumerable.Repeat(one.Reasons[0], Annex3Xml.MostReasons + 1)] }] }, "more than 100 of reason");
        Refused(form with { Questions = [.. Enumerable.Repeat("Why?", Annex3Xml.MostQuestions + 1)] }, "more than 100 of question");
        Refused(form with { Reference = new string('r', 2001) }, "at most 2000 characters");
        var large = form with { Identifiers = [.. Enumerable.Repeat(one with { Reasons = [.. Enumerable.Repeat(one.Reasons[0] with { Explanation = new string('e', 2000) }, 20)] }, 1000)] };
        Assert.Contains("the most is 20971520", Assert.Throws<LetterException>(() => Annex3Xml.Write(large)).Message, StringComparison.Ordinal);
        Assert.Contains("at most 20971520 are read", Assert.Single(Annex3Xml.Read(new byte[Limits.Bytes + 1]).Faults).What, StringComparison.Ordinal);

        static void Refused(Annex3 form, string says) => Assert.Contains(Annex3Xml.Read(Annex3Xml.Write(form)).Faults, f => f.What.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public void Six_thousand_mutations_are_read_exactly_or_refused()
    {
        var seed = File.ReadAllBytes(Path.Combine(LetterWorld.Drafts, "annex3.xml"));
        var random = new Random(20264);
        var taken = 0;
        for (var n = 0; n < 6000; n++)
        {
            var bytes = seed.ToList();
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var at = random.Next(bytes.Count);
                var length = Math.Min(random.Next(1, 60), bytes.Count - at);
                switch (random.Next(5))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes[at] = (byte)"<>&\"'/ azA0"[random.Next(11)]; break;
                    case 2: bytes.RemoveRange(at, length); break;
                    case 3: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                    default: bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length)); break;
                }
            }
            var reading = Annex3Xml.Read(bytes.ToArray());
            Assert.Equal(reading.Form is null, reading.Faults.Count > 0);
            Assert.InRange(reading.Faults.Count, 0, Limits.Remarks);
            if (reading.Form is not { } form) continue;
            taken++;
            Assert.Equal(Json(form), Json(Annex3Xml.Read(Annex3Xml.Write(form)).Form!));
        }
        Assert.InRange(taken, 100, 3000);
    }

    private static Gen<string> Line => from words in ArbMap.Default.GeneratorFor<string>() select Kept(words ?? "");

    // A line as forms have them: visible, single spaces, at most 200 characters.
    private static string Kept(string words) => string.Join(' ', new string([.. words.Where(c => c == ' ' || (char.IsLetterOrDigit(c) && c < 0x1000) || char.IsPunctuation(c) || char.IsSymbol(c))]).Split(' ', StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 } line
        ? line[..Math.Min(line.Length, 200)].TrimEnd() : "x";

    private static Gen<string?> MaybeLine => Gen.OneOf(Gen.Constant<string?>(null), Line.Select(l => (string?)l));

    private static Gen<DateTimeOffset?> MaybeAt => Gen.OneOf(Gen.Constant<DateTimeOffset?>(null), Gen.Choose(0, 2_000_000_000).Select(s => (DateTimeOffset?)DateTimeOffset.FromUnixTimeSeconds(s).AddTicks(s % 3 * 1234567)));

    private static Gen<Annex3Identifier> Identifier =>
        from kind in Gen.Elements(Enum.GetValues<SelectorKind>())
        from value in Line
        from port in Gen.Elements<int?>(null, 0, 443, 65535)
        from at in MaybeAt
        from categories in Gen.SubListOf(Enum.GetValues<DataCategory>())
        from @from in MaybeAt
        from to in MaybeAt
        from reasons in Gen.ListOf(from box in Gen.Elements(Enum.GetValues<Annex3Box>()) from explanation in MaybeLine from citation in Line select new Annex3Reason(box, explanation, citation))
        select new Annex3Identifier(new(kind, value, port, at), [.. categories.Order()], @from, to, [.. reasons.Take(5)]);

    private static Gen<Annex3> Form =>
        from reference in Line
        from authority in Line
        from addressee in MaybeLine
        from issued in MaybeAt
        from both in Gen.Elements(true, false)
        from identifiers in Gen.ListOf(Identifier)
        from country in MaybeLine
        from law in MaybeLine
        from conflict in Gen.Elements(true, false)
        from questions in Gen.ListOf(Line)
        from kept in Gen.Elements<bool?>(null, true, false)
        select new Annex3(reference, authority, "XX", addressee, issued, LetterWorld.Received, both ? [Recipient.IssuingAuthority, Recipient.EnforcingAuthority] : [Recipient.IssuingAuthority],
            [.. identifiers.Take(5)], conflict ? new(country, law, null, law) : null, [.. questions.Take(5)], kept);

    private static string Json(Annex3 form) => JsonSerializer.Serialize(form, LawJson.Options);
}
