using System.Globalization;
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
        var names = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', folders.Select(folder => folder.FullName)))))[..16];
        var place = run.From is { } from ? Place.Read(from) : null;
        if (place is not null && place.Folders != names) throw new CannotResumeException("the mailbox has other folders than when it was begun");
        for (var number = place?.Folder ?? 0; number < folders.Count; number++)
        {
            var folder = folders[number];
            var behind = place is not null && place.Folder == number ? place : null;
            var found = Guarded(() =>
            {
                folder.Open(FolderAccess.ReadOnly, run.Cancel);
                return folder.Search(Sieve(ranges), run.Cancel).Order().ToList();
            });
            // Numbers ascend and are never given twice, as long as the folder's validity is the same (RFC 9051, 2.3.1.1).
            if (behind is not null && behind.Validity != folder.UidValidity) throw new CannotResumeException("a folder's messages have other numbers than when it was begun");
            if (behind is not null) found.RemoveAll(uid => uid.Id <= behind.Uid);
            foreach (var some in found.Chunk(Batch))
            {
                var listed = Guarded(() => folder.Fetch(some, MessageSummaryItems.UniqueId | MessageSummaryItems.InternalDate | MessageSummaryItems.Size, run.Cancel)).OrderBy(summary => summary.UniqueId).ToDictionary(summary => summary.UniqueId);
                foreach (var uid in some)
                {
                    run.Cancel.ThrowIfCancellationRequested();
                    var where = $"{folder.FullName} UID {uid.Id}";
                    var resume = new Place(number, folder.UidValidity, uid.Id, names).ToString();
                    if (!listed.TryGetValue(uid, out var summary) || summary.InternalDate is not { } at || summary.Size is not { } size)
                    {
                        yield return new SourceFault(where, "it was gone when it was to be read, or the server does not say its date and size") { Resume = resume };
                        continue;
                    }
                    var time = new MessageTime(at.ToUniversalTime(), TimeBasis.InternalDate);
                    // What the sieve let through and the date leaves out is not fetched.
                    var record = TimeRange.Any(ranges, time.At)
                        ? Guarded(() => StreamedMessage.Begin(where, time, size, new Peeked(this, folder, uid, size, run.Cancel), resume))
                        : StreamedMessage.Begin(where, time, 0, Stream.Null, resume);
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

    /// <summary>Where a reading stands: behind which message of which folder.</summary>
    /// <param name="Folder">The folder's place in the list of folders, from 0.</param>
    /// <param name="Validity">Under which its messages have these numbers.</param>
    /// <param name="Uid">The message's number.</param>
    /// <param name="Folders">Digest of the names of all folders: where one came, went or was renamed, another order would hold.</param>
    private sealed record Place(int Folder, uint Validity, uint Uid, string Folders)
    {
        public static Place Read(string text) =>
            text.Split(' ') is [var folder, var validity, var uid, { Length: 16 } folders] && int.TryParse(folder, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && uint.TryParse(validity, NumberStyles.None, CultureInfo.InvariantCulture, out var under) && uint.TryParse(uid, NumberStyles.None, CultureInfo.InvariantCulture, out var message)
                ? new Place(number, under, message, folders)
                : throw new CannotResumeException("the place in the mailbox cannot be read");

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Folder} {Validity} {Uid} {Folders}");
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
