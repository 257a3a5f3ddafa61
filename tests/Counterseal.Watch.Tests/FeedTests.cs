namespace Counterseal.Watch.Tests;

/// <summary>STIX bundles, MISP events and feeds, CSV by a mapping: what is taken, what is put right, what is left out.</summary>
public class FeedTests
{
    internal const string Event = """
        {"Event":{"info":"A campaign","uuid":"e1000000-0000-4000-8000-000000000001","date":"2026-01-02","timestamp":"1767312000","distribution":"3","Orgc":{"name":"A Lab"},
        "Attribute":[
        {"type":"domain","value":"evil.example","uuid":"a1000000-0000-4000-8000-000000000001","to_ids":true,"timestamp":"1767312001"},
        {"type":"domain|ip","value":"two.example|192.0.2.7","uuid":"a2","to_ids":true},
        {"type":"ip-dst|port","value":"192.0.2.8|443","uuid":"a3","to_ids":"1"},
        {"type":"filename|sha256","value":"x.exe|aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f","uuid":"a4","to_ids":true},
        {"type":"url","value":"hxxp://evil[.]example/a","uuid":"a5","to_ids":true,"first_seen":"2026-01-01T00:00:00.000000+0100"},
        {"type":"sha256","value":"tooshort","uuid":"a6","to_ids":true},
        {"type":"link","value":"https://report.example/","uuid":"a7","to_ids":false},
        {"type":"email-src","value":"Bad.Guy@Evil.Example","uuid":"a8","to_ids":false,"Tag":[{"name":"tlp:red"},{"name":"misp:confidence-level=\"usually-confident\""}]},
        {"type":"domain","value":"gone.example","uuid":"a9","to_ids":true,"deleted":true},
        {"type":"stix2-pattern","value":"[file:name = 'a'] FOLLOWEDBY [file:name = 'b']","uuid":"b1","to_ids":true},
        {"type":"stix2-pattern","value":"[file:name = ","uuid":"b2","to_ids":true}],
        "Object":[{"name":"file","Attribute":[{"type":"md5","value":"79054025255fb1a26e4bc422aef54eb4","uuid":"o1","to_ids":true}]},
        {"name":"file","deleted":true,"Attribute":[{"type":"md5","value":"89054025255fb1a26e4bc422aef54eb4","uuid":"o2","to_ids":true}]}],
        "Galaxy":[{"type":"threat-actor","GalaxyCluster":[{"value":"Some Bear","uuid":"c1000000-0000-4000-8000-000000000001","meta":{"synonyms":["Bear Two"],"country":["RU"]}}]}],
        "Tag":[{"name":"tlp:green"},{"name":"misp-galaxy:threat-actor=\"Some Bear\""}]}}
        """;

