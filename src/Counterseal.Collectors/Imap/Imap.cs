using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Counterseal.Custody;
using Counterseal.Law;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MailKit.Security;

namespace Counterseal.Collectors;

/// <summary>
/// A mailbox on an IMAP server: every folder opened with EXAMINE, searched by day as a first sieve, and read with BODY.PEEK, so that no message becomes seen. The internal date decides: the server set it when it took the message.
/// </summary>
internal sealed partial class Imap : ICollector
{
    private const int Batch = 200;
    private readonly CollectorSettings _settings;
    private readonly string _host, _user;
    private readonly int _port;
    private readonly SecureSocketOptions _security;
    private readonly string? _pin;

    public Imap(CollectorSettings settings)
    {
        settings.Only("host", "port", "security", "certificate", "user");
        _settings = settings;
        _host = settings.Need("host");
        _user = settings.Need("user");
        if (_user.Split("{account}").Length != 2) throw settings.Wrong("\"user\" names {account} once, e.g. {account}*gate for a master user");
        var loopback = _host is "localhost" or "127.0.0.1" or "::1";
        _security = settings.Settings.GetValueOrDefault("security", "tls") switch
        {
            "tls" => SecureSocketOptions.SslOnConnect,
            "starttls" => SecureSocketOptions.StartTls,
            "none" when loopback => SecureSocketOptions.None,
            _ => throw settings.Wrong("\"security\" is tls or starttls; none only on this machine"),
        };
        if (!int.TryParse(settings.Settings.GetValueOrDefault("port", _security == SecureSocketOptions.SslOnConnect ? "993" : "143"), out _port) || _port is < 1 or > 65535) throw settings.Wrong("\"port\" is a port");
        _pin = settings.Settings.GetValueOrDefault("certificate")?.ToLowerInvariant();
        if (_pin is not null && !Digest().IsMatch(_pin)) throw settings.Wrong("\"certificate\" is the SHA-256 of the server's certificate in hex");
        if (settings.Find.Count > 0) throw settings.Wrong("it finds no accounts");
        if (settings.CredentialFile is null) throw settings.Wrong("it needs a credential");
        if (settings.Categories.Count == 0 || settings.Categories.Keys.Any(category => category is not (DataCategory.Traffic or DataCategory.Content))) throw settings.Wrong("mail is traffic and content");
    }

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <inheritdoc/>
    public string? FindText(SelectorKind kind) => null;

    /// <inheritdoc/>
    public string? ReadText(DataCategory category) => !_settings.Categories.ContainsKey(category) ? null
        : $"IMAP as {_user}: of every folder EXAMINE; UID SEARCH SINCE (from, a day earlier) BEFORE (to, two days later); UID FETCH INTERNALDATE RFC822.SIZE\n"
        + $"of those with from ≤ INTERNALDATE < to: UID FETCH BODY.PEEK[]{(category == DataCategory.Traffic ? " as far as the header" : "")}";

    /// <inheritdoc/>
    public RowFields Fields(DataCategory category) => RowFields.None;

    /// <inheritdoc/>
    public IReadOnlyList<AccountsOf> Find(IReadOnlyList<Selector> selectors, CollectorRun run) => throw new NotSupportedException("this collector finds no accounts");

