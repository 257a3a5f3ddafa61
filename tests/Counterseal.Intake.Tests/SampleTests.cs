using Counterseal.Law;

namespace Counterseal.Intake.Tests;

public class SampleTests
{
    [Fact]
    public void The_emergency_sample_is_an_EPOC_for_two_categories_of_one_mailbox()
    {
        var reading = Door.Read(Place.SampleBytes("emergency.json"));

        Assert.Empty(reading.Faults);
        Assert.Equal("counterseal-json", reading.Format);
        var demand = reading.Demand!;
        Assert.Equal("IE-DC-2026-0417", demand.Reference);
        Assert.Equal("eu.epoc", demand.Instrument);
        Assert.True(demand.Emergency);
        Assert.StartsWith("A child was taken", demand.EmergencyGround, StringComparison.Ordinal);
        Assert.Equal(new("District Court of Example Town", "IE", AuthorityKind.Judge, "Judge A. Byrne", "registry@court.example", "+353 1 555 0100"), demand.Issuing);
        var item = Assert.Single(demand.Scope.Items);
        Assert.Equal(new(SelectorKind.Mailbox, "maeve.quinn@mail.example"), item.Selector);
        Assert.Equal([DataCategory.Subscriber, DataCategory.Identification], item.Categories);
        Assert.Null(item.From);
        Assert.Null(item.To);
    }

    [Fact]
    public void The_ordinary_sample_is_a_warrant_for_March_with_a_gag()
    {
        var demand = Door.Read(Place.SampleBytes("ordinary.json")).Demand!;

        Assert.Equal("us.sca.warrant", demand.Instrument);
        Assert.Null(demand.Emergency);
        Assert.Equal(new SecrecyOrder("18 USC 2705(b)", At("2027-03-21T00:00:00Z")), demand.Secrecy);
        Assert.Equal(At("2026-09-21T19:30:00Z"), demand.Issued);
        var item = Assert.Single(demand.Scope.Items);
        Assert.Equal([DataCategory.Traffic, DataCategory.Content], item.Categories);
        Assert.Equal(At("2026-03-01T00:00:00Z"), item.From);
        Assert.Equal(At("2026-04-01T00:00:00Z"), item.To);
    }

    [Fact]
    public void The_no_data_sample_asks_for_a_mailbox_that_nobody_has()
    {
        var item = Assert.Single(Door.Read(Place.SampleBytes("no-data.json")).Demand!.Scope.Items);
        Assert.Equal("nobody.here@mail.example", item.Selector.Value);
    }

    [Fact]
    public void The_sample_without_a_category_is_read_and_leaves_the_category_open()
    {
        var reading = Door.Read(Place.SampleBytes("unknown-category.xml"));

        Assert.Empty(reading.Faults);
        Assert.Equal("ts103120", reading.Format);
        var demand = reading.Demand!;
        Assert.Equal("XX-POLICE-07-4711", demand.Reference);
        Assert.Null(demand.Instrument);
        Assert.Equal(new("POLICE-07", "XX", AuthorityKind.Police, "Chief Inspector P. Sample", "p.sample@police.example", "420555010199"), demand.Issuing);
        Assert.Equal("EXAMPLE-MAIL (XX)", demand.Addressee);
        var item = Assert.Single(demand.Scope.Items);
        Assert.Empty(item.Categories);
        Assert.Equal(new(SelectorKind.Mailbox, "tomas.novak@mail.example"), item.Selector);
    }

    [Fact]
    public void ETSIs_own_request_for_stored_data_is_a_demand_without_category()
    {
        var reading = Door.Read(Place.Example("request4.xml"));

        Assert.Empty(reading.Faults);
        var demand = reading.Demand!;
        Assert.Equal("XX-ACTOR01-1234", demand.Reference);
        Assert.Equal(new("ACTOR01", "XX"), demand.Issuing);
        Assert.Equal("ACTOR02 (XX)", demand.Addressee);
        var item = Assert.Single(demand.Scope.Items);
        Assert.Equal(new(SelectorKind.Telephone, "442079460223"), item.Selector);
        Assert.Empty(item.Categories);
        Assert.Equal(At("2019-09-30T12:00:00Z"), item.From);
        Assert.Equal(At("2019-12-30T12:00:00Z"), item.To);
    }

    /// <summary>What is wrong with each broken sample: line, element, rule.</summary>
    [Theory]
    [InlineData("no-header.xml", 2, "/HI1Message", "type HI1Message")]
    [InlineData("status-by-sender.xml", 60, "/HI1Message/Payload/RequestPayload/ActionRequests/ActionRequest[2]/CREATE/HI1Object/Status", "error 3006")]
    [InlineData("unlinked-task.xml", 57, "/HI1Message/Payload/RequestPayload/ActionRequests/ActionRequest[2]/CREATE/HI1Object/AssociatedObjects/AssociatedObject", "error 3016")]
    [InlineData("dtd-bomb.xml", 2, "/", "XML 1.0")]
    [InlineData("cut-short.xml", 36, "/", "XML 1.0")]
    [InlineData("another-element.xml", 2, "/Invoice", "type HI1Message")]
    [InlineData("declared-latin1.xml", 1, "/", "error 3019")]
    [InlineData("not-xml.txt", 1, "/", "formats")]
    [InlineData("unknown-member.json", 26, "/backdoor", "#/additionalProperties")]
    [InlineData("duplicate-member.json", 25, "/offence", "RFC 8259, 4")]
    [InlineData("invalid-utf8.json", 6, "", "RFC 8259, 8.1")]
    [InlineData("wildcard.json", 20, "/scope/0/selector/mailbox", "#/$defs/selector/oneOf/0/properties/mailbox")]
    public void A_broken_sample_is_refused_with_line_element_and_rule(string name, int line, string element, string rule)
    {
        var reading = Door.Read(Place.SampleBytes("broken/" + name));

        Assert.Null(reading.Demand);
        var fault = reading.Faults[0];
        Assert.Equal(line, fault.Line);
        Assert.Equal(element, fault.Element);
        Assert.Contains(rule, fault.Rule, StringComparison.Ordinal);
        Assert.All(reading.Faults, f => Assert.True(f.What.Length > 10 && f.Next.Length > 10));
    }

    [Fact]
    public void Every_broken_sample_is_tried()
    {
        var tried = typeof(SampleTests).GetMethod(nameof(A_broken_sample_is_refused_with_line_element_and_rule))!
            .GetCustomAttributesData().Where(a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(a => ((IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)[0].Value!.ToString()!);
        Assert.Equal(Directory.GetFiles(Place.Sample("broken")).Select(Path.GetFileName).Order(StringComparer.Ordinal), tried.Order(StringComparer.Ordinal));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
