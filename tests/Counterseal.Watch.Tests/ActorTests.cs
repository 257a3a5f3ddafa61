using System.Text;
using System.Text.Json;

namespace Counterseal.Watch.Tests;

/// <summary>Who is who, and what may be said of a state.</summary>
public class ActorTests
{
    internal const string Galaxy = """
        {"type":"threat-actor","name":"Threat Actor","values":[
        {"value":"Some Bear","uuid":"c1000000-0000-4000-8000-000000000001","meta":{"synonyms":["Bear Two","Shared"],"country":"RU","attribution-confidence":"50","name-attribution":["Bear Two:f9eb432f-2293-48b7-bca4-cc78beb50df0"],"origin:Shared":"A Lab"}},
        {"value":"Some Panda","uuid":"c1000000-0000-4000-8000-000000000002","meta":{"synonyms":["SHARED"],"country":"","cfr-suspected-state-sponsor":"China"}},
        {"value":"Some Spider","uuid":"c1000000-0000-4000-8000-000000000003","meta":{"cfr-suspected-state-sponsor":"Unknown"}},
        {"value":"Some Kitten","uuid":"c1000000-0000-4000-8000-000000000004","meta":{"country":"IR","cfr-suspected-state-sponsor":"Iran (Islamic Republic of)"}},
        {"value":"Atlantean","uuid":"c1000000-0000-4000-8000-000000000005","meta":{"country":"Atlantis"}}]}
        """;

