using System.Globalization;
using System.Net.Http.Headers;

namespace Counterseal.Watch;

/// <summary>A feed as it stands on the shelf.</summary>
/// <param name="Name">Its name, as evidence gives it for its source.</param>
/// <param name="Place">Its file, folder or server.</param>
/// <param name="Indicators">Indicators that are used.</param>
/// <param name="Loaded">When what is used was read.</param>
/// <param name="Dropped">Parts left out.</param>
/// <param name="Mended">Parts that were read as they were meant.</param>
/// <param name="Unused">Parts that are of no use here.</param>
/// <param name="Trouble">Why it could not be read anew, and what is used instead; <c>null</c> when it could.</param>
public sealed record FeedStatus(string Name, string Place, int Indicators, DateTimeOffset Loaded, long Dropped, long Mended, long Unused, string? Trouble);

/// <summary>
/// The feeds and warning lists of an operator's folders and TAXII servers, read again when they change. What cannot be read leaves the last good reading in use and says so; what the operator took away
/// is no longer used. Each feed is read by itself, and all of them together become one <see cref="IndicatorMatching"/>, which is exchanged whole.
/// </summary>
/// <param name="folders">Folders with <c>stix/</c>, <c>misp/</c>, <c>galaxy/</c> and <c>csv/</c> (<c>docs/bell.md</c>).</param>
/// <param name="taxii">Servers.</param>
/// <param name="taxiiEvery">How often they are asked.</param>
/// <param name="warningLists">Folders of warning lists.</param>
/// <param name="unsaid">The confidence of an indicator whose source says none.</param>
/// <param name="time">The clock.</param>
public sealed class FeedShelf(IReadOnlyList<string> folders, IReadOnlyList<TaxiiSource> taxii, TimeSpan taxiiEvery, IReadOnlyList<string> warningLists, int unsaid, TimeProvider time) : IDisposable
{
    private const int MostSaid = 20;
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly SemaphoreSlim asking = new(1, 1);
    private readonly Dictionary<string, Held> held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Asked> asked = new(StringComparer.Ordinal);
    private volatile Use use = new(new IndicatorMatching(new Intelligence(), unsaid), WarningLists.None, [], []);
    private string listsStamp = "";

    private enum FeedKind
    {
        Stix,
        Misp,
        MispFeed,
        Galaxy,
        Csv,
    }

    private sealed record Source(FeedKind Kind, string Name, string Path);

    private sealed record Held(Source Source, string Stamp, Intelligence Known, DateTimeOffset Loaded, string? Trouble);

    private sealed class Asked
    {
        public Intelligence Known { get; set; } = new();
        public Dictionary<string, string?> Added { get; set; } = new(StringComparer.Ordinal);
        public DateTimeOffset Next { get; set; }
        public DateTimeOffset Loaded { get; set; }
        public string? Trouble { get; set; }
    }

    private sealed record Use(IndicatorMatching Matching, WarningLists Lists, IReadOnlyList<FeedStatus> Feeds, IReadOnlyList<(string Feed, FeedRemark Remark)> Remarks);

    /// <summary>The feeds in use.</summary>
    public IReadOnlyList<FeedStatus> Feeds => use.Feeds;

    /// <summary>What was left out, put right or of no use, by feed: the first of each kind.</summary>
    public IReadOnlyList<(string Feed, FeedRemark Remark)> Remarks => use.Remarks;

    /// <summary>What events are held against at present.</summary>
    public IndicatorMatching Matching => use.Matching;

    /// <summary>What could not be used of the warning lists.</summary>
    public IReadOnlyList<string> ListFaults => use.Lists.Faults;

    /// <inheritdoc/>
    public void Dispose()
    {
        one.Dispose();
        asking.Dispose();
    }

    /// <summary>Adds what fits an event and is on no warning list; a <see cref="Counterseal.Watch.Matching"/>.</summary>
    public void Match(WatchEvent happened, List<IndicatorMatch> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        var now = use;
        var from = into.Count;
        now.Matching.Match(happened, into);
        for (var i = into.Count - 1; i >= from; i--)
            if (now.Lists.Holding(into[i].Field, into[i].Value) is not null)
                into.RemoveAt(i);
    }

