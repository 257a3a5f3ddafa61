using System.Text;
using Counterseal.Law;

namespace Counterseal.Intake.Tests;

/// <summary>The receiver's rules and the mapping of TS 103 120, each on the project's own messages with one thing changed.</summary>
public class MessageRuleTests
{
    private static readonly string Sample = Encoding.UTF8.GetString(Place.SampleBytes("unknown-category.xml"));
    private static readonly string Full = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "messages", "full.xml"));

    [Fact]
    public void Everything_the_full_message_says_is_in_its_demand()
    {
        var reading = Read(Full);
        Assert.Empty(reading.Faults);
        var demand = reading.Demand!;
        Assert.Equal("IE-COURT3-1", demand.Reference);
        Assert.Equal("eu.epoc", demand.Instrument);
        Assert.Equal(new("Prosecution Service, Example Town (COURT-3)", "IE", AuthorityKind.Prosecutor, null, "desk@prosecution.example", "35315550100"), demand.Issuing);
        Assert.Equal(new("District Court of Example Town", "IE", AuthorityKind.InvestigatingJudge), demand.Validating);
        Assert.Equal("EXAMPLE-MAIL (IE)", demand.Addressee);
        Assert.Equal(At("2026-10-02T08:15:00Z"), demand.Issued);
        Assert.True(demand.Emergency);
        Assert.Equal("A child was taken from her home this morning.", demand.EmergencyGround);
        Assert.Equal("Kidnapping", demand.Offence);
        Assert.Equal(new SecrecyOrder(null, null), demand.Secrecy);
        Assert.True(demand.EnforcingAuthorityNotified);
        Assert.Equal([At("2026-03-02T00:00:00Z"), At("2026-03-03T00:00:00Z"), At("2026-03-04T00:00:00Z")], demand.Scope.Items.Select(i => i.Selector.At!.Value));
        Assert.All(demand.Scope.Items, i =>
        {
            Assert.Equal(new(SelectorKind.IpAddress, "192.0.2.7", 51234, i.Selector.At), i.Selector);
            Assert.Equal([DataCategory.Subscriber, DataCategory.Identification], i.Categories);
            Assert.Equal(At("2026-03-01T00:00:00Z"), i.From);
            Assert.Equal(At("2026-03-31T22:00:00Z"), i.To);
        });
        foreach (var warned in new[] { "IsTest", "DelayInformingUser", "Subtype", "DeliveryDetails", "AuthorisationManualInformation", "ApprovalDetails", "Flags", "HandlingProfile", "StatusReason" })
            Assert.Contains(reading.Warnings, w => w.Element.Contains(warned, StringComparison.Ordinal) || w.What.Contains(warned, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("request1.xml", "3001", "HI1Object", "lawful interception")]
    [InlineData("request2.xml", "3001", "GET", "asks for the state")]
    [InlineData("request3.xml", "3005", "/HI1Message", "no AuthorisationObject")]
    [InlineData("request5-Binary-Delivery.xml", "3001", "DELIVER", "hands data over")]
    [InlineData("request7_TrafficPolicyObject.xml", "3001", "HI1Object", "handling live traffic")]
    [InlineData("request7_TrafficPolicyObject.xml", "3001", "UPDATE", "changed demand is sent as a new one")]
    [InlineData("request7_TrafficPolicyObject.xml", "3002", "ActionIdentifier", "more than one ActionRequest")]
    [InlineData("response1.xml", "3001", "ResponsePayload", "is a response")]
    [InlineData("response2.xml", "3001", "ResponsePayload", "is a response")]
    [InlineData("response3.xml", "3001", "ResponsePayload", "is a response")]
    public void ETSIs_other_examples_are_refused_for_what_they_are(string example, string code, string element, string says)
    {
        var reading = Door.Read(Place.Example(example));
        Assert.Null(reading.Demand);
        Assert.Contains(reading.Faults, f => f.Rule.Contains("error " + code, StringComparison.Ordinal)
            && f.Element.Contains(element, StringComparison.Ordinal) && f.What.Contains(says, StringComparison.Ordinal) && f.Line > 1);
    }

    [Theory]
    [InlineData("<core:ActionIdentifier>2<", "<core:ActionIdentifier>01<", "3002", "ActionRequest[2]/ActionIdentifier")]
    [InlineData("c9e3b5e8-0a9b-4a52-8c79-28a6d5c5e302", "b3a1a9de-62a5-4a57-9a0f-6b2f4c1c5d01", "3010", "ObjectIdentifier")]
    [InlineData("<core:AssociatedObject>b3a1a9de-62a5-4a57-9a0f-6b2f4c1c5d01</core:AssociatedObject>", "", "3016", "HI1Object")]
    [InlineData("<core:AssociatedObject>b3a1a9de-62a5-4a57-9a0f-6b2f4c1c5d01<", "<core:AssociatedObject>c9e3b5e8-0a9b-4a52-8c79-28a6d5c5e302<", "3016", "HI1Object")]
    [InlineData("2026-03-01T00:00:00Z</task:StartTime>", "2026-04-01T02:00:00+02:00</task:StartTime>", "3007", "EndTime")]
    [InlineData("tomas.novak@mail.example", "tomas.novak", "3007", "Value")]
    [InlineData("tomas.novak@mail.example", " ", "3007", "Value")]
    [InlineData(">EmailAddress<", ">InternationalE164<", "3007", "Value")]
    [InlineData(">EmailAddress<", ">IPv4Address<", "3007", "Value")]
    [InlineData(">EmailAddress<", ">IPv6Address<", "3007", "Value")]
    [InlineData(">EmailAddress<", ">TCPPort<", "3005", "RequestDetails")]
    [InlineData("V1.12.1", "V1.11.1", "3021", "ETSIVersion")]
    [InlineData("V1.12.1", "V2.1.1", "3021", "ETSIVersion")]
    [InlineData("task:LDTaskObject", "task:LITaskObject", "3001", "HI1Object")]
    [InlineData("task:LDTaskObject", "task:TDTaskObject", "3001", "HI1Object")]
    [InlineData("task:LDTaskObject", "task:SomethingObject", "3001", "HI1Object")]
    [InlineData("XX-POLICE-07-4711", "XX-POLICE-\u202e-4711", "3007", "Reference")]
    public void A_receivers_rule_is_applied_with_its_code_and_place(string part, string instead, string code, string element)
    {
        Assert.Contains(part, Sample, StringComparison.Ordinal);
        var reading = Read(Sample.Replace(part, instead, StringComparison.Ordinal));
        Assert.Null(reading.Demand);
        Assert.Contains(reading.Faults, f => f.Rule.Contains("error " + code, StringComparison.Ordinal) && f.Element.EndsWith(element, StringComparison.Ordinal) && f.Line > 1);
    }

    [Fact]
    public void A_missing_element_is_named_with_line_and_type()
    {
        var fault = Assert.Single(Read(Sample.Replace("<core:CountryCode>XX</core:CountryCode>\n      <core:UniqueIdentifier>POLICE-07", "<core:UniqueIdentifier>POLICE-07", StringComparison.Ordinal)).Faults);
        Assert.Equal(8, fault.Line);
        Assert.Equal("/HI1Message/Header/SenderIdentifier", fault.Element);
        Assert.Equal("TS 103 120 V1.12.1, Core schema, type EndpointID", fault.Rule);
        Assert.Equal("SenderIdentifier lacks CountryCode.", fault.What);
    }

    [Fact]
    public void Two_identifiers_in_one_task_are_not_guessed_at()
    {
        const string Value = "<task:RequestValue><task:FormatType><task:FormatOwner>ETSI</task:FormatOwner><task:FormatName>EmailAddress</task:FormatName></task:FormatType><task:Value>a@b.example</task:Value></task:RequestValue>";
        var fault = Assert.Single(Read(Sample.Replace("<task:RequestValues>", "<task:RequestValues>" + Value, StringComparison.Ordinal)).Faults);
        Assert.Contains("all of them together or any of them", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_tasks_make_one_demand_under_the_Authorisations_reference()
    {
        var start = Sample.LastIndexOf("<core:ActionRequest>", StringComparison.Ordinal);
        var end = Sample.LastIndexOf("</core:ActionRequest>", StringComparison.Ordinal) + "</core:ActionRequest>".Length;
        var second = Sample[start..end].Replace(">2<", ">3<", StringComparison.Ordinal).Replace("c9e3b5e8", "d9e3b5e8", StringComparison.Ordinal).Replace("tomas.novak", "Maeve.Quinn", StringComparison.Ordinal);
        var demand = Read(Sample.Insert(end, second)).Demand!;
        Assert.Equal("2026/4711", demand.Reference);
        Assert.Equal(["tomas.novak@mail.example", "maeve.quinn@mail.example"], demand.Scope.Items.Select(i => i.Selector.Value));
    }

    [Theory]
    [InlineData("SubscriberData", "subscriber")]
    [InlineData("UserIdentifyingData", "identification")]
    [InlineData("TrafficData", "traffic")]
    [InlineData("StoredContentData", "content")]
    [InlineData("SubscriberDataAndUserIdentifyingData", "subscriber identification")]
    [InlineData("TrafficDataAndStoredContentData", "traffic content")]
    [InlineData("Other", "")]
    [InlineData("EverythingYouHave", "")]
    public void A_request_type_is_its_categories_and_an_unknown_one_a_warning(string type, string categories)
    {
        var reading = Read(Typed("ETSI", "RequestType", type));
        Assert.Equal(categories, string.Join(' ', Assert.Single(reading.Demand!.Scope.Items).Categories).ToLowerInvariant());
        Assert.Equal(categories.Length == 0, reading.Warnings.Any(w => w.Element.EndsWith("RequestDetails/Type", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("XX", "RequestType", "SubscriberData")]
    [InlineData("ETSI", "TrafficDataAndStoredContentData", "SubscriberData")]
    public void A_type_of_another_dictionary_is_no_category(string owner, string name, string value) =>
        Assert.Empty(Assert.Single(Read(Typed(owner, name, value)).Demand!.Scope.Items).Categories);

    [Theory]
    [InlineData("EPOC", "eu.epoc")]
    [InlineData("EPOC-PR", null)]
    [InlineData("Warrant", null)]
    public void A_legal_type_is_an_instrument_only_where_it_goes_with_the_task(string type, string? instrument)
    {
        var reading = Read(Full.Replace("<c:Value>EPOC</c:Value>", $"<c:Value>{type}</c:Value>", StringComparison.Ordinal));
        Assert.Equal(instrument, reading.Demand!.Instrument);
        Assert.Equal(instrument is null, reading.Warnings.Any(w => w.Element.EndsWith("AuthorisationLegalType", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_preservation_task_of_a_later_version_never_becomes_a_production_order()
    {
        var message = Full.Replace("t:LDTaskObject", "t:LPTaskObject", StringComparison.Ordinal).Replace("V1.12.1", "V1.14.1", StringComparison.Ordinal);
        Assert.Null(Read(message).Demand!.Instrument);
        var preserving = Read(message.Replace("<c:Value>EPOC</c:Value>", "<c:Value>EPOC-PR</c:Value>", StringComparison.Ordinal));
        Assert.Equal("eu.epoc-pr", preserving.Demand!.Instrument);
        Assert.Contains(preserving.Warnings, w => w.What.Contains("V1.14.1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("<task:RequestDetails>", "<task:RequestDetails><task:Deadline>soon</task:Deadline>")]
    [InlineData("<task:RequestDetails>", "<task:RequestDetails later=\"x\">")]
    [InlineData("</core:Payload>", "</core:Payload><core:Signature><x xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/></core:Signature>")]
    [InlineData("http://uri.etsi.org/03120/common/2020/09/Task", "http://uri.etsi.org/03120/common/2027/01/Task")]
    [InlineData("V1.12.1", "V1.23.1")]
    public void What_a_later_version_brings_is_a_warning(string part, string instead)
    {
        var reading = Read(Sample.Replace(part, instead, StringComparison.Ordinal));
        Assert.Empty(reading.Faults);
        Assert.Equal(Read(Sample).Demand!.Reference, reading.Demand!.Reference);
        Assert.Contains(reading.Warnings, w => w.Rule == "TS 103 120, not in V1.12.1" && w.Line > 0);
    }

    [Theory]
    [InlineData("V1.12.1")]
    [InlineData("V1.13.1")]
    [InlineData("V1.22.1")]
    public void Each_version_up_to_the_last_one_looked_at_is_read_without_remark(string version)
    {
        var reading = Read(Sample.Replace("V1.12.1", version, StringComparison.Ordinal));
        Assert.Empty(reading.Faults.Concat(reading.Warnings));
        Assert.NotNull(reading.Demand);
    }

    [Theory]
    [InlineData("EmailAddress", "*@mail.example", SelectorKind.Unknown, "ETSI/EmailAddress:*@mail.example")]
    [InlineData("InternationalizedEmailAddress", "Büro@Mail.Example", SelectorKind.Mailbox, "büro@mail.example")]
    [InlineData("InternationalE164", "+353 86 000 1001", SelectorKind.Telephone, "353860001001")]
    [InlineData("InternationalE164", "0860001001", SelectorKind.Telephone, "0860001001")]
    [InlineData("IPv6Address", "2001:0db8:0000:0000:0000:0000:0000:0007", SelectorKind.IpAddress, "2001:db8::7")]
    [InlineData("IPv4Address", "192.000.002.07", SelectorKind.IpAddress, "192.0.2.7")]
    [InlineData("IMSI", "272030000000001", SelectorKind.Unknown, "ETSI/IMSI:272030000000001")]
    [InlineData("IPv4CIDR", "192.0.2.0/24", SelectorKind.Unknown, "ETSI/IPv4CIDR:192.0.2.0/24")]
    public void An_identifier_is_brought_to_its_normal_form_or_left_for_a_person(string format, string value, SelectorKind kind, string normal)
    {
        var reading = Read(Sample.Replace(">EmailAddress<", $">{format}<", StringComparison.Ordinal).Replace(">tomas.novak@mail.example<", $">{value}<", StringComparison.Ordinal));
        Assert.Equal(new(kind, normal), Assert.Single(reading.Demand!.Scope.Items).Selector);
        Assert.Equal(kind == SelectorKind.Unknown || value.StartsWith('0'), reading.Warnings.Count > 0);
    }

    [Fact]
    public void An_original_is_known_by_its_digest()
    {
        Assert.Equal(new("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3, Reading.Unknown), Original.Of("abc"u8, Reading.Unknown));
    }

    [Fact]
    public void A_folder_that_is_no_set_of_schemas_is_the_operators_fault_and_not_the_messages()
    {
        var folder = Directory.CreateTempSubdirectory("schemas");
        try
        {
            Assert.Throws<EtsiSchemasException>(() => EtsiSchemas.Load(Path.Combine(folder.FullName, "absent")));
            Assert.Throws<EtsiSchemasException>(() => EtsiSchemas.Load(folder.FullName));
            var file = Path.Combine(folder.FullName, "a.xsd");
            File.WriteAllText(file, "<a/>");
            Assert.Contains(file, Assert.Throws<EtsiSchemasException>(() => EtsiSchemas.Load(folder.FullName)).Message, StringComparison.Ordinal);
            File.WriteAllText(file, "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>");
            Assert.Throws<EtsiSchemasException>(() => EtsiSchemas.Load(folder.FullName));
            File.WriteAllText(file, "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"/>");
            Assert.Contains("HI1Message", Assert.Throws<EtsiSchemasException>(() => EtsiSchemas.Load(folder.FullName)).Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Reading Read(string text) => Door.Read(Encoding.UTF8.GetBytes(text));

    private static string Typed(string owner, string name, string value) => Sample.Replace("<task:RequestDetails>",
        $"<task:RequestDetails><task:Type><common:Owner>{owner}</common:Owner><common:Name>{name}</common:Name><common:Value>{value}</common:Value></task:Type>", StringComparison.Ordinal);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
