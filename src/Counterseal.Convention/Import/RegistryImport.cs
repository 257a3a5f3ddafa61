using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Counterseal.Ledger;
using Counterseal.Watch;

namespace Counterseal.Convention;

/// <summary>What became of a row.</summary>
public enum RowOutcome
{
    /// <summary>Taken as it stands.</summary>
    Taken,
    /// <summary>Taken, and something in it was put right; how is said.</summary>
    Mended,
    /// <summary>Not taken; why is said.</summary>
    Refused,
    /// <summary>It says what stands in the registry already.</summary>
    Same,
}

/// <summary>A row of an import, accounted for.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Incident">The incident's id, where it came to one.</param>
/// <param name="Remarks">What was mended, or why it was refused, with the column.</param>
public sealed record ImportRow(string File, long Line, RowOutcome Outcome, string? Incident, IReadOnlyList<CellRemark> Remarks);

/// <summary>The account of an import.</summary>
/// <param name="Import">Its id: of feed, mapping and files.</param>
/// <param name="Feed">The feed.</param>
/// <param name="Files">The files with their digests.</param>
/// <param name="Rows">Rows, of all files, without the headers.</param>
/// <param name="Taken">Of them, taken as they stand.</param>
/// <param name="Mended">Taken and mended.</param>
/// <param name="Refused">Refused.</param>
/// <param name="Same">Stood already.</param>
/// <param name="Resumed">An earlier run had been interrupted, and this one went on.</param>
/// <param name="Again">It had been imported to its end before; nothing was done.</param>
public sealed record ImportReport(string Import, string Feed, IReadOnlyList<string> Files, long Rows, long Taken, long Mended, long Refused, long Same, bool Resumed, bool Again)
{
    /// <summary>Whether each row is accounted for.</summary>
    public bool Whole => Rows == Taken + Mended + Refused + Same;
}

/// <summary>How far an import has come.</summary>
/// <param name="Rows">Rows of the incident file so far.</param>
/// <param name="Bytes">Bytes of it that were read.</param>
/// <param name="Of">Bytes that it has.</param>
public sealed record ImportProgress(long Rows, long Bytes, long Of);

/// <summary>Imports a feed's files: row by row in batches, each an event of the record together with how far it came, so that after a kill the next run goes on.</summary>
/// <param name="record">The registry, with a pen.</param>
/// <param name="folder">The registry's data folder: instruments and the rules for clauses.</param>
public sealed class RegistryImport(RegistryRecord record, string folder)
{
    private const int Batch = 4_000;
    private static readonly (string, string)[] RowColumns = [("import", "text"), ("file", "bigint"), ("line", "bigint"), ("outcome", "bigint"), ("item", "text"), ("remarks", "text")];

    private sealed record Beside(int File, long Line, string? Key, IReadOnlyList<Victims> Victims, IReadOnlyList<Attribution> Attributions, IReadOnlyList<CellRemark> Mended, CellRemark? Fault);

    private sealed record Read(long Line, RegistryItem? Item, string? Key, IReadOnlyList<CellRemark> Remarks, CellRemark? Fault);

    private sealed record Filled(List<Read> Rows, long Position, long Line);

