using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;

namespace Counterseal.Intake.Tests;

/// <summary>
/// ETSI's own schemas judge our reader: whatever we take without a warning "not in V1.12.1" they take, and whatever they take we
/// refuse only by a receiver's rule (error 30xx, docs/intake.md) or by one of the listed differences.
/// </summary>
public class XsdAgreementTests
{
    private const string Later = "not in V1.12.1";

    /// <summary>Where we are stricter than the XSD in the form of a value, as docs/intake.md lists it: type and what the values have in common.</summary>
    private static readonly (string Type, Func<string, bool> Differs)[] Stricter =
    [
        ("type ETSIVersion", v => v.Any(c => c > 0x7f)), // \d of XML Schema takes every digit of Unicode
        ("type nonNegativeInteger", v => v.Trim().Length > 18), // at most 18 digits
        ("type QualifiedDateTime", NoInstant),
        ("type QualifiedMicrosecondDateTime", NoInstant),
        ("type anyURI", v => v.Length is 0 or > 4096),
    ];

    /// <summary>24:00:00, offsets over 14 hours (which the .NET schema reader takes), and what in UTC lies outside the years 1 to 9999.</summary>
    private static bool NoInstant(string value) => value.Contains("T24:", StringComparison.Ordinal) || value.TrimEnd().EndsWith("15:00", StringComparison.Ordinal)
        || value.TrimEnd().EndsWith("14:01", StringComparison.Ordinal) || value.StartsWith("000", StringComparison.Ordinal) || value.StartsWith("9999", StringComparison.Ordinal);

    private static readonly string[] Values =
    [
        "", " ", "x", "XX", " XX ", "xx", "XXX", "0", "00", "-0", "-1", "+1", "1.0", "01", "99999999999999999999", "١", "true", "TRUE", "1 ", "a b",
        "V1.12.1", "V1.22.1", "V1.13", "v1.12.1", "V1.12.1 ", "V١.12.1", "V9.9.9", "2026-03-01T00:00:00Z", " 2026-03-01T00:00:00Z\n", "2026-03-01T00:00:00.000000Z",
        "2026-03-01T00:00:00", "2026-03-01T00:00:00+02:00", "2026-03-01T00:00:00+14:00", "2026-03-01T00:00:00+14:01", "2026-03-01T00:00:00+15:00",
        "2026-02-30T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T23:59:60Z", "0000-03-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
        "2026-03-01t00:00:00z", "2026-03-01 00:00:00Z", "2026-03-01T00:00:00-00:00", "2026-03-01T00:00:00.000000+01:00", "2026-13-01T00:00:00.000000Z",
        "7dbbc880-8750-4d3c-abe7-ea4a17646045", "7DBBC880-8750-4D3C-ABE7-EA4A17646045", "7dbbc880-8750-4d3c-abe7-ea4a1764604", "{7dbbc880-8750-4d3c-abe7-ea4a17646045}",
        "442079460223", "+442079460223", "4420794602231234", "192.0.2.1", "192.0.2.256", "192.0.2", "192.0.2.01", "192.0.2.001", "1.2.3.4.5", "0x7f.1.1.1",
        "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1", "2001:0DB8:0000:0000:0000:0000:0000:0001", "a@b", "a@b.example", "a@-b.example", "ä@b.example", "@", "a@", "@b", "a b@c", "a@b\nc",
        "65535", "65536", "2", "XX-A-1", "XX--1", "XX-A-", "xx-A-1", "XX-A\nB-1", "XX-A-1-2", "AAAA", "AAA=", "A", "AA==", "A A A A", "http://example.test/##", "::", "%zz", "http://[bad", "a:b c",
    ];

    [Fact]
    public void Each_example_of_ETSI_satisfies_the_schemas_and_fails_here_only_by_a_rule()
    {
        var schemas = EtsiSchemas.Load(Place.Schemas);
        var examples = Place.Examples;
        Assert.Equal(9, examples.Length);
        foreach (var example in examples)
        {
            var reading = Door.Read(File.ReadAllBytes(example), schemas);
            Assert.Equal("ts103120", reading.Format);
            Assert.DoesNotContain(reading.Faults, f => f.Rule.Contains("3020", StringComparison.Ordinal));
            Assert.All(reading.Faults, f => Assert.Contains("TS 103 120, error 30", f.Rule, StringComparison.Ordinal));
            Assert.Equal(Path.GetFileName(example) == "request4.xml", reading.Demand is not null);
        }
    }