    /// <inheritdoc/>
    public IEnumerable<SourceRecord> Read(string account, DataCategory category, IReadOnlyList<TimeRange> ranges, CollectorRun run)
    {
        // The name becomes part of another name at the server; what could separate there is not let in.
        if (!Accounts().IsMatch(account)) throw new SourceException($"the collector \"{Name}\": an account's name has a character that a user's name at the server cannot have");
        run.Cancel.ThrowIfCancellationRequested();
        run.Ran(ReadText(category)!, QueryPlan.Of(account, ranges));
        using var client = new ImapClient { CheckCertificateRevocation = false };
        if (_pin is not null) client.ServerCertificateValidationCallback = (_, certificate, _, _) => certificate is not null && Convert.ToHexStringLower(SHA256.HashData(certificate.GetRawCertData())) == _pin;
        var folders = Guarded(() => Folders(client, account, run.Cancel));
        foreach (var folder in folders)
        {
            var found = Guarded(() =>
            {
                folder.Open(FolderAccess.ReadOnly, run.Cancel);
                return folder.Search(Sieve(ranges), run.Cancel).Order().ToList();
            });
            foreach (var some in found.Chunk(Batch))
            {
                var listed = Guarded(() => folder.Fetch(some, MessageSummaryItems.UniqueId | MessageSummaryItems.InternalDate | MessageSummaryItems.Size, run.Cancel)).OrderBy(summary => summary.UniqueId).ToDictionary(summary => summary.UniqueId);
                foreach (var uid in some)
                {
                    run.Cancel.ThrowIfCancellationRequested();
                    var place = $"{folder.FullName} UID {uid.Id}";
                    if (!listed.TryGetValue(uid, out var summary) || summary.InternalDate is not { } at || summary.Size is not { } size)
                    {
                        yield return new SourceFault(place, "it was gone when it was to be read, or the server does not say its date and size");
                        continue;
                    }
                    var time = new MessageTime(at.ToUniversalTime(), TimeBasis.InternalDate);
                    // What the sieve let through and the date leaves out is not fetched.
                    var record = TimeRange.Any(ranges, time.At)
                        ? Guarded(() => StreamedMessage.Begin(place, time, size, new Peeked(this, folder, uid, size, run.Cancel)))
                        : StreamedMessage.Begin(place, time, 0, Stream.Null);
                    yield return record;
                    (record as IDisposable)?.Dispose();
                }
            }
            Guarded(() =>
            {
                // UNSELECT or EXAMINE of the next: never CLOSE, which expunges.
                folder.Close(expunge: false, run.Cancel);
                return 0;
            });
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private List<IMailFolder> Folders(ImapClient client, string account, CancellationToken cancel)
    {
        client.Connect(_host, _port, _security, cancel);
        client.Authenticate(new SaslMechanismPlain(_user.Replace("{account}", account, StringComparison.Ordinal), _settings.Credential()), cancel);
        var folders = new List<IMailFolder>();
        foreach (var space in client.PersonalNamespaces)
            folders.AddRange(client.GetFolders(space, cancellationToken: cancel));
        if (client.Inbox is { } inbox && !folders.Any(folder => folder.FullName == inbox.FullName)) folders.Add(inbox);
        return [.. folders.Where(folder => (folder.Attributes & (FolderAttributes.NoSelect | FolderAttributes.NonExistent)) == 0).DistinctBy(folder => folder.FullName).OrderBy(folder => folder.FullName, StringComparer.Ordinal)];
    }

    /// <summary>SEARCH compares days and takes no notice of zones, so a day more is asked for at either end (and BEFORE is exclusive).</summary>
    private static SearchQuery Sieve(IReadOnlyList<TimeRange> ranges)
    {
        SearchQuery? any = null;
        foreach (var range in ranges)
        {
            var one = SearchQuery.All;
            if (range.From is { } from && from.UtcDateTime > DateTime.MinValue.AddDays(2)) one = one.And(SearchQuery.DeliveredAfter(from.UtcDateTime.Date.AddDays(-1)));
            if (range.To is { } to && to.UtcDateTime < DateTime.MaxValue.AddDays(-3)) one = one.And(SearchQuery.DeliveredBefore(to.UtcDateTime.Date.AddDays(2)));
            any = any is null ? one : any.Or(one);
        }
        return any ?? SearchQuery.All;
    }

    private T Guarded<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (Exception e) when (e is CommandException or ProtocolException or AuthenticationException or SslHandshakeException or ServiceNotConnectedException or ServiceNotAuthenticatedException or IOException or System.Net.Sockets.SocketException or FolderNotFoundException or MessageNotFoundException)
        {
            // The server's own words may name the mailbox.
            throw new SourceException($"the collector \"{Name}\": the server refused or broke off ({e.GetType().Name})");
        }
    }

    /// <summary>A message's bytes, fetched a megabyte at a time.</summary>
    private sealed class Peeked(Imap imap, IMailFolder folder, UniqueId uid, long size, CancellationToken cancel) : Stream
    {
        private const int Piece = 1 << 20;
        private Stream _piece = Null;
        private long _fetched;

        public override int Read(byte[] buffer, int offset, int count)
        {
            var n = _piece.Read(buffer, offset, count);
            if (n > 0 || _fetched >= size) return n;
            _piece.Dispose();
            var want = (int)Math.Min(_fetched == 0 ? 64 * 1024 : Piece, size - _fetched);
            _piece = imap.Guarded(() => folder.GetStream(uid, "", checked((int)_fetched), want, cancel));
            _fetched += want;
            return _piece.Read(buffer, offset, count);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) _piece.Dispose();
            base.Dispose(disposing);
        }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => size;
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._@+-]{0,199}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Accounts();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Digest();
}
