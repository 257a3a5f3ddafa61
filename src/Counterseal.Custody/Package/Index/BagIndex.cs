using System.Globalization;
using System.Text.Json;

namespace Counterseal.Custody;

/// <summary>
/// A readable index of an opened bag: <c>index.html</c> and pages of at most 200 records, in a folder of their own beside the bag. Nothing of the bag is changed. The
/// pages are static, need no network, and hold one record at a time in memory.
/// </summary>
public static class BagIndex
{
    private const int PageSize = 200;

    private sealed record Listed(string Stream, long Records, long Bytes, DateTimeOffset? First, DateTimeOffset? Last, string Page);

    /// <summary>Writes the index of a bag that was opened.</summary>
    /// <param name="bag">The bag's folder.</param>
    /// <param name="folder">Where the index goes; it must not exist, and should be beside the bag.</param>
    /// <param name="checks">What was checked when it was opened; shown on the first page.</param>
    /// <param name="statement">What the gate stated.</param>
    /// <param name="cancel">Stops between records and leaves nothing behind.</param>
    /// <returns>The path of <c>index.html</c>.</returns>
    /// <exception cref="PackageException">The folder is there already.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static string Write(string bag, string folder, SealStatement statement, IReadOnlyList<Check> checks, CancellationToken cancel)
    {
        if (Path.Exists(folder))
            throw new PackageException($"{folder} is there already: the index is not written over it");
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            var accounts = new List<(string Account, List<Listed> Streams)>();
            var data = Path.Combine(bag, "data");
            foreach (var account in Directory.Exists(data) ? Directory.GetDirectories(data).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
            {
                var streams = Directory.GetFiles(account).Order(StringComparer.Ordinal).GroupBy(Stream, StringComparer.Ordinal);
                accounts.Add((Path.GetFileName(account), [.. streams.Select(parts => List(folder, Path.GetFileName(account), parts.Key, [.. parts], cancel))]));
            }
            var first = Path.Combine(folder, "index.html");
            First(bag, first, statement, checks, accounts);
            return first;
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>The stream of a part: <c>content-0001.mbox</c> is of <c>content.mbox</c>.</summary>
    private static string Stream(string path)
    {
        var name = Path.GetFileName(path);
        var (dash, dot) = (name.LastIndexOf('-'), name.LastIndexOf('.'));
        return dash > 0 && dot > dash ? name[..dash] + name[dot..] : name;
    }

    private static Listed List(string folder, string account, string stream, IReadOnlyList<string> parts, CancellationToken cancel)
    {
        using var lines = new PartLines(parts);
        var pages = new Pages(folder, account, stream, parts);
        using (pages)
        {
            if (stream.EndsWith(".mbox", StringComparison.Ordinal))
                Mail(lines, pages, cancel);
            else if (stream.EndsWith(".ndjson", StringComparison.Ordinal))
                Records(lines, pages, cancel);
            else
                pages.Files();
        }
        return new Listed(stream, pages.Count, parts.Sum(part => new FileInfo(part).Length), pages.Earliest, pages.Latest, pages.Name(1));
    }

    private static void Mail(PartLines lines, Pages pages, CancellationToken cancel)
    {
        using var header = new MemoryStream();
        var (inMessage, inHeader, size, part, offset) = (false, false, 0L, 0, 0L);
        while (lines.Next())
        {
            if (lines.Line.StartsWith("From "u8))
            {
                Message();
                cancel.ThrowIfCancellationRequested();
                (inMessage, inHeader, size, part, offset) = (true, true, 0, lines.Part, lines.Offset);
                continue;
            }
            size += lines.Length;
            inHeader &= lines.Line.Length > 0;
            if (!inHeader || header.Length + lines.Line.Length > 256 * 1024)
                continue;
            header.Write(lines.Line);
            header.WriteByte((byte)'\n');
        }
        Message();

        void Message()
        {
            if (!inMessage)
                return;
            var block = header.GetBuffer().AsSpan(0, (int)header.Length);
            var date = MessageHeaders.First(block, "date");
            pages.Mail(date is null ? null : MessageDate.Parse(date), date, Field("from"), Field("to"), Field("subject"), size, part, offset);
            header.SetLength(0);
        }

        string Field(string name) => EncodedWords.Decode(MessageHeaders.First(header.GetBuffer().AsSpan(0, (int)header.Length), name) ?? "");
    }

    private static void Records(PartLines lines, Pages pages, CancellationToken cancel)
    {
        while (lines.Next())
        {
            cancel.ThrowIfCancellationRequested();
            var row = new List<(string Name, string Value)>();
            DateTimeOffset? time = null;
            try
            {
                using var document = JsonDocument.Parse(lines.Text, new JsonDocumentOptions { MaxDepth = 16 });
                foreach (var member in document.RootElement.EnumerateObject())
                {
                    var value = Value(member.Value);
                    row.Add((member.Name, value));
                    if (time is null && member.Name is "time" or "from" or "created" && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
                        time = at;
                }
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                row.Add(("record", lines.Text));
            }
            pages.Record(row, time);
        }
    }

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Take(100).Select(Value)),
        _ => value.GetRawText(),
    };

    private static void First(string bag, string path, SealStatement statement, IReadOnlyList<Check> checks, List<(string Account, List<Listed> Streams)> accounts)
    {
        using var page = new IndexPage(path, $"{statement.Name}: what is in it");
        page.Raw($"<h1>{IndexPage.Text(statement.Name)}</h1>\n");
        if (statement.Trial)
            page.Raw("<p class=\"trial\">Trial mode: this is not a real answer.</p>\n");
        page.Raw("<p>What the package holds, as it was opened and checked on this computer. Every file lies in the folder beside this one; nothing here was fetched, and nothing runs.</p>\n");
        page.Terms(
            ("for", statement.Authority),
            ("sealed", $"{Law.Instant.Text(statement.SealedAt)} by {statement.Gate}"),
            ("demand", statement.DemandId),
            ("order", statement.Order),
            ("approved by", Approvers(bag) is { Length: > 0 } people ? people : "nobody"),
            ("encrypted as", PackageRecipients.WordOf(statement.Encryption)));
        Ordered(bag, page);
        page.Raw("<h2>What is in it</h2>\n");
        if (accounts.Count == 0)
            page.Raw("<p>No records: nothing in scope was found. What was looked for stands below.</p>\n");
        else
        {
            page.Begin("Streams of records", "account", "what", "records#", "bytes#", "first", "last");
            foreach (var (account, streams) in accounts)
            {
                foreach (var one in streams)
                {
                    page.Raw($"<tr><td>{IndexPage.Text(account)}</td><td><a href=\"{Uri.EscapeDataString(one.Page)}\">{IndexPage.Text(Words(one.Stream))}</a></td>"
                        + $"<td class=\"n\">{Number(one.Records)}</td><td class=\"n\">{Number(one.Bytes)}</td><td class=\"t\">{Time(one.First)}</td><td class=\"t\">{Time(one.Last)}</td></tr>\n");
                }
            }
            page.End();
        }
        Report(bag, page);
        page.Raw("<h2>What was checked</h2>\n<ul>\n");
        foreach (var check in checks)
            page.Raw($"<li class=\"{(check.Holds ? "holds" : "fails")}\">{IndexPage.Text(check.What)}</li>\n");
        page.Raw("</ul>\n");
    }

    private static string Words(string stream) => stream switch
    {
        "subscriber.ndjson" => "subscriber",
        "sessions.ndjson" => "sessions",
        "traffic.ndjson" => "traffic data of messages",
        "content.mbox" => "messages",
        _ => stream,
    };

    private static string Approvers(string bag)
    {
        var names = new List<string>();
        var folder = Path.Combine(bag, "approvals");
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            string name;
            try
            {
                name = Approval.Read(File.ReadAllBytes(path), path).Reviewer;
            }
            catch (RefusalException)
            {
                name = Path.GetFileName(path);
            }
            names.Add(name);
        }
        return string.Join(", ", names);
    }

