using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Counterseal.Custody;

/// <summary>
/// A Maildir, with the folders of a Maildir++ beside its inbox: every file of <c>new</c> and <c>cur</c> (never <c>tmp</c>) once, by folder and then by name in ordinal order, so
/// that the same Maildir gives the same bytes. Links are not followed.
/// </summary>
internal sealed class MaildirReader : MessageReader
{
    private readonly IEnumerator<Entry> _entries;
    private readonly byte[] _head = new byte[HeaderLimit + 4];
    private byte[]? _chunk;
    private SafeFileHandle? _file;
    private Entry _entry;
    private int _filled, _headersLength;
    private long _length, _passed;
    private (string Folder, string Name)? _behind;

    /// <summary>Opens a Maildir.</summary>
    /// <exception cref="DirectoryNotFoundException">It has no <c>cur</c> or no <c>new</c>.</exception>
    /// <exception cref="CannotResumeException"><paramref name="from"/> is not this reader's.</exception>
    public MaildirReader(string path, string? from = null)
    {
        _entries = Entries(path).GetEnumerator();
        if (from is null) return;
        if (from.Split('\n') is not [var folder, var name, var passed] || !long.TryParse(passed, NumberStyles.None, CultureInfo.InvariantCulture, out _passed))
            throw new CannotResumeException("not where a reading of a Maildir was cut off");
        _behind = (folder, name);
    }

    /// <inheritdoc/>
    public override long Passed => _passed;

    /// <summary>Folder and name of the message: they are read in that order, whatever is moved from new to cur meanwhile.</summary>
    public override string? Resume => string.Create(CultureInfo.InvariantCulture, $"{_entry.Folder}\n{_entry.Name}\n{_passed}");

    /// <summary>Whether a folder is a Maildir.</summary>
    public static bool Is(string path) => Array.TrueForAll(["cur", "new", "tmp"], name => Directory.Exists(Path.Combine(path, name)));

    /// <inheritdoc/>
    public override string Place => _entry.Place;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Headers => _head.AsSpan(0, _headersLength);

    /// <inheritdoc/>
    public override long Size => _length;

    /// <inheritdoc/>
    public override MessageTime? StoredTime
    {
        get
        {
            // Delivery time in Unix seconds before the first dot, as maildir(5) has it.
            var name = Path.GetFileName(_entry.Path);
            var dot = name.IndexOf('.', StringComparison.Ordinal);
            return dot is >= 9 and <= 10 && long.TryParse(name.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? new MessageTime(DateTimeOffset.FromUnixTimeSeconds(seconds), TimeBasis.FileName)
                : null;
        }
    }

    /// <inheritdoc/>
    public override bool Read(CancellationToken cancel)
    {
        _file?.Dispose();
        _file = null;
        (_filled, _headersLength, _length) = (0, 0, 0);
        do
            if (!_entries.MoveNext()) return false;
        while (_behind is var (folder, name) && string.CompareOrdinal(_entries.Current.Folder, folder) is var order && (order < 0 || order == 0 && string.CompareOrdinal(_entries.Current.Name, name) <= 0));
        _behind = null;
        _entry = _entries.Current;
        Fault = _entry.Fault ?? Open();
        _passed += _length;
        return true;
    }

    /// <inheritdoc/>
    public override void CopyTo(TakePiece take, CancellationToken cancel)
    {
        take(_head.AsSpan(0, _filled));
        for (long at = _filled; at < _length;)
        {
            cancel.ThrowIfCancellationRequested();
            _chunk ??= new byte[1024 * 1024];
            var n = RandomAccess.Read(_file!, _chunk.AsSpan(0, (int)Math.Min(_chunk.Length, _length - at)), at);
            if (n == 0) throw new SourceException($"{_entry.Path}: became shorter while it was being read (it had {_length} bytes). Run again over a mailbox that is at rest, or a snapshot of it.");
            take(_chunk.AsSpan(0, n));
            at += n;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _file?.Dispose();
        _entries.Dispose();
    }

    private string? Open()
    {
        try
        {
            _file = File.OpenHandle(_entry.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            _length = RandomAccess.GetLength(_file);
            while (_filled < _head.Length && _filled < _length)
            {
                var n = RandomAccess.Read(_file, _head.AsSpan(_filled), _filled);
                if (n == 0) return "it became shorter while it was being read";
                _filled += n;
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "it was gone when it was to be read (moved or deleted meanwhile): run again over a mailbox that is at rest, or a snapshot of it";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be read: {e.GetType().Name}";
        }
        _filled = (int)Math.Min(_filled, _length);
        _headersLength = HeadersEnd(_head.AsSpan(0, _filled));
        return _headersLength < 0 || _headersLength > HeaderLimit ? TooLong() : null;
    }

    private string TooLong()
    {
        _headersLength = 0;
        return $"its header block is longer than {HeaderLimit / 1024} KiB";
    }

    /// <summary>Length of the header block; -1 when it does not end in what is at hand.</summary>
    private int HeadersEnd(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; ;)
        {
            var rest = bytes[at..];
            if (rest.Length == 0 || rest[0] == '\n' || rest.StartsWith("\r\n"u8)) return rest.Length == 0 && bytes.Length < _length ? -1 : at;
            var next = rest.IndexOf((byte)'\n');
            if (next < 0) return bytes.Length < _length ? -1 : bytes.Length;
            at += next + 1;
        }
    }

    private readonly record struct Entry(string Folder, string Name, string Path, string Place, string? Fault);

    private static IEnumerable<Entry> Entries(string root)
    {
        // Maildir++: folders lie beside cur, new and tmp and begin with a dot.
        var folders = Directory.EnumerateDirectories(root, ".?*").Select(p => Path.GetFileName(p)!).Where(n => IsLink(Path.Combine(root, n)) || Is(Path.Combine(root, n)));
        foreach (var folder in folders.Order(StringComparer.Ordinal).Prepend(""))
        {
            if (IsLink(Path.Combine(root, folder)) && folder.Length > 0)
            {
                yield return new Entry(folder, "", Path.Combine(root, folder), folder, "it is a link, and links are not followed");
                continue;
            }
            // A message moves from new to cur, and its flags change behind the colon: by looking in new first, and counting a message once, none is missed or doubled.
            var names = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var part in (string[])["new", "cur"])
                foreach (var path in Directory.EnumerateFileSystemEntries(Path.Combine(root, folder, part)))
                {
                    var name = Path.GetFileName(path);
                    if (!name.StartsWith('.')) names[name.Split(':')[0]] = Path.Combine(part, name);
                }
            foreach (var (name, place) in names.OrderBy(n => n.Key, StringComparer.Ordinal))
            {
                var path = Path.Combine(root, folder, place);
                yield return new Entry(folder, name, path, Path.Combine(folder, place), WhyNot(path));
            }
        }
    }

    /// <summary>Why an entry is not opened. Pipes, sockets and devices have no length, and opening one could wait for ever.</summary>
    private static string? WhyNot(string path)
    {
        if (Directory.Exists(path)) return "it is a folder where a message should be";
        var info = new FileInfo(path);
        if (info.LinkTarget is not null) return "it is a link, and links are not followed";
        return info.Exists && info.Length == 0 ? "it is empty, or not a regular file" : null;
    }

    private static bool IsLink(string path) => new DirectoryInfo(path).LinkTarget is not null;
}