    [Fact]
    public void Values_that_break_or_keep_a_type_get_the_verdict_of_the_schemas() =>
        Agree(Base().Take(1).SelectMany(name => Texts(name).SelectMany(i => LongValues().Concat(Values).Select(v => (Func<XDocument>)(() => With(name, i, e => e.Value = v))))));

    [Fact]
    public void Elements_deleted_doubled_moved_renamed_or_filled_get_the_verdict_of_the_schemas() =>
        Agree(Base().SelectMany(name => Enumerable.Range(0, Load(name).Descendants().Count()).SelectMany(i => Edits().Select(edit => (Func<XDocument>)(() => With(name, i, edit))))));

    [Fact]
    public void Two_thousand_random_pairs_of_edits_get_the_verdict_of_the_schemas()
    {
        var random = new Random(20261);
        var edits = Edits().ToArray();
        var names = Base().ToArray();
        Agree(Enumerable.Range(0, 2000).Select(_ => (Func<XDocument>)(() =>
        {
            var document = Load(names[random.Next(names.Length)]);
            for (var n = 0; n < 2; n++)
            {
                var all = document.Descendants().ToList();
                var element = all[random.Next(all.Count)];
                if (element.Parent is null) continue;
                if (random.Next(2) == 0 && !element.HasElements) element.Value = Values[random.Next(Values.Length)];
                else edits[random.Next(edits.Length)](element);
            }
            return document;
        })));
    }