    /// <summary>What was asked for, as the order in the bag says.</summary>
    private static void Ordered(string bag, IndexPage page)
    {
        Order order;
        try
        {
            order = Order.Read(File.ReadAllBytes(Path.Combine(bag, Bag.Order)));
        }
        catch (RefusalException)
        {
            return;
        }
        page.Raw("<h2>What was ordered</h2>\n");
        page.Terms(
            ("reference", order.Demand.Reference),
            ("instrument", order.Demand.Instrument ?? "not stated"),
            ("issued by", $"{order.Demand.Issuing.Name}, {order.Demand.Issuing.Country}"),
            ("received", Law.Instant.Text(order.Received)));
        page.Begin("Scope of the order", "whose", "categories", "from", "to");
        foreach (var item in order.Scope.Items)
        {
            page.Raw($"<tr><td>{IndexPage.Text($"{item.Selector.Kind.ToString().ToLowerInvariant()} {item.Selector.Value}")}</td><td>{IndexPage.Text(string.Join(", ", item.Categories.Select(one => one.ToString().ToLowerInvariant())))}</td>"
                + $"<td class=\"t\">{Time(item.From)}</td><td class=\"t\">{Time(item.To)}</td></tr>\n");
        }
        page.End();
    }

    /// <summary>What was looked for and left out, as <c>report.json</c> counts it; members that are new to this program are shown as they are.</summary>
    private static void Report(string bag, IndexPage page)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(bag, Bag.Report)), new JsonDocumentOptions { MaxDepth = 32 });
        page.Raw("<h2>What was left out, and why</h2>\n<p>Each record that was read is counted: written, outside the scope of the order, or not readable.</p>\n");
        if (document.RootElement.TryGetProperty("accounts", out var accounts) && accounts.ValueKind == JsonValueKind.Array && accounts.GetArrayLength() > 0)
        {
            page.Begin("Records counted", "account", "category", "written#", "out of scope#", "not readable#", "masked#");
            foreach (var one in accounts.EnumerateArray())
            {
                page.Raw($"<tr><td>{Cell(one, "account")}</td><td>{Cell(one, "category")}</td><td class=\"n\">{Cell(one, "inScope")}</td><td class=\"n\">{Cell(one, "outOfScope")}</td><td class=\"n\">{Cell(one, "unreadableTotal")}</td><td class=\"n\">{Cell(one, "masked")}</td></tr>\n");
            }
            page.End();
            foreach (var one in accounts.EnumerateArray())
                Details(one, page, $"{Cell(one, "account")}, {Cell(one, "category")}", ["account", "category", "inScope", "outOfScope", "unreadableTotal", "masked", "bytes", "times"]);
        }
        if (document.RootElement.TryGetProperty("selectors", out var selectors) && selectors.ValueKind == JsonValueKind.Array)
        {
            foreach (var one in selectors.EnumerateArray().Where(one => one.TryGetProperty("accounts", out var found) && found.ValueKind == JsonValueKind.Array && found.GetArrayLength() == 0))
                page.Raw($"<p>Item {Number(one.TryGetProperty("item", out var item) && item.TryGetInt64(out var n) ? n + 1 : 0)} of the order: no account was found. {Cell(one, "why")}</p>\n");
        }
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("accounts" or "selectors" or "v" or "order" or "trial"))
                Details(document.RootElement, page, member.Name, [.. document.RootElement.EnumerateObject().Select(one => one.Name).Where(name => name != member.Name)]);
        }
    }

    /// <summary>The lists among an object's members, an item a line.</summary>
    private static void Details(JsonElement element, IndexPage page, string title, string[] without)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (without.Contains(member.Name) || member.Value.ValueKind != JsonValueKind.Array || member.Value.GetArrayLength() == 0)
                continue;
            page.Raw($"<h3>{title}: {IndexPage.Text(member.Name)}</h3>\n<ul>\n");
            foreach (var one in member.Value.EnumerateArray())
                page.Raw($"<li>{IndexPage.Text(one.ValueKind == JsonValueKind.Object ? string.Join(" · ", one.EnumerateObject().Select(part => $"{part.Name}: {Value(part.Value)}")) : Value(one))}</li>\n");
            page.Raw("</ul>\n");
        }
    }

    private static string Cell(JsonElement element, string member) => element.TryGetProperty(member, out var value) ? IndexPage.Text(Value(value)) : "";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset? time) => time is { } at ? at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) : "";

    /// <summary>The pages of one stream, one after the other.</summary>
    private sealed class Pages(string folder, string account, string stream, IReadOnlyList<string> parts) : IDisposable
    {
        private readonly List<List<(string Name, string Value)>> held = [];
        private IndexPage? page;
        private int number;
        private bool opened;

        public long Count { get; private set; }
        public DateTimeOffset? Earliest { get; private set; }
        public DateTimeOffset? Latest { get; private set; }

        public string Name(int page) => $"{account}-{stream}-{page:D4}.html";

        public void Mail(DateTimeOffset? at, string? date, string from, string to, string subject, long size, int part, long offset)
        {
            if (Count % PageSize == 0)
                Turn(["no.#", "date", "from", "to", "subject", "bytes#", "where"]);
            Count1(at);
            page!.Raw($"<tr><td class=\"n\">{Number(Count)}</td><td class=\"t\">{(at is null ? IndexPage.Text(date ?? "", 60) : Time(at))}</td><td>{IndexPage.Text(from, 200)}</td><td>{IndexPage.Text(to, 200)}</td><td>{IndexPage.Text(subject, 300)}</td>"
                + $"<td class=\"n\">{Number(size)}</td><td>{Link(part)}<br><span class=\"soft\">byte {Number(offset)}</span></td></tr>\n");
        }

        public void Record(List<(string Name, string Value)> row, DateTimeOffset? at)
        {
            held.Add(row);
            Count1(at);
            if (held.Count == PageSize)
                Put();
        }

        public void Files()
        {
            Turn(["file"]);
            for (var i = 0; i < parts.Count; i++)
            {
                Count1(null);
                page!.Raw($"<tr><td>{Link(i)}</td></tr>\n");
            }
        }

        /// <summary>Writes the records that are held, in columns for all the members that they have.</summary>
        private void Put()
        {
            var columns = held.SelectMany(row => row.Select(cell => cell.Name)).Distinct(StringComparer.Ordinal).Take(40).ToList();
            Turn([.. columns]);
            foreach (var row in held)
            {
                page!.Raw("<tr>");
                foreach (var column in columns)
                    page.Raw($"<td>{IndexPage.Text(row.FirstOrDefault(cell => cell.Name == column).Value ?? "", 500)}</td>");
                page.Raw("</tr>\n");
            }
            held.Clear();
        }

        private void Count1(DateTimeOffset? at)
        {
            Count++;
            if (at is not { } time)
                return;
            Earliest = Earliest < time ? Earliest : time;
            Latest = Latest > time ? Latest : time;
        }

        private void Turn(string[] columns)
        {
            Close(more: true);
            number++;
            opened = true;
            var title = $"{account}: {Words(stream)}, page {number}";
            page = new IndexPage(Path.Combine(folder, Name(number)), title);
            page.Raw($"<nav aria-label=\"Up\"><a href=\"index.html\">What is in it</a></nav>\n<h1>{IndexPage.Text(title)}</h1>\n");
            page.Begin(title, columns);
        }

        private void Close(bool more)
        {
            if (page is null)
                return;
            page.End();
            page.Raw("<nav aria-label=\"Pages\">");
            if (number > 1)
                page.Raw($"<a href=\"{Uri.EscapeDataString(Name(number - 1))}\" rel=\"prev\">page {number - 1}</a>");
            if (more)
                page.Raw($"<a href=\"{Uri.EscapeDataString(Name(number + 1))}\" rel=\"next\">page {number + 1}</a>");
            page.Raw("</nav>\n");
            page.Dispose();
            page = null;
        }

        private string Link(int part)
        {
            var path = Path.GetRelativePath(folder, parts[part]).Split(Path.DirectorySeparatorChar).Select(segment => segment == ".." ? segment : Uri.EscapeDataString(segment));
            return $"<a href=\"{string.Join('/', path)}\">{IndexPage.Text(Path.GetFileName(parts[part]))}</a>";
        }

        public void Dispose()
        {
            if (held.Count > 0)
                Put();
            if (!opened)
                Turn(["nothing"]);
            Close(more: false);
        }
    }
}
