using System.Globalization;
using Counterseal.Ledger;
using Counterseal.Watch;

namespace Counterseal.Convention;

/// <summary>Something that a check found wrong.</summary>
/// <param name="Kind"><c>text</c>, <c>order</c>, <c>signature</c>, <c>ledger</c>, <c>version</c>, <c>document</c>, <c>instrument</c> or <c>index</c>.</param>
/// <param name="Where">In what.</param>
/// <param name="What">One sentence.</param>
public sealed record RegistryFault(string Kind, string Where, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind}, {Where}: {What}";
}

/// <summary>What a check came to.</summary>
/// <param name="Events">Events that were derived again.</param>
/// <param name="Versions">Versions that were.</param>
/// <param name="Faults">Everything wrong, at most <see cref="RegistryCheck.Most"/>.</param>
public sealed record RegistryReport(long Events, long Versions, IReadOnlyList<RegistryFault> Faults)
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool Good => Faults.Count == 0;
}

/// <summary>Derives a registry again from its events and names what was tampered with: a text, the order of events, a signature, a document, a version. Needs no secret but, for the last check, the tags' key.</summary>
public static class RegistryCheck
{
    /// <summary>Faults reported, at most.</summary>
    public const int Most = 1000;

    /// <summary>Checks.</summary>
    /// <param name="record">The registry.</param>
    /// <param name="folder">Its data folder with instruments and documents; <c>null</c> leaves those out.</param>
    /// <param name="ledger">The ledger, to see that it holds no event of ours that the registry lost; <c>null</c> leaves that out, and each event's own proof is checked all the same.</param>
    /// <param name="tags">The registry's key for tags, which that needs.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<RegistryReport> Run(RegistryRecord record, string? folder, LedgerClient? ledger, WriterKey? tags, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        var faults = new List<RegistryFault>();
        void Fault(string kind, string where, string what)
        {
            if (faults.Count < Most)
                faults.Add(new(kind, where, what));
        }
        var listed = new Dictionary<(string, long), (long Event, string Sha256)>();
        var events = await Events(record, listed, tags, Fault, cancel);
        if (ledger is not null && tags is not null)
            await Lost(ledger, tags, events, Fault, cancel);
        var versions = await Versions(record, listed, Fault, cancel);
        await Index(record, Fault, cancel);
        if (folder is not null)
        {
            foreach (var pledge in await record.All<Pledge>("pledge", cancel))
            {
                if (pledge.DocumentFault(folder) is { } changed)
                    Fault("document", pledge.Subject, changed);
                if (pledge.SignatureFault() is { } unsigned)
                    Fault("signature", pledge.Subject, unsigned);
            }
            await Instruments(record, folder, Fault, cancel);
        }
        return new(events, versions, faults);
    }

    private static async Task<long> Events(RegistryRecord record, Dictionary<(string, long), (long, string)> listed, WriterKey? tags, Action<string, string, string> fault, CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        await using var command = WatchDatabase.Command(connection, "SELECT n, at, kind, bytes, note, salt, logged, leaf_index, proof FROM registry_events ORDER BY n");
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var (expected, previous, at, index) = (0L, RegistryEvent.None, DateTimeOffset.MinValue, -1L);
        while (await reader.ReadAsync(cancel))
        {
            var n = reader.GetInt64(0);
            var where = string.Create(CultureInfo.InvariantCulture, $"event {n}");
            if (n != expected)
                fault("order", where, string.Create(CultureInfo.InvariantCulture, $"event {expected} should stand here: events are missing"));
            expected = n + 1;
            var bytes = (byte[])reader[3];
            RegistryEvent happened;
            try
            {
                happened = RegistryJson.Read<RegistryEvent>(bytes, where);
            }
            catch (FormatException e)
            {
                fault("text", where, e.Message);
                previous = RegistryEvent.Hex(bytes);
                continue;
            }
            if (happened.N != n)
                fault("order", where, string.Create(CultureInfo.InvariantCulture, $"it says that it is event {happened.N}: events were put in another order"));
            if (happened.Previous != previous)
                fault("order", where, "it follows another event than the one that stands before it");
            if (happened.At < at)
                fault("order", where, "it is older than the one before it");
            (previous, at) = (RegistryEvent.Hex(bytes), happened.At);
            if (!CanonicalJson.IsCanonical(bytes))
                fault("text", where, "its bytes are not the canonical ones");
            if (happened.Kind != reader.GetString(2) || happened.At.ToUnixTimeMilliseconds() != reader.GetInt64(1))
                fault("index", where, "its row says another time or kind than the event");
            if (happened.SignatureFault(bytes, (byte[])reader[4], record.Options.Editor) is { } unsigned)
                fault("signature", where, unsigned);
            if (reader.GetInt64(6) == 0)
                fault("ledger", where, "it is written down and not on the ledger yet; whoever opens the registry with its pen finishes it");
            else
                Proof(reader.GetString(8), reader.GetInt64(7), tags?.Tag(n), Commitment.Of((byte[])reader[5], bytes), record.Options.Log, where, ref index, fault);
            foreach (var change in happened.Changes)
                if (!listed.TryAdd((change.Subject, change.Version), (n, change.Sha256)))
                    fault("version", change.Subject, string.Create(CultureInfo.InvariantCulture, $"event {n} makes version {change.Version}, which event {listed[(change.Subject, change.Version)].Item1} had made"));
        }
        return expected;
    }

    private static void Proof(string text, long at, byte[]? tag, byte[] commitment, LogKeys log, string where, ref long last, Action<string, string, string> fault)
    {
        if (tag is null)
            return;
        try
        {
            var proof = TlogProof.Parse(text);
            proof.Verify(new Leaf(tag, commitment), log);
            if (proof.Index != at || proof.Index <= last)
                fault("order", where, "its place in the ledger is not after that of the event before it");
            last = proof.Index;
        }
        catch (FormatException e)
        {
            fault("ledger", where, $"the ledger holds another event: {e.Message}");
        }
    }

    /// <summary>The ledger must not know an event that the registry has no more.</summary>
    private static async Task Lost(LedgerClient ledger, WriterKey tags, long events, Action<string, string, string> fault, CancellationToken cancel)
    {
        var next = Enumerable.Range(0, 64).Select(i => Convert.ToHexString(tags.Tag(events + i))).ToHashSet(StringComparer.Ordinal);
        var lost = 0;
        await foreach (var leaf in ledger.Leaves(Checkpoint.Open(await ledger.Checkpoint(cancel), ledger.Log), cancel))
            lost += next.Contains(Convert.ToHexString(leaf.Tag)) ? 1 : 0;
        if (lost > 0)
            fault("order", "the end", string.Create(CultureInfo.InvariantCulture, $"the ledger holds {lost} later events that the registry does not have: its end was cut off, or an older copy was put back"));
    }

    private static async Task<long> Versions(RegistryRecord record, Dictionary<(string, long), (long Event, string Sha256)> listed, Action<string, string, string> fault, CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        await using var command = WatchDatabase.Command(connection, "SELECT subject, version, event, superseded, bytes FROM registry_versions ORDER BY subject, version");
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var count = 0L;
        (string Subject, long Version, long? Superseded) last = ("", 0, null);
        while (await reader.ReadAsync(cancel))
        {
            count++;
            var (subject, version, made) = (reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2));
            long? superseded = reader.IsDBNull(3) ? null : reader.GetInt64(3);
            var where = string.Create(CultureInfo.InvariantCulture, $"{subject}, version {version}");
            if (!listed.Remove((subject, version), out var signed))
                fault("version", where, "no event made it: it was put in, or its number was changed");
            else if (signed.Event != made)
                fault("version", where, string.Create(CultureInfo.InvariantCulture, $"event {signed.Event} made it, and its row says event {made}"));
            else if (signed.Sha256 != RegistryEvent.Hex((byte[])reader[4]))
                fault("text", where, string.Create(CultureInfo.InvariantCulture, $"it is another text than the one that was signed and logged by event {signed.Event}"));
            if (subject != last.Subject && last.Superseded is not null)
                fault("version", last.Subject, "its latest version is marked as superseded");
            if (subject == last.Subject && last.Superseded != made)
                fault("version", where, "the version before it is not marked as superseded by it");
            last = (subject, version, superseded);
        }
        if (last.Superseded is not null)
            fault("version", last.Subject, "its latest version is marked as superseded");
        foreach (var ((subject, version), (made, _)) in listed.OrderBy(one => one.Value.Event).Take(100))
            fault("version", string.Create(CultureInfo.InvariantCulture, $"{subject}, version {version}"), string.Create(CultureInfo.InvariantCulture, $"event {made} made it, and it is not there any more"));
        return count;
    }

    /// <summary>What pages and trends look up must be what the versions say.</summary>
    private static async Task Index(RegistryRecord record, Action<string, string, string> fault, CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        var kept = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, line) in await WatchDatabase.Rows(connection, "SELECT id, version, event, feed, year, day, title, sample FROM registry_incidents", row => (Name(row.GetString(0), row.GetInt64(1)), Line(row)), cancel))
            kept[id] = line;
        var states = Sets(await WatchDatabase.Rows(connection, "SELECT id, version, state, role FROM registry_states", row => (Name(row.GetString(0), row.GetInt64(1)), row.GetString(2) + " " + row.GetString(3)), cancel));
        var clauses = Sets(await WatchDatabase.Rows(connection, "SELECT id, version, clause FROM registry_clauses", row => (Name(row.GetString(0), row.GetInt64(1)), row.GetString(2)), cancel));
        await using var command = WatchDatabase.Command(connection, "SELECT version, event, bytes FROM registry_versions WHERE subject >= 'incident/' AND subject < 'incident0'");
        await using var reader = await command.ExecuteReaderAsync(cancel);
        List<object?[]> rows = [], stateRows = [], clauseRows = [];
        while (await reader.ReadAsync(cancel))
        {
            rows.Clear();
            stateRows.Clear();
            clauseRows.Clear();
            Incident incident;
            try
            {
                incident = RegistryJson.Read<Incident>((byte[])reader[2], "an incident");
            }
            catch (FormatException)
            {
                // Said already: it is another text than the signed one.
                continue;
            }
            RegistryRecord.Rows(incident, (int)reader.GetInt64(0), reader.GetInt64(1), rows, stateRows, clauseRows);
            var name = Name(incident.Id, reader.GetInt64(0));
            var same = kept.Remove(name, out var there) && there == string.Join('\n', rows[0].Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)))
                && Match(states, name, stateRows.Select(r => $"{r[0]} {r[1]}")) && Match(clauses, name, clauseRows.Select(r => (string)r[0]!));
            if (!same)
                fault("index", name, "the rows that pages and trends count by say something else than the incident");
        }
        foreach (var name in kept.Keys.Concat(states.Keys).Concat(clauses.Keys).Distinct().Take(100))
            fault("index", name, "there is a row to count by and no incident");

        static string Name(string id, long version) => string.Create(CultureInfo.InvariantCulture, $"incident/{id}, version {version}");
        static string Line(System.Data.Common.DbDataReader row) => string.Join('\n', Enumerable.Range(0, row.FieldCount).Select(i => row.IsDBNull(i) ? "" : Convert.ToString(row.GetValue(i), CultureInfo.InvariantCulture)));
        static Dictionary<string, HashSet<string>> Sets(List<(string Name, string Value)> rows) => rows.GroupBy(r => r.Name).ToDictionary(g => g.Key, g => g.Select(r => r.Value).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        static bool Match(Dictionary<string, HashSet<string>> sets, string name, IEnumerable<string> wanted) => sets.Remove(name, out var there) ? there.SetEquals(wanted) : !wanted.Any();
    }

    private static async Task Instruments(RegistryRecord record, string folder, Action<string, string, string> fault, CancellationToken cancel)
    {
        InstrumentBook book;
        try
        {
            book = InstrumentBook.Read(folder);
        }
        catch (FormatException e)
        {
            fault("instrument", "instruments", e.Message);
            return;
        }
        foreach (var kept in await record.All<InstrumentVersion>("instrument", cancel))
            if (book.Version(kept.Instrument, kept.Version) is not { } now)
                fault("instrument", kept.Subject, "its file does not have this version any more");
            else
                foreach (var clause in kept.Clauses)
                    if (now.Find(clause.Id)?.Text != clause.Text)
                        fault("instrument", $"{kept.Subject}/{clause.Id}", "its file has another text under the same version; a change of wording is recorded by `counterseal convention correct --instruments`, and the old one stays to be seen");
    }
}
