namespace Counterseal.Web.Tests;

/// <summary>Grades the headers of every route of the staff's pages and some of the public's, over HTTP and as behind a proxy that speaks TLS.</summary>
public sealed class HeaderTests
{
    private const string Policy = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_answer_has_the_headers_that_it_must_and_no_other_script_than_ours(bool https)
    {
        await using var stand = await DeskStand.Up(trial: true, origin: https ? "https://desk.example" : null);
        var faults = new List<string>();
        using var window = Faces.Client(stand.Pages);
        foreach (var row in AccessTable.Rows.Where(row => row.Door == Door.Desk && row.Method == "GET"))
        {
            var path = row.Pattern.Replace("{*path:nonfile}", "/nothing", StringComparison.Ordinal).Replace("{id}", "7F3K2M9QXTBC4W8NDV5HJ0RSAG", StringComparison.Ordinal).Replace("{version:int}", "1", StringComparison.Ordinal).Replace("*", "none.css", StringComparison.Ordinal);
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (https)
                request.Headers.Host = "desk.example";
            using var answer = await window.SendAsync(request);
            Grade("Content-Security-Policy", Policy);
            Grade("X-Content-Type-Options", "nosniff");
            Grade("Referrer-Policy", "no-referrer");
            Grade("X-Frame-Options", "DENY");
            Grade("Cross-Origin-Opener-Policy", "same-origin");
            Grade("Cross-Origin-Resource-Policy", "same-origin");
            Grade("Strict-Transport-Security", https ? "max-age=63072000; includeSubDomains" : null);
            if (answer.Headers.Contains("Server") || answer.Headers.Contains("X-Powered-By"))
                faults.Add($"{path} says what serves it");
            foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            {
                var name = cookie[..cookie.IndexOf('=', StringComparison.Ordinal)];
                if (!cookie.Contains("; httponly", StringComparison.OrdinalIgnoreCase) || !cookie.Contains("; samesite=strict", StringComparison.OrdinalIgnoreCase) || !cookie.Contains("; path=/", StringComparison.OrdinalIgnoreCase))
                    faults.Add($"{path}: cookie {name} is not for us alone: {cookie[name.Length..]}");
                if (https && (!name.StartsWith("__Host-", StringComparison.Ordinal) || !cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase)))
                    faults.Add($"{path}: cookie {name} is not kept to HTTPS and this host");
            }

            void Grade(string name, string? value)
            {
                var said = answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
                if (said != value)
                    faults.Add($"{path}: {name} is {said ?? "not there"}, not {value ?? "absent"}");
            }
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task No_address_holds_a_secret()
    {
        await using var stand = await DeskStand.Up();
        foreach (var row in AccessTable.Rows)
        {
            // What an unguessable address opens is the authority's own page, by its receipt, and a sealed report's; everything else names things, never keys.
            Assert.True(row.Thing == Thing.Token || !row.Pattern.Contains("{token}", StringComparison.Ordinal) && !row.Pattern.Contains("{code}", StringComparison.Ordinal) || row.Pattern == "/registry/states/{code}", row.Pattern);
        }
        var code = (await stand.Accounts.SetUpCode(default))!;
        using var window = Faces.Client(stand.Pages);
        using var answer = await window.GetAsync($"/set-up?code={code}&name=Eve");
        Assert.DoesNotContain(code, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
