using System.Text.Json;

namespace Counterseal.Watch.Tests;

/// <summary>Real intelligence, as published. Skipped where <c>../shared/intel</c> is absent.</summary>
public class RealFeedTests
{
    public static TheoryData<string, int, int> Bundles => new()
    {
        { "novispy.stix2", 18, 18 }, { "operation_triangulation.stix2", 112, 112 }, { "pegasus.stix2", 1549, 1549 }, { "predator.stix2", 585, 585 },
    };

    [Theory]
    [MemberData(nameof(Bundles))]
    public void Every_indicator_and_relationship_of_the_real_bundles_is_used(string file, int indicators, int relationships)
    {
        using var stream = File.OpenRead(Place.Intel("stix/" + file));
        var into = Feed.Stix(stream, file);
        Assert.Empty(into.Dropped());
        Assert.Equal((indicators, relationships, 1), (into.Indicators.Count, into.Relationships.Count, into.Subjects.Count));
        // One of them is a single label, below which everything would count: it is matched as a pattern, name for name.
        Assert.Equal(file == "predator.stix2" ? ["[domain-name:value='despachosnegocios']"] : [], into.Indicators.Where(i => i.Observables.Count == 0).Select(i => i.Pattern!.Text));
        Assert.Equal(file == "predator.stix2" ? 1 : 0, into.Mended().Count(r => r.What.Contains("single label", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_pattern_of_the_real_bundles_compiles_and_matches_what_it_names()
    {
        var patterns = 0;
        foreach (var file in Directory.GetFiles(Place.Intel("stix")))
        {
            using var bundle = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var o in bundle.RootElement.GetProperty("objects").EnumerateArray().Where(o => o.GetProperty("type").GetString() == "indicator"))
            {
                var reading = Pattern.Read(o.GetProperty("pattern").GetString()!);
                Assert.True(reading.Pattern is not null, $"{Path.GetFileName(file)}: {o.GetProperty("pattern")}: {reading.Fault}");
                var test = (PropertyTest)((ObservationTest)reading.Pattern.Root).Comparison;
                var seen = Named(test.Path, ((TextConstant)test.Values[0]).Value);
                Assert.Equal(PatternOutcome.Found, new PatternMatcher(reading.Pattern).Match([seen]).Outcome);
                Assert.Equal(PatternOutcome.NotFound, new PatternMatcher(reading.Pattern).Match([Named(test.Path, ((TextConstant)test.Values[0]).Value + "x")]).Outcome);
                patterns++;
            }
        }

        Assert.Equal(18 + 112 + 1549 + 585, patterns);

        static Observation Named(ObjectPath path, string value)
        {
            var json = JsonSerializer.Serialize(value);
            foreach (var step in path.Steps.Reverse()) json = $"{{{JsonSerializer.Serialize(((KeyStep)step).Name)}:{json}}}";
            return Observation.Read(DateTimeOffset.UnixEpoch, JsonDocument.Parse($"{{\"type\":\"{path.Type}\",{json[1..]}").RootElement);
        }
    }

    [Fact]
    public void What_the_real_bundles_write_in_their_own_way_is_used_and_listed()
    {
        using var stream = File.OpenRead(Place.Intel("stix/novispy.stix2"));
        var into = Feed.Stix(stream, "novispy.stix2");
        Assert.Equal(4, into.Mended().Count(r => r.What.Contains("“sha256” is SHA-256", StringComparison.Ordinal)));
        Assert.Contains(into.Mended(), r => r.What.Contains("“176.223.111.131” is an IP address where a domain name is expected", StringComparison.Ordinal) && r.Line > 0 && r.At.StartsWith("/objects/", StringComparison.Ordinal));
        var index = into.Index(out var all, out _);
        Assert.Equal("[domain-name:value='176.223.111.131']", all[Assert.Single(index.Find(ObservableKind.Address, "", "176.223.111.131")).Indicator].Text);
        Assert.Single(index.Find(ObservableKind.Hash, "SHA256", "D55E492D5FCE87898E065572A5553D1AC1389CD12BF3D28CABC1218CB29780AF"));
        Assert.Single(index.Find(ObservableKind.Text, "app:id", "com.gu.activity"));
    }

    [Theory]
    [InlineData("misp-dukes-operation-ghost-event.json", 87, 0)]
    [InlineData("misp-telebots.json", 78, 69)]
    [InlineData("misp-turla-comrat-v4-event.json", 36, 0)]
    [InlineData("misp-wintervivern.event.json", 13, 6)]
    [InlineData("oceanlotus-macOS.misp.event.json", 7, 0)]
    public void The_real_MISP_events_give_an_indicator_for_each_attribute_that_can_be_looked_up(string file, int indicators, int forDetection)
    {
        var into = new Intelligence();
        using var stream = File.OpenRead(Place.Intel("misp/" + file));
        Assert.Equal(1, new MispReader("misp", into).Read(stream, file));
        Assert.Equal((indicators, forDetection), (into.Indicators.Count, into.Indicators.Count(i => i.ForDetection)));
        Assert.All(into.Indicators, i => Assert.False(string.IsNullOrEmpty(i.Source)));
        Assert.All(into.Remarks.All, r => Assert.True(r.Line > 0 && r.What.Length > 0));
    }

    [Fact]
    public void A_published_event_that_is_not_JSON_is_used_but_for_its_fault_which_is_listed_with_its_line()
    {
        var into = new Intelligence();
        var bytes = File.ReadAllBytes(Place.Intel("misp/malicious_pypi_packages.misp-event.json"));
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(bytes));
        using var stream = new MemoryStream(bytes);
        Assert.Equal(1, new MispReader("misp", into).Read(stream, "pypi.json"));
        var fault = Assert.Single(into.Mended(), r => r.What.Contains("comma", StringComparison.Ordinal));
        Assert.Equal((37374L, RemarkKind.Mended), (fault.Line, fault.Kind));
        Assert.InRange(into.Indicators.Count, 500, 935);
        Assert.Empty(into.Dropped());
    }
}