    [Fact]
    public void With_the_schemas_given_their_errors_are_faults_with_line_and_element()
    {
        var text = Encoding.UTF8.GetString(Place.SampleBytes("unknown-category.xml")).Replace("<task:StartTime>", "<task:Begin>x</task:Begin><task:StartTime>", StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(text);

        Assert.Empty(Door.Read(bytes).Faults);
        var reading = Door.Read(bytes, Place.Schemas);

        var fault = Assert.Single(reading.Faults);
        Assert.Equal(61, fault.Line);
        Assert.Equal("/HI1Message/Payload/RequestPayload/ActionRequests/ActionRequest/CREATE/HI1Object/RequestDetails/Begin", fault.Element);
        Assert.Contains("3020", fault.Rule, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Base() => [Path.Combine(AppContext.BaseDirectory, "messages", "full.xml"), Place.Sample("unknown-category.xml")];

    private static XDocument Load(string path) => XDocument.Load(path, LoadOptions.PreserveWhitespace);

    /// <summary>One element of text for each name and parent's name.</summary>
    private static IEnumerable<int> Texts(string name) => Load(name).Descendants().Select((e, i) => (e, i)).Where(x => !x.e.HasElements)
        .DistinctBy(x => (x.e.Name, x.e.Parent!.Name)).Select(x => x.i);

    private static IEnumerable<string> LongValues() => [new string('a', 255), new string('a', 256), new string('a', 65535), new string('a', 65536), "XX-" + new string('a', 70000) + "-1", new string('a', 300) + "@b.example"];

    private static XDocument With(string name, int index, Action<XElement> edit)
    {
        var document = Load(name);
        edit(document.Descendants().ElementAt(index));
        return document;
    }

    private static IEnumerable<Action<XElement>> Edits()
    {
        XNamespace xsi = "http://www.w3.org/2001/XMLSchema-instance", foreign = "urn:example:other";
        XNamespace edition = "http://uri.etsi.org/03120/common/2031/01/Core";
        yield return e => { if (e.Parent is not null) e.Remove(); };
        yield return e => { if (e.Parent is not null) e.AddAfterSelf(new XElement(e)); };
        yield return e => { if (e.ElementsAfterSelf().FirstOrDefault() is { } next) { next.Remove(); e.AddBeforeSelf(next); } };
        yield return e => { if (e.Parent is { } p && p.Elements().First() != e) { e.Remove(); p.AddFirst(e); } };
        yield return e => { if (e.Parent is { } p && p.Elements().Last() != e) { e.Remove(); p.Add(e); } };
        yield return e => e.Name = e.Name.Namespace + (e.Name.LocalName + "X");
        yield return e => { if (e.Parent is not null) e.Name = foreign + e.Name.LocalName; };
        yield return e => { if (e.Parent is not null) e.Name = edition + e.Name.LocalName; };
        yield return e => e.RemoveNodes();
        yield return e => e.Add("text");
        yield return e => e.Add(new XCData("text"));
        yield return e => e.Add(new XComment("comment"), new XProcessingInstruction("a", "b"));
        yield return e => e.Add(new XElement(e.Name));
        yield return e => e.Add(new XElement(foreign + "Later", "x"));
        yield return e => e.SetAttributeValue("later", "x");
        yield return e => e.SetAttributeValue(foreign + "later", "x");
        yield return e => e.SetAttributeValue(XNamespace.Xml + "lang", "en");
        yield return e => e.SetAttributeValue(xsi + "nil", "true");
        yield return e => e.SetAttributeValue(xsi + "nil", "false");
        yield return e => e.SetAttributeValue(xsi + "schemaLocation", "urn:a http://192.0.2.1/a.xsd");
        yield return e => e.SetAttributeValue(xsi + "type", "nothing");
        yield return e => e.SetAttributeValue(xsi + "type", "EndpointID");
        yield return e => e.Attribute(xsi + "type")?.Remove();
        foreach (var type in new[] { "AuthorisationObject", "LDTaskObject", "LITaskObject", "LPTaskObject", "DocumentObject", "HI1Object" })
            yield return e => { if (e.Attribute(xsi + "type") is { } a) a.Value = a.Value[..(a.Value.IndexOf(':', StringComparison.Ordinal) + 1)] + type; };
    }

    private static void Agree(IEnumerable<Func<XDocument>> cases)
    {
        var set = new XmlSchemaSet { XmlResolver = null };
        foreach (var file in Directory.GetFiles(Place.Schemas, "*.xsd"))
            set.Add(null, file);
        set.Compile();
        int both = 0, neither = 0, rule = 0, later = 0;
        foreach (var make in cases)
        {
            var bytes = Bytes(make());
            var reading = Door.Read(bytes);
            var verdict = Verdict(bytes, set);
            if (reading.Demand is not null && reading.Warnings.Any(w => w.Rule.Contains(Later, StringComparison.Ordinal)))
            {
                later++;
            }
            else if (reading.Demand is not null)
            {
                if (verdict.Count > 0) Assert.Fail($"We take what the schemas refuse: {verdict[0]}\n{Encoding.UTF8.GetString(bytes)}");
                both++;
            }
            else if (verdict.Count == 0)
            {
                foreach (var fault in reading.Faults)
                    if (!fault.Rule.Contains("TS 103 120, error 30", StringComparison.Ordinal) && !Listed(fault, bytes))
                        Assert.Fail($"We refuse what the schemas take: {fault}\n{Encoding.UTF8.GetString(bytes)}");
                rule++;
            }
            else
            {
                neither++;
            }
        }
        Assert.True(both > 20 && neither > 100 && rule > 20, $"Of each verdict there must be cases: both {both}, neither {neither}, by rule {rule}, later {later}.");
        TestContext.Current.TestOutputHelper?.WriteLine($"both take {both}, both refuse {neither}, refused by a rule {rule}, taken with a warning {later}");
    }

    private static bool Listed(Remark fault, byte[] bytes) =>
        Stricter.Any(s => fault.Rule.EndsWith(s.Type, StringComparison.Ordinal)
            && XDocument.Load(new MemoryStream(bytes)).Descendants().Any(e => !e.HasElements && s.Differs(e.Value)));

    private static byte[] Bytes(XDocument document)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false) }))
            document.Save(writer);
        return stream.ToArray();
    }

    private static List<string> Verdict(byte[] bytes, XmlSchemaSet set)
    {
        var errors = new List<string>();
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, Schemas = set, XmlResolver = null, ValidationFlags = XmlSchemaValidationFlags.ReportValidationWarnings | XmlSchemaValidationFlags.AllowXmlAttributes };
        settings.ValidationEventHandler += (_, problem) => errors.Add($"{problem.Exception.LineNumber}: {problem.Message}");
        using var reader = XmlReader.Create(new MemoryStream(bytes), settings);
        while (reader.Read()) { }
        return errors;
    }
}
