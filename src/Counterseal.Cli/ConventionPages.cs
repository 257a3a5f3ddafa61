using System.Globalization;
using System.Net;
using Counterseal.Convention;
using Counterseal.Desk;
using Counterseal.Ledger;
using Counterseal.Web;

namespace Counterseal.Cli;

/// <summary>The demo's pages: served, fetched, and left up when asked.</summary>
internal static class ConventionPages
{
    /// <summary>Serves the registry's pages and fetches each kind.</summary>
    public static async Task Run(RegistryReader reader, LogKeys log, LedgerClient ledger, string folder, bool stay, Action<string, bool, string> check, Action<string> say, CancellationToken cancel)
    {
        await using var face = PublicFace.Build(new()
        {
            Ground = new FaceGround { Listen = new IPEndPoint(IPAddress.Loopback, 0), Provider = "Registry demo", Trial = true },
            Origin = "http://127.0.0.1",
            LedgerKey = log.ToString(),
            Checkpoint = ledger.Checkpoint,
            Tile = (tile, stop) => ledger.FetchTile(tile, stop),
            Status = (_, _) => Task.FromResult<StatusView?>(null),
            Package = (_, _, _, _) => Task.FromResult<PackageFile?>(null),
            Submit = (_, _) => Task.FromResult(new Submission(null, null, [])),
            Registry = reader,
        });
        await face.StartAsync(cancel);
        var address = face.Urls.Single();
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        var incident = (await reader.Incidents("CN", "accused", null, 0, 500, cancel)).Rows.First(row => row.Version > 1).Id;
        foreach (var (path, holds) in ((string, string)[])[
            ("/registry", "States bound by a Digital Geneva Convention: none"), ("/registry/states/CN", "It is not bound by a Digital Geneva Convention"), ("/registry/states/US", "What it has pledged"),
            ("/registry/instruments/dgc/2017-04", "Policy paper of April 2017"), ("/registry/clauses/dgc/2017-02/6", "no mass event"), ("/registry/clauses/dgc/2017-04/6", "strong mandate to report"),
            ("/registry/clauses/un-gge/2015/j", "/registry/clauses/dgc/2017-04/6"), ("/registry/incidents", "Incidents"), ($"/registry/incidents/{incident}", "They contradict each other"), ("/registry/trends?state=CN&clause=us-cn/2015/1", "What these numbers cannot say")])
            await Fetch(path, holds);
        using var wrong = await client.GetAsync("/registry/clauses/dgc/2017-02/9", cancel);
        check("A clause of one version is not found under another", wrong.StatusCode == HttpStatusCode.NotFound, "/registry/clauses/dgc/2017-02/9");
        foreach (var (name, begins) in ((string, string)[])[("registry.csv", "id,feed,title"), ("registry.json", "{\"boundStates\":"), ("registry.stix.json", "{\"type\":\"bundle\"")])
        {
            var text = await client.GetStringAsync($"/registry/download/{name}", cancel);
            check($"Downloaded: {name}", text.StartsWith(begins, StringComparison.Ordinal) && text.Length > 50_000, string.Create(CultureInfo.InvariantCulture, $"{text.Length:N0} letters"));
        }
        if (stay)
        {
            say($"The pages are up at {address}/registry; Ctrl+C ends them.");
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
            }
            catch (OperationCanceledException)
            {
                // The ordinary end.
            }
        }
        await face.StopAsync(CancellationToken.None);

        async Task Fetch(string path, string holds)
        {
            using var answer = await client.GetAsync(path, cancel);
            var raw = await answer.Content.ReadAsStringAsync(cancel);
            var page = WebUtility.HtmlDecode(raw);
            check($"Fetched: {path}", answer.IsSuccessStatusCode && page.Contains(holds, StringComparison.Ordinal) && !raw.Contains("<script", StringComparison.Ordinal), answer.IsSuccessStatusCode ? "" : answer.StatusCode.ToString());
        }
    }
}