    /// <summary>Reads the files that changed since the last time.</summary>
    /// <param name="all">All of them, changed or not.</param>
    /// <param name="say">Told, in a sentence each, what changed and what could not be read; not twice the same.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <returns>Whether anything is different now.</returns>
    public async Task<bool> Refresh(bool all, Action<string> say, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(say);
        await one.WaitAsync(cancel);
        try
        {
            var changed = Files(all, say, cancel);
            var lists = Lists(all, say);
            if (changed || lists is not null)
                Exchange(changed, lists, say);
            return changed || lists is not null;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Asks the TAXII servers whose time has come. A slow one keeps nothing else waiting: what is in use is exchanged when its answer is whole.</summary>
    /// <param name="all">All of them, whether their time has come or not.</param>
    /// <param name="say">Told what could not be read.</param>
    /// <param name="cancel">Ends the asking.</param>
    /// <returns>Whether anything is different now.</returns>
    public async Task<bool> Ask(bool all, Action<string> say, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(say);
        await asking.WaitAsync(cancel);
        try
        {
            var different = false;
            foreach (var source in taxii)
                different |= await Ask(source, all, say, cancel);
            return different;
        }
        finally
        {
            asking.Release();
        }
    }

    private void Exchange(bool changed, WarningLists? lists, Action<string> say)
    {
        use = new(changed ? new IndicatorMatching(Together(), unsaid) : use.Matching, lists ?? use.Lists, Standing(), RemarksOf());
        say(string.Create(CultureInfo.InvariantCulture, $"{use.Feeds.Count} feeds are in use with {use.Matching.Values:N0} values to look for and {use.Matching.Patterns:N0} patterns"));
        foreach (var left in changed ? use.Matching.Left.Take(MostSaid) : [])
            say($"a pattern is not held against events: {left}");
    }

    private bool Files(bool all, Action<string> say, CancellationToken cancel)
    {
        var changed = false;
        var (there, unreadable) = Sources();
        foreach (var folder in unreadable)
            changed |= Away(folder, say);
        foreach (var source in there)
        {
            cancel.ThrowIfCancellationRequested();
            var before = held.GetValueOrDefault(source.Path);
            string stamp;
            try
            {
                stamp = Stamp(source.Path);
            }
            catch (Exception away) when (away is IOException or UnauthorizedAccessException)
            {
                stamp = away.Message;
            }
            if (before is not null && !all && before.Stamp == stamp)
                continue;
            var after = Read(source, stamp, before, cancel);
            if (after.Trouble is { } trouble && trouble != before?.Trouble)
                say($"{source.Path}: {trouble}");
            held[source.Path] = after;
            changed = true;
        }
        foreach (var gone in held.Values.Where(h => !there.Any(s => s.Path == h.Source.Path) && !unreadable.Any(folder => folder == h.Source.Path || Within(folder, h.Source.Path))).ToList())
        {
            if (!folders.Contains(gone.Source.Path))
                say($"{gone.Source.Path}: taken away; no longer used");
            held.Remove(gone.Source.Path);
            changed = true;
        }
        return changed;
    }

    private bool Away(string folder, Action<string> say)
    {
        var changed = false;
        var trouble = $"the folder {folder} cannot be read; what was read of it before is used until it can";
        var mine = held.Values.Where(h => Within(folder, h.Source.Path)).ToList();
        if (mine.Count == 0 && !held.ContainsKey(folder))
        {
            // Something to show where nothing was ever read.
            held[folder] = new(new(FeedKind.Stix, Path.GetFileName(folder), folder), "", new Intelligence(), time.GetUtcNow(), trouble);
            say(trouble);
            return true;
        }
        foreach (var one in mine.Where(h => h.Trouble != trouble))
        {
            held[one.Source.Path] = one with { Trouble = trouble, Stamp = "" };
            changed = true;
        }
        if (changed)
            say(trouble);
        return changed;
    }

    private Held Read(Source source, string stamp, Held? before, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var into = new Intelligence();
        string? trouble = null;
        try
        {
            Read(source, into, cancel);
            if (Cut(into) is { } cut)
                trouble = $"{cut.File}, line {cut.Line}: the file ends in the middle";
            else if (Nothing(into) && into.Remarks.All.OrderBy(remark => remark.Kind).FirstOrDefault() is { } first)
                trouble = $"nothing in it can be used ({first})";
        }
        catch (Exception away) when (away is IOException or UnauthorizedAccessException or FormatException)
        {
            trouble = away.Message;
        }
        if (trouble is null)
            return new(source, stamp, into, now, null);
        return before is null || Nothing(before.Known)
            ? new(source, stamp, into, now, $"{trouble}; {(Nothing(into) ? "nothing of it is used" : "what came before is used")}")
            : before with { Stamp = stamp, Trouble = string.Create(CultureInfo.InvariantCulture, $"{trouble}; the reading of {before.Loaded:yyyy-MM-dd HH:mm:ss} UTC is used until it is whole again") };
    }

    private static void Read(Source source, Intelligence into, CancellationToken cancel)
    {
        if (source.Kind == FeedKind.MispFeed)
        {
            MispFeed.InFolder(source.Path, source.Name, into).Read(cancel: cancel);
            return;
        }
        using var stream = File.OpenRead(source.Path);
        var file = Path.GetFileName(source.Path);
        switch (source.Kind)
        {
            case FeedKind.Stix:
                var reader = new StixReader(source.Name, into);
                reader.Read(stream, file, cancel);
                reader.Finish();
                break;
            case FeedKind.Misp:
                new MispReader(source.Name, into).Read(stream, file, cancel);
                break;
            case FeedKind.Galaxy:
                new GalaxyReader(source.Name, into).Read(stream, file, cancel);
                break;
            default:
                var mapping = Mapping(source.Path);
                if (!File.Exists(mapping))
                    throw new FormatException($"the mapping file {Path.GetFileName(mapping)} is not beside it; it says what the columns are (docs/watch.md)");
                new CsvReader(CsvMapping.Read(File.ReadAllBytes(mapping)), source.Name, into).Read(stream, file, cancel);
                break;
        }
    }

    private async Task<bool> Ask(TaxiiSource source, bool all, Action<string> say, CancellationToken cancel)
    {
        var state = asked.GetValueOrDefault(source.Name) ?? new Asked();
        if (!all && state.Next > time.GetUtcNow())
            return false;
        state.Next = time.GetUtcNow() + taxiiEvery;
        var (trouble, objects) = ((string?)null, 0L);
        // Into a copy: what is in use stays as it is until this is done.
        var known = new Intelligence();
        known.Add(state.Known);
        var added = new Dictionary<string, string?>(state.Added, StringComparer.Ordinal);
        try
        {
            using var client = new TaxiiClient(source.Server, source.Authorization is { } secret ? AuthenticationHeaderValue.Parse(secret) : null, clock: time);
            var wanted = new List<TaxiiCollection>();
            // A root elsewhere is another server, which the operator did not name.
            foreach (var root in (await client.Discover(cancel)).Where(root => root.Authority == source.Server.Authority))
                wanted.AddRange((await client.Collections(root, cancel)).Where(c => c.CanRead && (source.Collections.Count == 0 || source.Collections.Contains(c.Id) || source.Collections.Contains(c.Title))));
            if (source.Collections.FirstOrDefault(name => !wanted.Any(c => c.Id == name || c.Title == name)) is { } missing)
                trouble = $"it has no collection {missing} that may be read";
            foreach (var collection in wanted)
            {
                var key = $"{collection.Root}{collection.Id}";
                var fetch = await client.Fetch(collection, added.GetValueOrDefault(key), source.Name, known, cancel);
                objects += fetch.Objects;
                added[key] = fetch.Added ?? added.GetValueOrDefault(key);
                if (fetch.End != TaxiiEnd.LastPage)
                    trouble = fetch.What;
            }
        }
        catch (Exception away) when (away is TaxiiException or HttpRequestException or FormatException or IOException)
        {
            trouble = away.Message;
        }
        var before = state.Trouble;
        await one.WaitAsync(cancel);
        try
        {
            (state.Known, state.Added) = (known, added);
            asked[source.Name] = state;
            state.Trouble = trouble is null ? null : $"{trouble} What came before is used; it is asked again in {taxiiEvery.TotalMinutes.ToString("0", CultureInfo.InvariantCulture)} min.";
            if (state.Trouble is { } said && said != before)
                say($"{source.Name}: {said}");
            if (trouble is null || objects > 0)
                state.Loaded = time.GetUtcNow();
            if (objects == 0 && state.Trouble == before)
                return false;
            Exchange(changed: true, null, say);
            return true;
        }
        finally
        {
            one.Release();
        }
    }

    private WarningLists? Lists(bool all, Action<string> say)
    {
        var files = new List<string>();
        foreach (var folder in warningLists)
        {
            try
            {
                files.AddRange(Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
            }
            catch (Exception away) when (away is IOException or UnauthorizedAccessException)
            {
                if (listsStamp != away.Message)
                    say($"the warning lists in {folder} cannot be read ({away.Message}); those read before are used");
                listsStamp = away.Message;
                return null;
            }
        }
        var lists = new WarningLists();
        try
        {
            var stamp = string.Join('\n', files.Select(Stamp));
            if (stamp == listsStamp && !all)
                return null;
            foreach (var file in files)
            {
                // One broken list must not let all that the others hold harmless accuse everybody.
                lists.Add(Path.GetFileName(file), File.ReadAllBytes(file));
            }
            listsStamp = stamp;
        }
        catch (Exception away) when (away is IOException or UnauthorizedAccessException or FormatException)
        {
            if (listsStamp != away.Message)
                say($"{away.Message}: the warning lists read before are used until it is put right");
            listsStamp = away.Message;
            return null;
        }
        foreach (var fault in lists.Faults.Take(10))
            say(fault);
        return lists;
    }

    private Intelligence Together()
    {
        var all = new Intelligence();
        foreach (var known in held.Values.Select(h => h.Known).Concat(asked.Values.Select(a => a.Known)))
            all.Add(known);
        return all;
    }

    private List<FeedStatus> Standing() =>
        [.. held.Values.OrderBy(h => h.Source.Path, StringComparer.Ordinal).Select(h => Status(h.Source.Name, h.Source.Path, h.Known, h.Loaded, h.Trouble)),
            .. asked.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => Status(a.Key, taxii.First(t => t.Name == a.Key).Server.ToString(), a.Value.Known, a.Value.Loaded, a.Value.Trouble))];

    private static FeedStatus Status(string name, string place, Intelligence known, DateTimeOffset loaded, string? trouble) =>
        new(name, place, known.Indicators.Count, loaded, known.Remarks.Count(RemarkKind.Dropped), known.Remarks.Count(RemarkKind.Mended), known.Remarks.Count(RemarkKind.Unused), trouble);

    private List<(string, FeedRemark)> RemarksOf() =>
        [.. held.Values.OrderBy(h => h.Source.Path, StringComparer.Ordinal).SelectMany(h => h.Known.Remarks.All.Select(r => (h.Source.Name, r))),
            .. asked.SelectMany(a => a.Value.Known.Remarks.All.Select(r => (a.Key, r)))];

    private (List<Source> There, List<string> Unreadable) Sources()
    {
        var there = new List<Source>();
        var unreadable = new List<string>();
        foreach (var folder in folders)
        {
            var mine = new List<Source>();
            void Add(FeedKind kind, string path)
            {
                // Two feeds of one name would take each other's objects for versions of one.
                var name = kind == FeedKind.MispFeed ? Path.GetFileName(path) : Path.GetFileNameWithoutExtension(path);
                mine.Add(new(kind, there.Concat(mine).Any(s => s.Name == name) ? Path.GetRelativePath(folder, path) : name, path));
            }
            void Each(string name, string pattern, FeedKind kind)
            {
                var part = Path.Combine(folder, name);
                foreach (var path in Directory.Exists(part) ? Directory.GetFiles(part, pattern).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
                    if (!path.EndsWith(".mapping.json", StringComparison.Ordinal))
                        Add(kind, path);
            }
            try
            {
                _ = Directory.GetFileSystemEntries(folder);
                if (File.Exists(Path.Combine(folder, "threat-actor.json")))
                    Add(FeedKind.Galaxy, Path.Combine(folder, "threat-actor.json"));
                Each("galaxy", "*.json", FeedKind.Galaxy);
                Each("stix", "*.json", FeedKind.Stix);
                Each("misp", "*.json", FeedKind.Misp);
                var misp = Path.Combine(folder, "misp");
                foreach (var feed in Directory.Exists(misp) ? Directory.GetDirectories(misp).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
                    Add(FeedKind.MispFeed, feed);
                Each("csv", "*.csv", FeedKind.Csv);
                there.AddRange(mine);
            }
            catch (Exception away) when (away is IOException or UnauthorizedAccessException)
            {
                unreadable.Add(folder);
            }
        }
        return (there, unreadable);
    }

    // Cheap enough to ask for each file in every round.
    private static string Stamp(string path)
    {
        if (Directory.Exists(path))
            return string.Join('\n', Directory.GetFiles(path).Order(StringComparer.Ordinal).Select(Stamp));
        var file = new FileInfo(path);
        var mapping = Mapping(path);
        return string.Create(CultureInfo.InvariantCulture, $"{path} {file.LastWriteTimeUtc.Ticks} {file.Length}") + (path.EndsWith(".csv", StringComparison.Ordinal) && File.Exists(mapping) ? Stamp(mapping) : "");
    }

    private static string Mapping(string csv) => Path.ChangeExtension(csv, ".mapping.json");

    private static bool Within(string folder, string path) => path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static bool Nothing(Intelligence known) => known.Indicators.Count == 0 && known.Subjects.Count == 0 && known.ActorEntries.Count == 0;

    private static FeedRemark? Cut(Intelligence known) =>
        known.Remarks.All.FirstOrDefault(remark => remark.Kind == RemarkKind.Dropped && remark.What.Contains("file ends", StringComparison.OrdinalIgnoreCase));
}