    /// <summary>Imports.</summary>
    /// <param name="mapping">What the columns mean.</param>
    /// <param name="incidents">The file of incidents.</param>
    /// <param name="receivers">The file of receivers, where the feed has one.</param>
    /// <param name="attributions">The file of attributions, where the feed has one.</param>
    /// <param name="by">Who imports.</param>
    /// <param name="sample">The incidents are made up, to try things on; they are marked so.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancel">Interrupts after the batch in hand.</param>
    /// <exception cref="FormatException">A file is not of the mapping's shape.</exception>
    /// <exception cref="RegistryException">The record cannot take it now.</exception>
    public async Task<ImportReport> Run(FeedMapping mapping, string incidents, string? receivers, string? attributions, string by, bool sample, Action<ImportProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        var rules = ClauseRules.Read(folder, InstrumentBook.Read(folder));
        string[] files = [incidents, .. receivers is null ? [] : (string[])[receivers], .. attributions is null ? [] : (string[])[attributions]];
        var described = files.Select(file => $"{Path.GetFileName(file)} sha256:{Digest(file)}").ToList();
        var import = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [mapping.Digest, sample ? "sample" : "", .. described]))).AsSpan(0, 8));
        var (position, line, done, begun) = await Position(import, cancel);
        if (done)
            return (await Report(import, cancel))! with { Again = true };
        if (!begun)
            await record.Database.Write(connection => WatchDatabase.Run(connection, "INSERT INTO registry_imports (import, feed, name, files, started, position, line) VALUES (@i, @f, @n, @d, @s, 0, 1)", cancel,
                ("i", import), ("f", mapping.Feed), ("n", mapping.Name), ("d", string.Join('\n', described)), ("s", record.Time.GetUtcNow().ToUnixTimeMilliseconds())), cancel);
        var beside = Besides(mapping, receivers, attributions, rules, sample);
        // What this import has met already, refused rows too: a second row of one id is told from a correction by it.
        var met = await Met(import, cancel);

        await using var stream = new FileStream(incidents, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        var rows = new CsvRows(stream, 0);
        var header = rows.Next() ?? throw new FormatException($"{Path.GetFileName(incidents)} is empty");
        if (header.Fault is { } headless)
            throw new FormatException($"{Path.GetFileName(incidents)}, line 1: {headless}");
        var file = mapping.Incidents.Bind(header.Cells, Path.GetFileName(incidents));
        rows.Columns = header.Cells.Length;
        if (position > 0)
            rows.GoTo(position, line);
        var reader = new RowReader(mapping, file, rules, record.Today, sample);

        var batches = System.Threading.Channels.Channel.CreateBounded<Filled>(2);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.Run(async () =>
        {
            try
            {
                await Fill(rows, reader, mapping, beside, batches.Writer, either.Token);
                batches.Writer.Complete();
            }
            catch (Exception fault)
            {
                batches.Writer.Complete(fault);
            }
        }, CancellationToken.None);
        var count = (long)met.Count;
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(cancel))
            {
                await Take(import, mapping, by, batch, met, cancel);
                count += batch.Rows.Count;
                progress?.Invoke(new(count, batch.Position, stream.Length));
            }
        }
        finally
        {
            await either.CancelAsync();
            await reading;
        }
        await Finish(import, files, beside, met, cancel);
        return (await Report(import, cancel))! with { Resumed = begun };
    }

    private static async Task Fill(CsvRows rows, RowReader reader, FeedMapping mapping, Dictionary<string, List<Beside>> beside, ChannelWriter<Filled> batches, CancellationToken cancel)
    {
        var batch = new List<Read>(Batch);
        (long Position, long Line) last = (0, 0);
        while (rows.Next() is { } row)
        {
            last = (row.Next, row.NextLine);
            batch.Add(One(row));
            if (batch.Count < Batch)
                continue;
            await batches.WriteAsync(new(batch, row.Next, row.NextLine), cancel);
            batch = new(Batch);
        }
        if (batch.Count > 0)
            await batches.WriteAsync(new(batch, last.Position, last.Line), cancel);

        Read One(CsvRow row)
        {
            if (row.Fault is { } fault)
                return new(row.Line, null, null, [], new("", fault));
            var reading = reader.Read(row.Cells);
            if (reading.Fault is not null || reading.Incident is not { } incident)
                return new(row.Line, null, reading.Key, reading.Mended, reading.Fault);
            if (beside.TryGetValue(incident.Key, out var more))
                incident = reader.With(incident, [.. more.Where(m => m.Fault is null).SelectMany(m => m.Victims)], [.. more.Where(m => m.Fault is null).SelectMany(m => m.Attributions)]);
            return new(row.Line, RegistryItem.Of(incident), reading.Key, reading.Mended, null);
        }
    }

    private async Task Take(string import, FeedMapping mapping, string by, Filled batch, Dictionary<string, long> met, CancellationToken cancel)
    {
        List<RegistryItem> items = [];
        List<(Read Row, int Item, CellRemark? Fault)> accounted = [];
        foreach (var row in batch.Rows)
        {
            if (row.Item is { } item && !met.TryAdd(row.Key!, row.Line))
            {
                accounted.Add((row, -1, new("", string.Create(CultureInfo.InvariantCulture, $"line {met[row.Key!]} has this incident already; two rows of one id in one file contradict each other or repeat each other, and neither is a correction"))));
                continue;
            }
            if (row.Item is null)
                met.TryAdd("!" + row.Line.ToString(CultureInfo.InvariantCulture), row.Line);
            accounted.Add((row, row.Item is null ? -1 : items.Count, row.Fault));
            if (row.Item is not null)
                items.Add(row.Item);
        }
        await record.Append(by, "import", $"{mapping.Name}, import {import}", items, async (connection, versions) =>
        {
            await RegistryDatabase.Insert(connection, "registry_rows", RowColumns, [.. accounted.Select(one => Row(import, 0, one.Row, one.Fault, one.Item < 0 ? -1 : versions[one.Item]))], cancel);
            await WatchDatabase.Run(connection, "UPDATE registry_imports SET position = @p, line = @l WHERE import = @i", cancel, ("p", batch.Position), ("l", batch.Line), ("i", import));
            CrashPoint.Reach("registry.import.batch.before");
        }, cancel);
    }

    private static object?[] Row(string import, int file, Read row, CellRemark? fault, int version)
    {
        var remarks = fault is not null ? [fault] : version > 1 ? [.. row.Remarks, new("", string.Create(CultureInfo.InvariantCulture, $"the registry had another version of it; this is version {version}"))] : row.Remarks;
        var outcome = fault is not null ? RowOutcome.Refused : version == 0 ? RowOutcome.Same : row.Remarks.Count > 0 ? RowOutcome.Mended : RowOutcome.Taken;
        return [import, (long)file, row.Line, (long)outcome, row.Item?.Subject["incident/".Length..], remarks.Count == 0 ? null : RegistryJson.Text(remarks)];
    }

    /// <summary>The rows of the files beside, now that it is known which incidents there are; and the end.</summary>
    private async Task Finish(string import, string[] files, Dictionary<string, List<Beside>> beside, Dictionary<string, long> met, CancellationToken cancel) =>
        await record.Database.Write(async connection =>
        {
            List<object?[]> rows = [];
            foreach (var one in beside.Values.SelectMany(list => list))
            {
                var fault = one.Fault ?? (one.Key is not null && met.ContainsKey(one.Key) ? null : new CellRemark("", $"it belongs to incident {one.Key}, which {Path.GetFileName(files[0])} does not have or which was refused there"));
                rows.Add([import, (long)one.File, one.Line, (long)(fault is not null ? RowOutcome.Refused : one.Mended.Count > 0 ? RowOutcome.Mended : RowOutcome.Taken), one.Key,
                    fault is not null ? RegistryJson.Text((CellRemark[])[fault]) : one.Mended.Count == 0 ? null : RegistryJson.Text(one.Mended)]);
            }
            await RegistryDatabase.Insert(connection, "registry_rows", RowColumns, rows, cancel);
            await WatchDatabase.Run(connection, "UPDATE registry_imports SET done = @d WHERE import = @i", cancel, ("d", record.Time.GetUtcNow().ToUnixTimeMilliseconds()), ("i", import));
            CrashPoint.Reach("registry.import.done.before");
            return true;
        }, cancel);

    private Dictionary<string, List<Beside>> Besides(FeedMapping mapping, string? receivers, string? attributions, ClauseRules rules, bool sample)
    {
        var all = new Dictionary<string, List<Beside>>(StringComparer.Ordinal);
        var number = 0;
        foreach (var (path, shape, what) in (ReadOnlySpan<(string?, FileMapping?, string)>)[(receivers, mapping.Receivers, "receivers"), (attributions, mapping.Attributions, "attributions")])
        {
            if (path is null)
                continue;
            number++;
            if (shape is null)
                throw new FormatException($"{mapping.Name} has no file of {what}; its mapping does not describe one");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            var rows = new CsvRows(stream, 0);
            var header = rows.Next() ?? throw new FormatException($"{Path.GetFileName(path)} is empty");
            var file = shape.Bind(header.Cells, Path.GetFileName(path));
            rows.Columns = header.Cells.Length;
            var reader = new RowReader(mapping, file, rules, record.Today, sample);
            while (rows.Next() is { } row)
            {
                var reading = row.Fault is { } fault ? new RowReading(null, null, [], [], [], new("", fault)) : reader.Read(row.Cells);
                var key = reading.Key ?? "";
                if (!all.TryGetValue(key, out var list))
                    all[key] = list = [];
                list.Add(new(number, row.Line, reading.Key, reading.Victims, reading.Attributions, reading.Mended, reading.Fault));
            }
        }
        return all;
    }

    /// <summary>The account of an import; <c>null</c> where there is none.</summary>
    public async Task<ImportReport?> Report(string import, CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        var about = await WatchDatabase.Rows(connection, "SELECT feed, files FROM registry_imports WHERE import = @i", row => (Feed: row.GetString(0), Files: row.GetString(1)), cancel, ("i", import));
        if (about.Count == 0)
            return null;
        var counts = (await WatchDatabase.Rows(connection, "SELECT outcome, COUNT(*) FROM registry_rows WHERE import = @i GROUP BY outcome", row => ((RowOutcome)row.GetInt64(0), row.GetInt64(1)), cancel, ("i", import))).ToDictionary();
        long Of(RowOutcome outcome) => counts.GetValueOrDefault(outcome);
        return new(import, about[0].Feed, about[0].Files.Split('\n'), counts.Values.Sum(), Of(RowOutcome.Taken), Of(RowOutcome.Mended), Of(RowOutcome.Refused), Of(RowOutcome.Same), false, false);
    }

    /// <summary>Its rows, in the order of files and lines.</summary>
    /// <param name="import">The import.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<IReadOnlyList<ImportRow>> Rows(string import, CancellationToken cancel)
    {
        var report = await Report(import, cancel) ?? throw new RegistryException($"there is no import {import}");
        await using var connection = await record.Database.Connect(cancel);
        return await WatchDatabase.Rows(connection, "SELECT file, line, outcome, item, remarks FROM registry_rows WHERE import = @i ORDER BY file, line", row => new ImportRow(
            report.Files[(int)row.GetInt64(0)].Split(" sha256:")[0], row.GetInt64(1), (RowOutcome)row.GetInt64(2), row.IsDBNull(3) ? null : row.GetString(3),
            row.IsDBNull(4) ? [] : JsonSerializer.Deserialize<CellRemark[]>(row.GetString(4), RegistryJson.Options)!), cancel, ("i", import));
    }

    private async Task<(long Position, long Line, bool Done, bool Begun)> Position(string import, CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        var found = await WatchDatabase.Rows(connection, "SELECT position, line, done FROM registry_imports WHERE import = @i", row => (row.GetInt64(0), row.GetInt64(1), !row.IsDBNull(2), true), cancel, ("i", import));
        return found.Count == 0 ? (0, 1, false, false) : found[0];
    }

    private async Task<Dictionary<string, long>> Met(string import, CancellationToken cancel)
    {
        await using var connection = await record.Database.Connect(cancel);
        var met = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (line, item) in await WatchDatabase.Rows(connection, "SELECT line, item FROM registry_rows WHERE import = @i AND file = 0", row => (row.GetInt64(0), row.IsDBNull(1) ? null : row.GetString(1)), cancel, ("i", import)))
            met.TryAdd(item is null ? "!" + line.ToString(CultureInfo.InvariantCulture) : item[(item.IndexOf('-', StringComparison.Ordinal) + 1)..], line);
        return met;
    }

    private static string Digest(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
