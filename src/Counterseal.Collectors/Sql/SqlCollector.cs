using System.Data.Common;
using System.Globalization;
using Counterseal.Custody;
using Counterseal.Law;

namespace Counterseal.Collectors;

/// <summary>A database asked by the operator's queries, read-only, with every value bound as a parameter. One connection for a collection, and where the database can, one state of it.</summary>
internal sealed class SqlCollector : ICollector
{
    private const int MostAccounts = 1000;
    private readonly CollectorSettings _settings;
    private readonly SqlDialect _dialect;
    private readonly TimesAs _times;
    private DbConnection? _connection;

    /// <exception cref="InvalidDataException">A query cannot be used.</exception>
    public SqlCollector(CollectorSettings settings, SqlDialect dialect)
    {
        (_settings, _dialect, _times) = (settings, dialect, RowReading.Times(settings));
        QueryTemplate.Check(settings, dialect.Sigil);
    }

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <inheritdoc/>
    public string? FindText(SelectorKind kind) => _settings.Find.TryGetValue(kind, out var query) ? Shown(query) : null;

    /// <inheritdoc/>
    public string? ReadText(DataCategory category) => _settings.Categories.TryGetValue(category, out var of) ? Shown(of.Query!) : null;

    /// <inheritdoc/>
    public RowFields Fields(DataCategory category) => _settings.Categories.TryGetValue(category, out var of) ? of.Fields : RowFields.None;

    /// <inheritdoc/>
    public IReadOnlyList<AccountsOf> Find(IReadOnlyList<Selector> selectors, CollectorRun run)
    {
        var all = new List<AccountsOf>();
        foreach (var selector in selectors)
        {
            run.Cancel.ThrowIfCancellationRequested();
            run.Ran(FindText(selector.Kind)!, QueryPlan.Of(selector));
            var accounts = new List<string>();
            // No database holds a NUL in a text, and some end the text there.
            if (!selector.Value.Contains('\0', StringComparison.Ordinal))
            {
                foreach (var row in Rows(_settings.Find[selector.Kind], Bind, run.Cancel))
                {
                    if (row is not [{ Value: string account }]) throw new SourceException($"the collector \"{Name}\" finds accounts by a query that gives anything but one column of text");
                    if (!accounts.Contains(account)) accounts.Add(account);
                    if (accounts.Count > MostAccounts) throw new SourceException($"the collector \"{Name}\" found more than {MostAccounts} accounts for one selector");
                }
            }
            all.Add(new AccountsOf(accounts));

            void Bind(DbCommand command)
            {
                _dialect.Bind(command, "value", selector.Value);
                if (selector.Kind != SelectorKind.IpAddress) return;
                _dialect.Bind(command, "port", selector.Port!.Value);
                _dialect.BindInstant(command, "at", selector.At!.Value);
            }
        }
        return all;
    }

    /// <inheritdoc/>
    public IEnumerable<SourceRecord> Read(string account, DataCategory category, IReadOnlyList<TimeRange> ranges, CollectorRun run)
    {
        var rows = new RowReading(_settings, category, _times, _dialect.ZonelessIsUtc);
        var once = new OnceOnly(ranges);
        var order = _settings.Categories[category].Order;
        var place = run.From is { } from ? RowPlace.Read(from, ranges.Count, order) : null;
        for (var i = place?.Range ?? 0; i < ranges.Count; i++)
        {
            var range = ranges[i];
            var after = place is not null && place.Range == i ? place.Key : null;
            run.Cancel.ThrowIfCancellationRequested();
            run.Ran(ReadText(category)!, order is null ? QueryPlan.Of(account, range) : new Dictionary<string, string>(QueryPlan.Of(account, range), StringComparer.Ordinal) { ["after"] = after ?? "the beginning" });
            var before = after;
            foreach (var row in Rows(_settings.Categories[category].Query!, Bind, run.Cancel))
            {
                var record = rows.Read(row, (key, timed) => Ordered(ref before, key, order) && once.Forgets(timed) ? new RowPlace(i, key!).ToString() : null);
                if (once.Take(record, i)) yield return record;
            }

            void Bind(DbCommand command)
            {
                _dialect.Bind(command, "account", account);
                if (order is { } by) _dialect.BindPlace(command, "after", after, by);
                if (category == DataCategory.Subscriber) return;
                _dialect.BindBound(command, "from", range.From, isEnd: false);
                _dialect.BindBound(command, "to", range.To, isEnd: true);
            }
        }
    }

    /// <summary>Rows that are said to be ordered must be: a reading that went on behind one would else leave some out, or give some twice.</summary>
    private bool Ordered(ref string? before, string? key, PlaceOrder? order)
    {
        if (order is not { } by) return false;
        if (key is null || (by == PlaceOrder.Number && !long.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)))
            throw new SourceException($"the collector \"{Name}\" has a row without a place, or with one that is no whole number, where its rows are to be ordered by it");
        if (before is not null && RowPlace.Compare(before, key, by) >= 0) throw new SourceException($"the collector \"{Name}\" has rows that are not in the order of their places, or two with one place");
        before = key;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _connection?.Dispose();

    private string Shown(string query) => _dialect.Preamble + "\n" + query;

    private IEnumerable<List<KeyValuePair<string, object?>>> Rows(string query, Action<DbCommand> bind, CancellationToken cancel)
    {
        _connection ??= Guarded(() => _dialect.Open(cancel), cancel);
        using var command = _dialect.Command(_connection, query);
        bind(command);
        using var cancelled = cancel.Register(command.Cancel);
        using var reader = Guarded(command.ExecuteReader, cancel);
        var names = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Length) throw new SourceException($"the collector \"{Name}\" has a query that gives two columns of one name");
        while (Guarded(reader.Read, cancel))
        {
            var row = new List<KeyValuePair<string, object?>>(names.Length);
            for (var i = 0; i < names.Length; i++)
            {
                var column = i;
                var value = Guarded(() => reader.GetValue(column), cancel);
                row.Add(new(names[i], value is DBNull ? null : value));
            }
            yield return row;
        }
    }

    private T Guarded<T>(Func<T> ask, CancellationToken cancel = default)
    {
        try
        {
            return ask();
        }
        catch (Exception e) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException("cancelled while a database was being read", e, cancel);
        }
        catch (DbException e)
        {
            // What a database says of an error may quote the row that it was at.
            throw new SourceException($"the collector \"{Name}\": the database refused or broke off ({_dialect.Error(e)})");
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or InvalidCastException or FormatException or OverflowException or System.Net.Sockets.SocketException or TimeoutException)
        {
            throw new SourceException($"the collector \"{Name}\": the database cannot be read ({e.GetType().Name})");
        }
    }
}
