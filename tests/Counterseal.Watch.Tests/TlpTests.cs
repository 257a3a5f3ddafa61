namespace Counterseal.Watch.Tests;

/// <summary>What is marked TLP:RED or TLP:AMBER+STRICT never becomes the content of a notice, whatever format it came in.</summary>
public class TlpTests
{
    private const string Two = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

    public static TheoryData<string, Tlp> Marks => new()
    {
        { "clear", Tlp.Clear }, { "white", Tlp.Clear }, { "green", Tlp.Green }, { "amber", Tlp.Amber }, { "amber+strict", Tlp.AmberStrict }, { "red", Tlp.Red }, { "ex:chr", Tlp.Unknown },
    };

    [Theory]
    [MemberData(nameof(Marks))]
    public void The_mark_is_read_from_every_format_and_decides_what_a_notice_may_carry(string mark, Tlp expected)
    {
        var stixTwo = Feed.Stix(Feed.Bundle(Feed.Indicator("1", more: "\"object_marking_refs\":[\"marking-definition--x\"]"), $$$"""{"type":"marking-definition","id":"marking-definition--x","extensions":{"{{{Two}}}":{"extension_type":"property-extension","tlp_2_0":"{{{mark}}}"} } }"""));
        var stixOne = Feed.Stix(Feed.Bundle(Feed.Indicator("1", more: "\"object_marking_refs\":[\"marking-definition--x\"]"), $$$"""{"type":"marking-definition","id":"marking-definition--x","definition_type":"tlp","definition":{"tlp":"{{{mark}}}"}}"""));
        var granular = Feed.Stix(Feed.Bundle(Feed.Indicator("1", more: "\"granular_markings\":[{\"selectors\":[\"pattern\"],\"marking_ref\":\"marking-definition--x\"}]"), $$$"""{"type":"marking-definition","id":"marking-definition--x","definition_type":"tlp","definition":{"tlp":"{{{mark}}}"}}"""));
        var mispEvent = Feed.Misp($$$"""{"Event":{"Attribute":[{"type":"domain","value":"a.example"}],"Tag":[{"name":"tlp:{{{mark}}}"}]}}""");
        var mispAttribute = Feed.Misp($$$"""{"Event":{"Attribute":[{"type":"domain","value":"a.example","Tag":[{"name":"TLP:{{{mark.ToUpperInvariant()}}}"}]}]}}""");
        var csv = Feed.Csv("""{"columns":{"value":"v","tlp":"t"},"fixed":{"type":"domain"}}""", $"v,t\na.example,{mark}\n");
        foreach (var into in new[] { stixTwo, stixOne, granular, mispEvent, mispAttribute, csv })
        {
            var indicator = Assert.Single(into.Indicators);
            Assert.Equal(expected, indicator.Tlp);
            Assert.Equal(expected is Tlp.Clear or Tlp.Green or Tlp.Amber, Disclosable<Indicator>.Of(indicator, indicator.Tlp) is not null);
        }
    }

    [Theory]
    [InlineData("613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp.Clear)]
    [InlineData("34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp.Green)]
    [InlineData("f88d31f6-486f-44da-b317-01333bde0b82", Tlp.Amber)]
    [InlineData("5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp.Red)]
    [InlineData("94868c89-83c2-464b-929b-a1a8aa3c8487", Tlp.Clear)]
    [InlineData("bab4a63c-aed9-4cf5-a766-dfca5abac2bb", Tlp.Green)]
    [InlineData("55d920b0-5e8b-4f79-9ee9-91f868d9b421", Tlp.Amber)]
    [InlineData("939a9414-2ddd-4d32-a0cd-375ea402b003", Tlp.AmberStrict)]
    [InlineData("e828b379-4e03-4974-9ac4-e53a884c97c1", Tlp.Red)]
    [InlineData("00000000-0000-4000-8000-000000000000", Tlp.Unknown)]
    public void Predefined_marks_need_no_definition_and_a_mark_that_nobody_defines_forbids(string id, Tlp expected) =>
        Assert.Equal(expected, Assert.Single(Feed.Stix(Feed.Bundle(Feed.Indicator("1", more: $"\"object_marking_refs\":[\"marking-definition--{id}\"]"))).Indicators).Tlp);

    [Fact]
    public void The_strictest_of_several_marks_counts_and_a_statement_is_no_restriction()
    {
        var into = Feed.Stix(Feed.Bundle(
            Feed.Indicator("1", more: "\"object_marking_refs\":[\"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da\",\"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed\"]"),
            Feed.Indicator("2", more: "\"object_marking_refs\":[\"marking-definition--c\",\"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da\"]"),
            """{"type":"marking-definition","id":"marking-definition--c","definition_type":"statement","definition":{"statement":"(c) A Lab"}}"""));
        Assert.Equal([Tlp.Red, Tlp.Green], into.Indicators.OrderBy(i => i.Id).Select(i => i.Tlp));
    }

    [Fact]
    public void A_narrow_distribution_without_a_mark_counts_as_strict()
    {
        foreach (var (distribution, expected) in new[] { ("0", Tlp.AmberStrict), ("4", Tlp.AmberStrict), ("1", Tlp.Unmarked), ("3", Tlp.Unmarked) })
            Assert.Equal(expected, Assert.Single(Feed.Misp($$$"""{"Event":{"distribution":"{{{distribution}}}","Attribute":[{"type":"domain","value":"a.example"}]}}""").Indicators).Tlp);
    }

    [Fact]
    public void There_is_no_way_to_a_notices_content_but_by_its_mark() =>
        Assert.Empty(typeof(Disclosable<string>).GetConstructors());
}
