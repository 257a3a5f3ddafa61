using Counterseal.Custody;
using Counterseal.Law;

namespace Counterseal.Collectors;

/// <summary>
/// Objects of an account, found by a prefix in which its name stands between slashes: stored files, or one mail message each. Only the names, sizes and times of the account's objects are listed, and
/// only those within the time ranges are opened.
/// </summary>
internal sealed class ObjectCollector : ICollector
{
    /// <summary>The settings of every kind that this collector serves.</summary>
    public static IReadOnlyList<string> Settings { get; } = ["account", "time", "holds"];

    private const int LongestPlace = 1024;

    private readonly CollectorSettings _settings;
    private readonly IObjectStore _store;
    private readonly string _before, _after;
    private readonly NameTime? _time;
    private readonly bool _messages;

    /// <exception cref="InvalidDataException">A setting cannot be used.</exception>
    public ObjectCollector(CollectorSettings settings, IObjectStore store)
    {
        (_settings, _store) = (settings, store);
        var parts = settings.Settings.GetValueOrDefault("account", "{account}/").Split("{account}");
        // "mail/acc-1" is also the beginning of "mail/acc-10": a slash must end the account's name.
        if (parts is not [var before, var after] || (before.Length > 0 && !before.EndsWith('/')) || !after.StartsWith('/') || !after.EndsWith('/')) throw settings.Wrong("\"account\" is a prefix in which {account} stands once between slashes and which ends in a slash");
        (_before, _after) = (before, after);
        var time = settings.Settings.GetValueOrDefault("time", "modified");
        _time = time == "modified" ? null : NameTime.Parse(time) ?? throw settings.Wrong("\"time\" is \"modified\", or a pattern of the name like yyyy/MM/dd/ or yyyyMMddTHHmmss");
        _messages = settings.Settings.GetValueOrDefault("holds", "files") switch { "files" => false, "messages" => true, _ => throw settings.Wrong("\"holds\" is files or messages") };
        if (_messages && _time is { IsInstant: false }) throw settings.Wrong("messages need a time to the second");
        if (settings.Find.Count > 0) throw settings.Wrong("it finds no accounts");
        if (settings.Categories.Count == 0 || settings.Categories.Keys.Any(category => category != DataCategory.Content && !(_messages && category == DataCategory.Traffic))) throw settings.Wrong(_messages ? "messages are traffic and content" : "files are content");
    }

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <inheritdoc/>
    public string? FindText(SelectorKind kind) => null;

    /// <inheritdoc/>
    public string? ReadText(DataCategory category) => !_settings.Categories.ContainsKey(category) ? null
        : $"list {_store.What} below {_before}{{account}}{_after}\nopen those of {(_time is null ? "last-modified time" : $"time {_settings.Settings["time"]} in their names")} from ≤ t < to{(_messages ? ", one message each" : "")}";

    /// <inheritdoc/>
    public RowFields Fields(DataCategory category) => RowFields.None;

    /// <inheritdoc/>
    public IReadOnlyList<AccountsOf> Find(IReadOnlyList<Selector> selectors, CollectorRun run) => throw new NotSupportedException("this collector finds no accounts");

    /// <inheritdoc/>
    public IEnumerable<SourceRecord> Read(string account, DataCategory category, IReadOnlyList<TimeRange> ranges, CollectorRun run)
    {
        if (account is "." or ".." || account.AsSpan().ContainsAny('/', '\\', '\0')) throw new SourceException($"the collector \"{Name}\": an account's name has a character that would lead to another's objects");
        run.Cancel.ThrowIfCancellationRequested();
        run.Ran(ReadText(category)!, QueryPlan.Of(account, ranges));
        var prefix = _before + account + _after;
        if (run.From?.StartsWith(prefix, StringComparison.Ordinal) == false) throw new CannotResumeException("the objects of the account have other names than when it was begun");
        foreach (var stored in _store.List(prefix, run.From, run.Cancel))
        {
            run.Cancel.ThrowIfCancellationRequested();
            var name = stored.Key[prefix.Length..];
            // Objects come in the order of their keys, so a key is a place.
            var resume = stored.Key.Length <= LongestPlace ? stored.Key : null;
            if (stored.Fault is { } fault)
            {
                yield return new SourceFault(stored.Key, fault) { Resume = resume };
            }
            else if ((_time is null ? (stored.Modified, stored.Modified) : _time.Of(name)) is not { } time)
            {
                yield return new SourceFault(stored.Key, "its name does not have the time that it is to have") { Resume = resume };
            }
            else if (!_messages)
            {
                yield return new StoredFile(_store, stored, name, time, run.Cancel) { Resume = resume };
            }
            else
            {
                var at = new MessageTime(time.Item1, TimeBasis.Stored);
                // What is outside is not opened: the gate needs only its time to leave it out.
                var record = TimeRange.Any(ranges, at.At) ? StreamedMessage.Begin(stored.Key, at, stored.Size, _store.Open(stored, run.Cancel), resume) : StreamedMessage.Begin(stored.Key, at, 0, Stream.Null, resume);
                yield return record;
                (record as IDisposable)?.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    private sealed class StoredFile(IObjectStore store, StoredObject stored, string name, (DateTimeOffset First, DateTimeOffset End) time, CancellationToken opening) : SourceFile
    {
        public override string Place => stored.Key;
        public override string Name => name;
        public override (DateTimeOffset First, DateTimeOffset End) Time => time;
        public override long Size => stored.Size;

        public override void CopyTo(TakePiece take, CancellationToken cancel)
        {
            using var stream = store.Open(stored, opening);
            var piece = new byte[64 * 1024];
            for (int n; (n = stream.Read(piece, 0, piece.Length)) > 0;)
            {
                cancel.ThrowIfCancellationRequested();
                take(piece.AsSpan(0, n));
            }
        }
    }
}