    private static Intelligence Read(string galaxy = Galaxy, Intelligence? into = null)
    {
        into ??= new();
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(galaxy));
        new GalaxyReader("galaxy", into).Read(stream, "galaxy.json");
        return into;
    }

    private static Intelligence Stix(Intelligence into, string feed, params string[] objects)
    {
        var reader = new StixReader(feed, into);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(Feed.Bundle(objects)));
        reader.Read(stream, feed + ".json");
        reader.Finish();
        return into;
    }

    private static string[] Origin(string name, string country, int confidence, string by = "A Lab", string more = "") =>
    [
        $$"""{"type":"intrusion-set","id":"intrusion-set--{{name.Replace(' ', '-')}}","name":"{{name}}","created_by_ref":"identity--1"{{more}}}""",
        $$"""{"type":"location","id":"location--1","country":"{{country}}"}""",
        $$"""{"type":"identity","id":"identity--1","name":"{{by}}"}""",
        $$"""{"type":"relationship","id":"relationship--1","relationship_type":"originates-from","source_ref":"intrusion-set--{{name.Replace(' ', '-')}}","target_ref":"location--1","confidence":{{confidence}},"created_by_ref":"identity--1"}""",
    ];

    [Fact]
    public void The_galaxy_has_1041_actors_476_with_a_country_481_with_country_or_sponsor_and_27_shared_names()
    {
        var path = Place.Intel("threat-actor.json");
        var into = new Intelligence();
        using var stream = File.OpenRead(path);
        Assert.Equal(1041, new GalaxyReader("galaxy", into).Read(stream, "threat-actor.json"));
        var catalogue = new ActorCatalogue(into);
        Assert.Equal(1041, catalogue.Actors.Count);
        Assert.Equal(476, catalogue.Actors.Count(a => a.States.Any(s => s.Source == "MISP galaxy threat-actor")));
        Assert.Equal(481, catalogue.Actors.Count(a => a.States.Count > 0));
        Assert.Equal(27, catalogue.SharedNames.Count());

        // The five that have a sponsor and no country say "Unknown": nobody names a state for them.
        Assert.Equal(476, catalogue.Actors.Count(a => a.States.Any(s => s.State is not null)));
        Assert.Empty(into.Dropped());

        // Recomputed from the file, without our reader.
        using var file = JsonDocument.Parse(File.ReadAllBytes(path));
        var values = file.RootElement.GetProperty("values").EnumerateArray().ToList();
        string? Meta(JsonElement v, string name) => v.GetProperty("meta").TryGetProperty(name, out var m) ? m.GetString() : null;
        Assert.Equal(1041, values.Count);
        Assert.Equal(476, values.Count(v => !string.IsNullOrEmpty(Meta(v, "country"))));
        Assert.Equal(477, values.Count(v => Meta(v, "country") is not null));
        Assert.Equal(481, values.Count(v => !string.IsNullOrEmpty(Meta(v, "country")) || !string.IsNullOrEmpty(Meta(v, "cfr-suspected-state-sponsor"))));
        var names = values.SelectMany((v, i) => new[] { v.GetProperty("value").GetString()! }.Concat(v.GetProperty("meta").TryGetProperty("synonyms", out var s) ? s.EnumerateArray().Select(x => x.GetString()!) : []).Select(n => n.ToUpperInvariant()).Distinct().Select(n => (n, i)));
        var shared = names.GroupBy(n => n.n).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        Assert.Equal(27, shared.Count);
        Assert.All(shared, name => Assert.True(catalogue.Resolve(name).IsAmbiguous, name));
        Assert.All(catalogue.Actors, a => Assert.NotEqual(SuspicionKind.Suspected, ActorCatalogue.Suspect(a).Kind));
    }

    [Fact]
    public void Every_name_has_its_source()
    {
        var bear = new ActorCatalogue(Read()).Resolve("some bear").Certain!;
        Assert.Equal([("Some Bear", "MISP galaxy threat-actor", true), ("Bear Two", "galaxy producer f9eb432f-2293-48b7-bca4-cc78beb50df0", false), ("Shared", "A Lab", false)], bear.Names.Select(n => (n.Name, n.Source, n.Primary)));
    }

    [Fact]
    public void A_shared_name_stays_ambiguous_and_an_unknown_one_unknown()
    {
        var catalogue = new ActorCatalogue(Read());
        Assert.Equal(["Some Bear", "Some Panda"], catalogue.Resolve(" shared ").Candidates.Select(a => a.Name));
        Assert.Null(catalogue.Resolve("shared").Certain);
        Assert.Empty(catalogue.Resolve("SomeBear").Candidates);
        Assert.Equal("Some Panda", catalogue.Resolve("c1000000-0000-4000-8000-000000000002").Certain!.Name);
    }

    [Fact]
    public void Empty_and_unknown_states_are_none_and_one_that_nobody_knows_is_listed()
    {
        var into = Read();
        var catalogue = new ActorCatalogue(into);
        Assert.Equal(["CN"], catalogue.Resolve("Some Panda").Certain!.States.Select(s => s.State!));
        Assert.Equal(SuspicionKind.None, ActorCatalogue.Suspect(catalogue.Resolve("Some Spider").Certain!).Kind);
        Assert.Contains("“Atlantis” is no state", Assert.Single(into.Dropped()).What, StringComparison.Ordinal);
    }

    [Fact]
    public void One_feed_never_makes_a_state_however_often_and_surely_it_says_so()
    {
        var into = Read();
        foreach (var actor in new ActorCatalogue(into).Actors) Assert.True(ActorCatalogue.Suspect(actor) is { State: null, Kind: SuspicionKind.None or SuspicionKind.OneVoice }, actor.Name);
        // Country and sponsor are two sources in one feed.
        Assert.Equal(2, new ActorCatalogue(into).Resolve("Some Kitten").Certain!.States.Count);
    }

    [Fact]
    public void A_second_feed_that_only_passes_on_the_first_makes_no_state()
    {
        var into = Feed.Misp(FeedTests.Event, Read(), "misp");
        var bear = new ActorCatalogue(into).Resolve("Some Bear").Certain!;
        Assert.Equal(["galaxy", "misp"], bear.Entries.Select(e => e.Feed));
        Assert.Equal((SuspicionKind.OneVoice, null), (ActorCatalogue.Suspect(bear).Kind, ActorCatalogue.Suspect(bear).State));
    }

    [Fact]
    public void Two_feeds_with_sources_of_their_own_make_a_suspicion_as_sure_as_the_second_of_them()
    {
        var into = Stix(Read(), "lab", Origin("Some Bear", "RU", 90));
        var suspicion = ActorCatalogue.Suspect(new ActorCatalogue(into).Resolve("Some Bear").Certain!);
        Assert.Equal((SuspicionKind.Suspected, "RU", 50), (suspicion.Kind, suspicion.State, suspicion.Confidence!.Value));
        Assert.Equal(["A Lab", "MISP galaxy threat-actor"], suspicion.Claims.Select(c => c.Source).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Feeds_that_disagree_make_a_dispute_and_no_state()
    {
        var into = Stix(Read(), "lab", Origin("Some Bear", "China", 90));
        var suspicion = ActorCatalogue.Suspect(new ActorCatalogue(into).Resolve("Some Bear").Certain!);
        Assert.Equal((SuspicionKind.Disputed, null), (suspicion.Kind, suspicion.State));
        Assert.Equal(2, suspicion.Claims.Count);
    }

    [Fact]
    public void A_suspicion_is_as_strictly_marked_as_what_it_rests_on()
    {
        var into = Stix(Read(), "lab", Origin("Some Bear", "RU", 90, more: ",\"object_marking_refs\":[\"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed\"]"));
        var actor = new ActorCatalogue(into).Resolve("Some Bear").Certain!;
        var suspicion = ActorCatalogue.Suspect(actor);
        Assert.Equal((SuspicionKind.Suspected, Tlp.Red, Tlp.Unmarked), (suspicion.Kind, suspicion.Tlp, actor.Tlp));
        Assert.Null(Disclosable<Suspicion>.Of(suspicion, suspicion.Tlp));
    }

    [Fact]
    public void An_entry_of_another_feed_joins_by_a_name_of_one_actor_and_stays_apart_by_a_shared_one()
    {
        var joined = new ActorCatalogue(Stix(Read(), "lab", """{"type":"intrusion-set","id":"intrusion-set--1","name":"BEAR TWO","aliases":["Third Bear"]}"""));
        Assert.Equal("Some Bear", joined.Resolve("Third Bear").Certain!.Name);
        Assert.Equal(5, joined.Actors.Count);
        var apart = new ActorCatalogue(Stix(Read(), "lab", """{"type":"intrusion-set","id":"intrusion-set--1","name":"Shared","aliases":["Third Bear"]}"""));
        Assert.Equal((6, 3), (apart.Actors.Count, apart.Resolve("Shared").Candidates.Count));
        // A bridge between two actors is no reason to join either.
        var bridge = new ActorCatalogue(Stix(Read(), "lab", """{"type":"intrusion-set","id":"intrusion-set--1","name":"Some Bear","aliases":["Some Panda"]}"""));
        Assert.Equal(6, bridge.Actors.Count);
        Assert.True(bridge.Resolve("Some Bear").IsAmbiguous);
    }

    [Fact]
    public void Indicators_lead_to_actors_by_relationships_and_by_names_beside_them_as_surely_as_the_weakest_step()
    {
        var into = Stix(Read(), "lab",
            Feed.Indicator("1"),
            Feed.Indicator("2"),
            """{"type":"malware","id":"malware--1","name":"Claw"}""",
            """{"type":"campaign","id":"campaign--1","name":"Winter"}""",
            """{"type":"intrusion-set","id":"intrusion-set--1","name":"Some Bear"}""",
            """{"type":"intrusion-set","id":"intrusion-set--2","name":"Some Kitten"}""",
            """{"type":"relationship","id":"relationship--1","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"malware--1","confidence":90}""",
            """{"type":"relationship","id":"relationship--2","relationship_type":"uses","source_ref":"campaign--1","target_ref":"malware--1","confidence":40}""",
            """{"type":"relationship","id":"relationship--3","relationship_type":"attributed-to","source_ref":"campaign--1","target_ref":"intrusion-set--1","confidence":70,"object_marking_refs":["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"]}""",
            """{"type":"relationship","id":"relationship--4","relationship_type":"uses","source_ref":"intrusion-set--2","target_ref":"malware--1"}""");
        var attribution = new Attribution(into, new ActorCatalogue(into));
        var links = attribution.Of(into.Indicators.Single(i => i.Id == "indicator--1"));
        Assert.Equal(["Some Bear", "Some Kitten"], links.Select(l => l.Who.Certain!.Name).Order(StringComparer.Ordinal));
        var bear = links.Single(l => l.Who.Certain!.Name == "Some Bear");
        Assert.Equal((40, Tlp.Amber, "indicates malware Claw · uses campaign Winter · attributed-to intrusion-set Some Bear"), (bear.Confidence!.Value, bear.Tlp, bear.Path));
        Assert.Null(links.Single(l => l != bear).Confidence);
        Assert.Empty(attribution.Of(into.Indicators.Single(i => i.Id == "indicator--2")));

        var misp = Feed.Misp(FeedTests.Event, Read(), "misp");
        var named = new Attribution(misp, new ActorCatalogue(misp)).Of(misp.Indicators.First());
        Assert.All(named, l => Assert.Equal("Some Bear", l.Who.Certain!.Name));
    }

    [Fact]
    public void Circles_of_relationships_come_to_an_end()
    {
        var into = Stix(new(), "lab", Feed.Indicator("1"),
            """{"type":"malware","id":"malware--1","name":"A"}""", """{"type":"malware","id":"malware--2","name":"B"}""",
            """{"type":"relationship","id":"relationship--1","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"malware--1"}""",
            """{"type":"relationship","id":"relationship--2","relationship_type":"variant-of","source_ref":"malware--1","target_ref":"malware--2"}""",
            """{"type":"relationship","id":"relationship--3","relationship_type":"variant-of","source_ref":"malware--2","target_ref":"malware--1"}""");
        Assert.Empty(new Attribution(into, new ActorCatalogue(into)).Of(into.Indicators.Single()));
    }

    [Fact]
    public void The_real_event_of_the_Dukes_leads_to_one_actor_by_its_clusters_identifier()
    {
        var into = new Intelligence();
        using var galaxy = File.OpenRead(Place.Intel("threat-actor.json"));
        new GalaxyReader("galaxy", into).Read(galaxy, "threat-actor.json");
        using var dukes = File.OpenRead(Place.Intel("misp/misp-dukes-operation-ghost-event.json"));
        new MispReader("misp", into).Read(dukes, "dukes.json");
        var catalogue = new ActorCatalogue(into);
        var links = new Attribution(into, catalogue).Of(into.Indicators.First());
        Assert.Contains("APT29", links.Select(l => l.Who.Certain?.Name));
    }
}