    [Fact]
    public void A_MISP_event_gives_its_attributes_with_the_events_marks_maker_actors_and_time()
    {
        var into = Feed.Misp(Event);
        var byId = into.Indicators.ToDictionary(i => i.Id);
        Assert.Equal(["a1000000-0000-4000-8000-000000000001", "a2", "a3", "a4", "a5", "a8", "b1", "o1"], byId.Keys.Order(StringComparer.Ordinal));
        var first = byId["a1000000-0000-4000-8000-000000000001"];
        Assert.Equal((Tlp.Green, "A Lab", new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero)), (first.Tlp, first.Source, first.ValidFrom));
        Assert.Equal(["c1000000-0000-4000-8000-000000000001", "Some Bear"], first.Actors);
        Assert.Equal([(ObservableKind.Domain, "two.example"), (ObservableKind.Address, "192.0.2.7")], byId["a2"].Observables.Select(o => (o.Kind, o.Value)));
        Assert.Equal("192.0.2.8", Assert.Single(byId["a3"].Observables).Value);
        Assert.Equal("SHA-256", Assert.Single(byId["a4"].Observables).Scope);
        Assert.Equal("http://evil.example/a", Assert.Single(byId["a5"].Observables).Value);
        Assert.Equal(new(2025, 12, 31, 23, 0, 0, TimeSpan.Zero), byId["a5"].ValidFrom);
        Assert.Equal((Tlp.Red, 75, false), (byId["a8"].Tlp, byId["a8"].Confidence!.Value, byId["a8"].ForDetection));
        Assert.NotNull(byId["b1"].Pattern);
    }

    [Fact]
    public void What_a_MISP_event_says_wrongly_or_for_other_readers_is_listed_with_its_place()
    {
        var into = Feed.Misp(Event);
        Assert.Equal(["/Event/Attribute/5", "/Event/Attribute/10"], into.Dropped().Select(r => r.At));
        Assert.Equal([8L, 13L], into.Dropped().Select(r => r.Line));
        Assert.Contains("64 hexadecimal digits", into.Dropped().First().What, StringComparison.Ordinal);
        Assert.Contains("column 14", into.Dropped().Last().What, StringComparison.Ordinal);
        Assert.Equal(["/Event/Attribute/6", "/Event/Attribute/8"], into.Remarks.All.Where(r => r.Kind == RemarkKind.Unused).Select(r => r.At));
        Assert.Equal("/Event/Attribute/4", Assert.Single(into.Mended()).At);
    }

    [Fact]
    public void Indicators_that_their_author_does_not_mean_for_detection_are_looked_up_only_when_asked_for()
    {
        var into = Feed.Misp(Event);
        Assert.DoesNotContain(into.Index(out _, out _).Find(ObservableKind.Mail, "", "bad.guy@evil.example"), h => h.How == HitKind.Same);
        Assert.Single(into.Index(out _, out _, detectionOnly: false).Find(ObservableKind.Mail, "", "bad.guy@evil.example"), h => h.How == HitKind.Same);
    }

    [Fact]
    public void An_event_that_is_cut_before_its_tags_may_not_reach_customers()
    {
        var into = Feed.Misp(Event[..Event.IndexOf("\"Galaxy\"", StringComparison.Ordinal)]);
        Assert.NotEmpty(into.Indicators);
        Assert.All(into.Indicators, i => Assert.False(TlpMarks.MayReachCustomers(i.Tlp)));
        // Nor where a tag among them cannot be read.
        var broken = Feed.Misp(Event.Replace("{\"name\":\"tlp:green\"}", "{\"name\":tlp:green}", StringComparison.Ordinal));
        Assert.All(broken.Indicators, i => Assert.False(TlpMarks.MayReachCustomers(i.Tlp)));
    }

    [Fact]
    public void A_feed_is_read_by_its_manifest_and_missing_or_strange_entries_are_listed()
    {
        const string uuid = "e1000000-0000-4000-8000-000000000001";
        var files = new Dictionary<string, string>
        {
            ["manifest.json"] = $$$"""{"{{{uuid}}}":{"timestamp":"1767312000"},"e2000000-0000-4000-8000-000000000001":{"timestamp":1767312000},"e3000000-0000-4000-8000-000000000001":{"timestamp":"1600000000"},"../../etc/passwd":{}}""",
            [uuid + ".json"] = Event,
        };
        var asked = new List<string>();
        var into = new Intelligence();
        var feed = new MispFeed(name => { asked.Add(name); return files.TryGetValue(name, out var text) ? new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)) : null; }, "misp", into);
        Assert.Equal(1, feed.Read(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal(["manifest.json", uuid + ".json", "e2000000-0000-4000-8000-000000000001.json"], asked);
        Assert.Contains(into.Dropped(), r => r.What.Contains("e2000000", StringComparison.Ordinal));
        Assert.Contains(into.Dropped(), r => r.What.Contains("no UUID", StringComparison.Ordinal));
    }

    [Fact]
    public void A_bundle_gives_indicators_subjects_relationships_and_sightings_with_who_made_them()
    {
        var into = Feed.Stix(Feed.Bundle(
            Feed.Indicator("1", more: """ "created_by_ref":"identity--1","confidence":80,"valid_until":"2026-02-01T00:00:00Z" """),
            """{"type":"intrusion-set","id":"intrusion-set--1","name":"Some Bear","aliases":["Bear Two"],"created_by_ref":"identity--1"}""",
            """{"type":"threat-actor","id":"threat-actor--1","name":"Unit 1"}""",
            """{"type":"campaign","id":"campaign--1","name":"Winter"}""",
            """{"type":"malware","id":"malware--1","name":"Claw","is_family":true}""",
            """{"type":"relationship","id":"relationship--1","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"malware--1","confidence":60}""",
            """{"type":"sighting","id":"sighting--1","sighting_of_ref":"indicator--1","count":7,"first_seen":"2026-01-03T00:00:00Z","created_by_ref":"identity--2"}""",
            """{"type":"identity","id":"identity--1","name":"A Lab"}"""));
        var indicator = Assert.Single(into.Indicators);
        Assert.Equal(("A Lab", 80), (indicator.Source, indicator.Confidence!.Value));
        Assert.True(indicator.IsValidAt(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.True(indicator.IsValidAt(new(2026, 1, 31, 23, 59, 59, TimeSpan.Zero)));
        Assert.False(indicator.IsValidAt(new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.False(indicator.IsValidAt(new(2025, 12, 31, 23, 59, 59, TimeSpan.Zero)));
        Assert.Equal(["A Lab", "Claw", "Some Bear", "Unit 1", "Winter"], into.Subjects.Select(s => s.Name).Order(StringComparer.Ordinal));
        Assert.Equal(60, Assert.Single(into.Relationships).Confidence);
        Assert.Equal((7L, "identity--2"), (Assert.Single(into.Sightings).Count, into.Sightings.First().Source));
        Assert.Empty(into.Remarks.All);
    }

    [Fact]
    public void The_latest_version_of_an_object_counts_in_whatever_order_they_come_and_a_revoked_one_is_gone()
    {
        var old = Feed.Indicator("1", "[domain-name:value = 'old.example']");
        var later = Feed.Indicator("1", "[domain-name:value = 'new.example']").Replace("\"modified\":\"2026-01-01", "\"modified\":\"2026-01-05", StringComparison.Ordinal);
        Assert.Equal("new.example", Assert.Single(Feed.Stix(Feed.Bundle(old, later)).Indicators).Observables[0].Value);
        Assert.Equal("new.example", Assert.Single(Feed.Stix(Feed.Bundle(later, old)).Indicators).Observables[0].Value);
        Assert.Empty(Feed.Stix(Feed.Bundle(old, later, """{"type":"indicator","id":"indicator--1","revoked":true}""")).Indicators);
    }

    [Theory]
    [InlineData(""" "x":1 """, """ "pattern_type":"stix" """, """ "pattern_type":"yara" """, RemarkKind.Unused, "yara")]
    [InlineData("", """ "pattern":"[domain-name:value = 'evil.example']", """, "", RemarkKind.Dropped, "no pattern")]
    [InlineData("", "[domain-name:value = 'evil.example']", "[domain-name:value == ]", RemarkKind.Dropped, "column 23")]
    [InlineData(""" "valid_until":"2026-01-01T00:00:00Z" """, "", "", RemarkKind.Dropped, "ends before it begins")]
    [InlineData(""" "valid_until":"soon" """, "", "", RemarkKind.Dropped, "nobody knows")]
    [InlineData(""" "confidence":101 """, "", "", RemarkKind.Mended, "0 to 100")]
    [InlineData(""" "confidence":"high" """, "", "", RemarkKind.Mended, "0 to 100")]
    [InlineData("", """ "valid_from":"2026-01-01T00:00:00Z" """, """ "x":1 """, RemarkKind.Mended, "time of creation")]
    [InlineData("", "\"valid_from\":\"2026-01-01T00:00:00Z\"", "\"valid_from\":\"2026-01-01 00:00:00\"", RemarkKind.Mended, "not written as STIX 2.1")]
    [InlineData("", "\"id\":\"indicator--1\",", "", RemarkKind.Dropped, "no id")]
    [InlineData("", "\"type\":\"indicator\",", "", RemarkKind.Dropped, "no type")]
    [InlineData("", "\"type\":\"indicator\"", "\"type\":\"grouping\"", RemarkKind.Unused, "grouping")]
    [InlineData("", "[domain-name:value = 'evil.example']", "[file:hashes.sha256 = 'aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f']", RemarkKind.Mended, "SHA-256")]
    public void What_an_indicator_says_wrongly_is_listed_with_its_place_and_reason(string more, string find, string replace, RemarkKind kind, string reason)
    {
        var text = Feed.Indicator("1", more: more.Trim());
        if (find.Length > 0) text = text.Replace(find.Trim(' '), replace.Trim(' '), StringComparison.Ordinal);
        var into = Feed.Stix(Feed.Bundle(Feed.Indicator("0"), text, Feed.Indicator("9")));
        var remark = Assert.Single(into.Remarks.All, r => r.What.Contains(reason, StringComparison.Ordinal));
        Assert.Equal((kind, "test.json", 2L, "/objects/1"), (remark.Kind, remark.File, remark.Line, remark.At));
        Assert.Equal(kind == RemarkKind.Mended ? 3 : 2, into.Indicators.Count);
    }

    private const string Map = """
        { // a mapping may have comments
          "delimiter": ";", "comment": "#",
          "columns": {"value": "Indicator", "type": "Kind", "validFrom": "First", "validUntil": "Last", "confidence": "Sure", "tlp": "Tlp", "actor": "Who"},
          "types": {"proc": "text process:name", "sample": "SHA-256"},
          "fixed": {"source": "A Lab", "tlp": "green"}
        }
        """;

    [Fact]
    public void A_CSV_file_is_read_by_its_mapping()
    {
        var into = Feed.Csv(Map, "\uFEFF# a list\r\nKind;Indicator;First;Last;Sure;Tlp;Who\r\ndomain;evil[.]example;2026-01-01;2026-03-01;70;;Some Bear\r\nproc;\"with;semicolon and \"\"quotes\"\"\nand a line\";;;;amber;\r\n\r\nip;198.51.100.0/24;;;;;\nsample;AEC070645FE53EE3B3763059376134F058CC337247C978ADD178B6CCDFB0019F;1767312000;;;TLP:RED;\n");
        Assert.Empty(into.Dropped());
        var all = into.Indicators.ToList();
        Assert.Equal(["evil.example", "with;semicolon and \"quotes\"\nand a line", "198.51.100.0/24", "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f"], all.Select(i => i.Observables[0].Value));
        Assert.Equal([Tlp.Green, Tlp.Amber, Tlp.Green, Tlp.Red], all.Select(i => i.Tlp));
        Assert.Equal((70, "A Lab", "Some Bear"), (all[0].Confidence!.Value, all[0].Source, all[0].Actors[0]));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), all[0].ValidUntil);
        Assert.Equal(["test.csv, line 3", "test.csv, line 4", "test.csv, line 7", "test.csv, line 8"], all.Select(i => i.Place));
    }

    [Fact]
    public void Records_that_cannot_be_used_are_listed_with_line_and_column()
    {
        var into = Feed.Csv(Map, "Kind;Indicator;First;Last;Sure;Tlp;Who\ndomain;no domain;;;;;\nnonsense;x;;;;;\ndomain;a.example;someday;;;;\ndomain;b.example;2026-01-02;2026-01-01;;;\ndomain;;;;;;\ndomain;com;;;;;\nip;300.1.1.1;;;;;\nip;0.0.0.0/0;;;;;\ndomain;c.example;;;110;;\ndomain;d.example;;;;secret;\n");
        Assert.Equal([(2L, "Indicator"), (3L, "Kind"), (4L, "First"), (5L, "Last"), (6L, "Indicator"), (7L, "Indicator"), (8L, "Indicator"), (9L, "Indicator")], into.Dropped().Select(r => (r.Line, r.At)));
        Assert.Equal([(10L, "Sure"), (11L, "Tlp")], into.Mended().Select(r => (r.Line, r.At)));
        Assert.Equal([null, Tlp.Unknown], into.Indicators.Select(i => i.Tlp == Tlp.Unknown ? Tlp.Unknown : (Tlp?)null));
    }

    [Fact]
    public void A_record_that_is_not_UTF8_and_a_quote_that_is_not_closed_are_listed_and_the_rest_is_read()
    {
        byte[] bytes = [.. "value\none.example\n"u8, 0xFF, (byte)'\n', .. "three.example\n\"four.example\nfive.example\n"u8];
        var into = Feed.Csv("""{"columns":{"value":"value"},"fixed":{"type":"domain"}}""", bytes);
        Assert.Equal(["one.example", "three.example"], into.Indicators.Select(i => i.Text));
        Assert.Equal([(3L, "The record is not UTF-8."), (5L, "The file ends within quotes.")], into.Dropped().Select(r => (r.Line, r.What)));
    }

    [Fact]
    public void A_column_that_the_file_lacks_is_named_before_anything_is_read()
    {
        var into = Feed.Csv(Map, "Kind;Value\ndomain;a.example\n");
        Assert.Contains("no column “Indicator”", Assert.Single(into.Dropped()).What, StringComparison.Ordinal);
        Assert.Empty(into.Indicators);
    }

    [Theory]
    [InlineData("{}", "/columns/value")]
    [InlineData("""{"columns":{"value":1}}""", "/fixed/type")]
    [InlineData("""{"columns":{"value":1},"fixed":{"type":"nonsense"}}""", "/fixed/type")]
    [InlineData("""{"columns":{"value":1},"types":{"x":"nonsense"},"fixed":{"type":"domain"}}""", "/types/x")]
    [InlineData("""{"columns":{"vale":1}}""", "/columns/vale")]
    [InlineData("""{"delimiter":";;"}""", "/delimiter")]
    [InlineData("""{"nonsense":1}""", "/nonsense")]
    [InlineData("[", "not such a JSON file")]
    [InlineData("[1]", "not such a JSON file")]
    public void A_mapping_that_cannot_be_used_says_where(string mapping, string where) =>
        Assert.Contains(where, Assert.Throws<FormatException>(() => CsvMapping.Read(System.Text.Encoding.UTF8.GetBytes(mapping))).Message, StringComparison.Ordinal);

    [Fact]
    public void Columns_may_be_numbered()
    {
        var into = Feed.Csv("""{"header":false,"columns":{"value":2,"type":"1"}}""", "md5,79054025255fb1a26e4bc422aef54eb4\nurl,http://a.example/x\n");
        Assert.Equal([ObservableKind.Hash, ObservableKind.Url], into.Indicators.Select(i => i.Observables[0].Kind));
    }
}
