using System.Diagnostics;
using System.Net.Http.Headers;

namespace Counterseal.Watch.Tests;

/// <summary>The TAXII 2.1 client against a server that behaves, and against servers that do not.</summary>
public sealed class TaxiiTests : IAsyncLifetime
{
    private TaxiiServer server = null!;

    public async ValueTask InitializeAsync() => server = await TaxiiServer.Start();

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    private async Task<(TaxiiFetch Fetch, Intelligence Into)> Fetch(string collection, string? after = null, TaxiiLimits? limits = null, AuthenticationHeaderValue? credential = null)
    {
        using var client = new TaxiiClient(server.Address, credential, limits);
        var into = new Intelligence();
        var fetch = await client.Fetch(new(new(server.Address, "/api1/"), collection, collection, true), after, "taxii", into);
        return (fetch, into);
    }

    [Fact]
    public async Task Discovery_gives_API_roots_and_an_API_root_its_collections()
    {
        using var client = new TaxiiClient(server.Address);
        var roots = await client.Discover();
        Assert.Equal([new Uri(server.Address, "/api1/"), new Uri("https://elsewhere.example/api/")], roots);
        var collections = await client.Collections(roots[0]);
        Assert.Equal([("good", "Good", true), ("closed", "Closed", false)], collections.Select(c => (c.Id, c.Title, c.CanRead)));
        Assert.All(server.Asked, a => Assert.Equal("application/taxii+json; version=2.1", a.Accept));
    }

    [Fact]
    public async Task A_collection_is_read_to_its_last_page()
    {
        var (fetch, into) = await Fetch("good");
        Assert.Equal((TaxiiEnd.LastPage, 3, 10L, TaxiiServer.Added(9)), (fetch.End, fetch.Pages, fetch.Objects, fetch.Added));
        Assert.Equal(10, into.Indicators.Count);
        Assert.Empty(into.Remarks.All);
        Assert.Equal(["?limit=1000", "?limit=1000&next=4", "?limit=1000&next=8"], server.Asked.Select(a => a.Path[a.Path.IndexOf('?', StringComparison.Ordinal)..]));
    }

    [Fact]
    public async Task A_second_fetch_asks_only_for_what_was_added_after_the_first()
    {
        var first = (await Fetch("good")).Fetch;
        var (again, into) = await Fetch("good", first.Added);
        Assert.Equal((TaxiiEnd.LastPage, 0L), (again.End, again.Objects));
        var (part, later) = await Fetch("good", TaxiiServer.Added(7));
        Assert.Equal(["indicator--8", "indicator--9"], later.Indicators.Select(i => i.Id));
        Assert.Equal(TaxiiServer.Added(9), part.Added);
        Assert.Empty(into.Indicators);
    }

    [Fact]
    public async Task A_server_that_pages_for_ever_is_stopped_and_what_came_is_used()
    {
        var (fetch, into) = await Fetch("endless", limits: new() { Pages = 25 });
        Assert.Equal((TaxiiEnd.Bound, 25, 25), (fetch.End, fetch.Pages, into.Indicators.Count));
        Assert.Contains("After 25 pages", fetch.What, StringComparison.Ordinal);
        Assert.Equal(fetch.What, Assert.Single(into.Dropped()).What);
        Assert.Equal(25, server.Asked.Count);
    }

