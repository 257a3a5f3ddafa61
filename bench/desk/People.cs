using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Counterseal.Bench.Desk;

/// <summary>People at work: each looks at the queue and its filters, searches, opens demands, and takes a second or two between.</summary>
internal static class People
{
    public static async Task<int> Work(Uri face, string code, string sample, int people, TimeSpan warm, TimeSpan length)
    {
        var lines = (await File.ReadAllLinesAsync(sample)).Select(line => line.Split('\t')).ToLookup(line => line[0], line => line[1]);
        string[] ids = [.. lines["id"]], words = [.. lines["word"]], countries = [.. lines["country"].Distinct()];
        var taken = new ConcurrentDictionary<string, ConcurrentBag<double>>(StringComparer.Ordinal);
        var slow = new ConcurrentBag<(double Ms, string Path, double At)>();
        // Sign-in is limited to ten a minute for all addresses together: one person signs in, the others have the same cookie.
        var cookies = new CookieContainer();
        using var client = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false, MaxConnectionsPerServer = people }) { BaseAddress = face };
        var form = await client.GetStringAsync("/sign-in");
        var at = form.IndexOf("name=\"form\" value=\"", StringComparison.Ordinal) + "name=\"form\" value=\"".Length;
        using var signedIn = await client.PostAsync("/sign-in", new FormUrlEncodedContent([new("form", form[at..form.IndexOf('"', at)]), new("to", "/"), new("code", code)]));
        if (signedIn.StatusCode != HttpStatusCode.Redirect)
            throw new InvalidOperationException($"the code opened nothing: {signedIn.StatusCode}");
        // Once through everything, then everybody works for a while before it counts: what is measured is a desk that has been open, not a program that is still being compiled.
        foreach (var path in ids.Take(20).Select(id => $"/demands/{id}").Concat(words.Take(20).Select(word => "/?state=all&q=" + Uri.EscapeDataString(word))).Append("/"))
            _ = await client.GetStringAsync(path);
        var end = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, people).Select(person => Task.Run(async () =>
        {
            var draw = new Random(person);
            await Task.Delay(draw.Next(2000));
            var next = "/";
            while (end.Elapsed < warm + length)
            {
                var (what, path) = draw.Next(10) switch
                {
                    0 or 1 => ("queue", "/"),
                    2 => ("queue, next page", next),
                    3 => ("queue, filtered", draw.Next(4) switch { 0 => "/?show=burning", 1 => "/?show=emergency", 2 => $"/?to=Reviewer+{draw.Next(1, 51):00}", _ => $"/?country={countries[draw.Next(countries.Length)]}&show=today" }),
                    4 or 5 => ("search, open", "/?q=" + Uri.EscapeDataString(words[draw.Next(words.Length)])),
                    6 => ("search, all", "/?state=all&q=" + Uri.EscapeDataString(words[draw.Next(words.Length)])),
                    _ => ("demand", "/demands/" + ids[draw.Next(ids.Length)]),
                };
                var (watch, began) = (Stopwatch.StartNew(), end.Elapsed);
                using var answer = await client.GetAsync(path);
                var page = await answer.Content.ReadAsStringAsync();
                var ms = watch.Elapsed.TotalMilliseconds;
                if (answer.StatusCode != HttpStatusCode.OK)
                    throw new InvalidOperationException($"{path}: {answer.StatusCode}");
                if (began >= warm)
                {
                    taken.GetOrAdd(what, _ => []).Add(ms);
                    slow.Add((ms, path, (began - warm).TotalSeconds));
                }
                var link = page.IndexOf("rel=\"next\"", StringComparison.Ordinal);
                var from = link < 0 ? -1 : page.LastIndexOf("href=\"", link, StringComparison.Ordinal);
                next = from < 0 || what == "demand" ? next : WebUtility.HtmlDecode(page[(from + 6)..page.IndexOf('"', from + 6)]);
                await Task.Delay(draw.Next(1000, 3000));
            }
        })));
        foreach (var (what, list) in taken.OrderBy(one => one.Key, StringComparer.Ordinal))
            Console.WriteLine($"client, {what,-16} {Line([.. list])}");
        foreach (var (ms, path, second) in slow.OrderByDescending(one => one.Ms).Take(8))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"slowest: {ms:0.0} ms {path}, at {second:0.0} s"));
        return 0;
    }

    /// <summary>Count, median, 99th percentile and the most, in milliseconds.</summary>
    public static string Line(List<double> ms)
    {
        ms.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{ms.Count,6} requests, median {ms[ms.Count / 2],6:0.0} ms, p99 {ms[(int)(ms.Count * 0.99)],6:0.0} ms, most {ms[^1],6:0.0} ms");
    }
}