    [Fact]
    public async Task A_server_that_pages_for_ever_is_stopped_by_time_and_by_bytes_too()
    {
        var clock = Stopwatch.StartNew();
        var (byTime, _) = await Fetch("endless", limits: new() { Time = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(TaxiiEnd.Bound, byTime.End);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
        var (byBytes, into) = await Fetch("endless", limits: new() { Bytes = 2000 });
        Assert.Equal(TaxiiEnd.Bound, byBytes.End);
        Assert.Contains("bytes", byBytes.What, StringComparison.Ordinal);
        Assert.InRange(into.Indicators.Count, 1, 20);
    }

    [Theory]
    [InlineData("circle", TaxiiEnd.Bound, "in circles", 3)]
    [InlineData("empty", TaxiiEnd.Bound, "in a row were empty", 0)]
    [InlineData("nonext", TaxiiEnd.Failed, "not how to ask for it", 1)]
    [InlineData("fails", TaxiiEnd.Failed, "answered 503", 1)]
    [InlineData("html", TaxiiEnd.Failed, "application/taxii+json is expected", 0)]
    [InlineData("moved", TaxiiEnd.Failed, "redirects are not followed", 0)]
    [InlineData("secret", TaxiiEnd.Failed, "check the credential", 0)]
    [InlineData("nowhere", TaxiiEnd.Failed, "answered 404", 0)]
    [InlineData("cut", TaxiiEnd.Failed, "Page 2 is cut off", 2)]
    [InlineData("aborts", TaxiiEnd.Failed, "Page 1 is cut off", 1)]
    public async Task A_server_that_misbehaves_is_named_and_what_came_is_used(string collection, TaxiiEnd end, string reason, int indicators)
    {
        var (fetch, into) = await Fetch(collection);
        Assert.Equal((end, indicators), (fetch.End, into.Indicators.Count));
        Assert.Contains(reason, fetch.What, StringComparison.Ordinal);
        Assert.Contains(into.Dropped(), r => r.What == fetch.What);
    }

    [Fact]
    public async Task A_page_that_was_cut_off_is_asked_for_again()
    {
        // The second page says that object 3 was added last, and did not come whole.
        Assert.Equal(TaxiiServer.Added(1), (await Fetch("cut")).Fetch.Added);
    }

    [Fact]
    public async Task An_answer_that_never_ends_is_cut_at_the_limit_in_bounded_memory()
    {
        var (fetch, into) = await Fetch("stream", limits: new() { Bytes = 8 << 20 });
        Assert.Equal(TaxiiEnd.Bound, fetch.End);
        Assert.Equal(200, into.Indicators.Count);
        Assert.Contains("8388608 bytes", fetch.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_drips_is_given_up_in_time_and_what_came_is_used()
    {
        var clock = Stopwatch.StartNew();
        var (fetch, into) = await Fetch("slow", limits: new() { Answer = TimeSpan.FromMilliseconds(500) });
        Assert.Equal((TaxiiEnd.Bound, 1), (fetch.End, into.Indicators.Count));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    [Fact]
    public async Task The_credential_is_sent_to_the_server_and_nowhere_else()
    {
        var credential = new AuthenticationHeaderValue("Basic", "dTpw");
        Assert.Equal(TaxiiEnd.LastPage, (await Fetch("secret", credential: credential)).Fetch.End);
        await using var other = await TaxiiServer.Start();
        using var client = new TaxiiClient(server.Address, credential);
        Assert.Equal(TaxiiEnd.LastPage, (await client.Fetch(new(new(other.Address, "/api1/"), "good", "good", true), null, "taxii", new())).End);
        Assert.All(other.Asked, a => Assert.Equal("", a.Authorization));
    }

    [Fact]
    public async Task Resources_that_are_too_large_or_broken_are_refused()
    {
        using var client = new TaxiiClient(server.Address);
        Assert.Contains("more than 4194304 bytes", (await Assert.ThrowsAsync<TaxiiException>(() => client.Collections(new(server.Address, "/big/")))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", (await Assert.ThrowsAsync<TaxiiException>(() => client.Collections(new(server.Address, "/broken/")))).Message, StringComparison.Ordinal);
        Assert.Contains("404", (await Assert.ThrowsAsync<TaxiiException>(() => client.Collections(new(server.Address, "/none/")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_and_an_address_that_is_not_safe_are_named()
    {
        Assert.Contains("https://", Assert.Throws<TaxiiException>(() => new TaxiiClient(new("http://feeds.example/"))).Message, StringComparison.Ordinal);
        using var client = new TaxiiClient(new("http://127.0.0.1:9/"));
        var fetch = await client.Fetch(new(new("http://127.0.0.1:9/"), "x", "x", true), null, "taxii", new());
        Assert.Equal(TaxiiEnd.Failed, fetch.End);
        Assert.Contains("cannot be reached", fetch.What, StringComparison.Ordinal);
    }
}
