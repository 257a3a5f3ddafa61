using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>One account's stream of one category on its way to the sink, with its counts. The sink hears of it only when there is a record.</summary>
internal sealed class CategoryStream
{
    private readonly string account;
    private readonly DataCategory category;
    private readonly ICollector collector;
    private readonly IRecordSink sink;
    private readonly List<Unreadable> _unreadable = [];
    private readonly long[] _bases = new long[Enum.GetValues<TimeBasis>().Length];
    private readonly SortedDictionary<string, long> _fieldsLeftOut = new(StringComparer.Ordinal), _leftOut = new(StringComparer.Ordinal);
    private readonly Minimisation minimisation;
    private readonly IReadOnlySet<string> own;
    private readonly RowFields _fields;
    private readonly TrafficRecord _traffic = new();
    private long _inScope, _outOfScope, _unreadableTotal, _bytes, _attachmentsLeftOut, _masked;
    private string? _extension;
    private MboxrdWriter? _mbox;
    private FileArchive? _archive;

    /// <summary>A stream at its beginning, or where an earlier attempt stood: whatever it counts, it counts on.</summary>
    public CategoryStream(string account, DataCategory category, ICollector collector, IRecordSink sink, Minimisation minimisation, IReadOnlySet<string> own, BegunReading? begun = null)
    {
        (this.account, this.category, this.collector, this.sink, this.minimisation, this.own) = (account, category, collector, sink, minimisation, own);
        _fields = collector.Fields(category);
        if (begun is null) return;
        var soFar = begun.SoFar;
        (_inScope, _outOfScope, _unreadableTotal, _bytes, _extension) = (soFar.InScope, soFar.OutOfScope, soFar.UnreadableTotal, soFar.Bytes, begun.Extension);
        _unreadable.AddRange(soFar.Unreadable);
        foreach (var time in soFar.Times) _bases[(int)time.Basis] = time.Messages;
        (_attachmentsLeftOut, _masked) = (soFar.AttachmentsLeftOut, soFar.Masked);
        foreach (var left in soFar.LeftOut) _leftOut[left.Reason] = left.Count;
        foreach (var field in soFar.FieldsLeftOut) _fieldsLeftOut[field.Field] = field.Rows;
        // The last file's record is still open: it ends where the next begins, or with the archive.
        if (_extension == "tar") _archive = new FileArchive(Write, checked((int)_inScope));
    }

    public DataCategory Category => category;

    /// <summary>Where it stands between two records.</summary>
    public BegunReading Begun(string from) => new(Result(), _extension, from);

    /// <summary>A row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="mask">Whether the scope masks third parties in it; the gate's rules may as well.</param>
    public void InScope(SourceRow row, bool mask = false)
    {
        Begin("ndjson");
        if (Masks(mask)) row = minimisation.Masked(row, _fields.Parties, own);
        foreach (var (name, value) in row.Fields)
            if (value is not null && !_fields.Names.Contains(name)) _fieldsLeftOut[name] = _fieldsLeftOut.GetValueOrDefault(name) + 1;
        Write(AccountRecords.Row(row, _fields.Names));
        sink.EndRecord();
    }

    public void InScope(SourceSession session)
    {
        Only(DataCategory.Identification, "a session");
        Begin("ndjson");
        Write(AccountRecords.Session(session.Session));
        sink.EndRecord();
    }

    /// <summary>A message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="time">When it came.</param>
    /// <param name="mask">Whether the scope masks third parties in it; the gate's rules may as well.</param>
    /// <param name="cancel">Stops between pieces.</param>
    public void InScope(SourceMessage message, MessageTime? time, bool mask, CancellationToken cancel)
    {
        if (category == DataCategory.Traffic)
        {
            Begin("ndjson");
            Write(_traffic.Write(message, time, Masks(mask) ? values => minimisation.Masked(values, own) : null));
        }
        else
        {
            Only(DataCategory.Content, "a message");
            Begin("mbox");
            _mbox ??= new MboxrdWriter(Write);
            _mbox.Begin(message.FromLine);
            if (minimisation.Rules.Attachments.IsNothing)
            {
                message.CopyTo(_mbox.Write, cancel);
            }
            else
            {
                var filter = new AttachmentFilter(minimisation.Rules.Attachments, message.Headers, _mbox.Write);
                message.CopyTo(filter.Write, cancel);
                filter.End();
                _attachmentsLeftOut += filter.LeftOut;
            }
            _mbox.End();
        }
        sink.EndRecord();
    }

    public void InScope(SourceFile file, CancellationToken cancel)
    {
        Only(DataCategory.Content, "a file");
        Begin("tar");
        // A record ends where the next begins, so that the end of the archive belongs to the last.
        if (_archive is not null) sink.EndRecord();
        _archive ??= new FileArchive(Write);
        _archive.Add(file, cancel);
    }

    public void OutOfScope() => _outOfScope++;

    /// <summary>Policy or scope: the stricter holds. What is masked is counted.</summary>
    private bool Masks(bool byScope)
    {
        if (category != DataCategory.Traffic || !(byScope || minimisation.Rules.MaskTraffic)) return false;
        _masked++;
        return true;
    }

    /// <summary>Whether a record is held back.</summary>
    public bool Holds(SourceMessage message) => minimisation.Holds(message);

    /// <inheritdoc cref="Holds(SourceMessage)"/>
    public bool Holds(SourceRow row) => minimisation.Holds(row, _fields.Parties);

    public void LeftOut(string reason) => _leftOut[reason] = _leftOut.GetValueOrDefault(reason) + 1;

    public void Unreadable(string place, string reason)
    {
        _unreadableTotal++;
        if (_unreadable.Count < Collection.ListedUnreadable) _unreadable.Add(new Unreadable(place, reason));
    }

    public void Judged(TimeBasis? basis)
    {
        if (basis is { } b) _bases[(int)b]++;
    }

    public AccountResult Finish()
    {
        if (_archive is not null)
        {
            _archive.End();
            sink.EndRecord();
        }
        if (_inScope > 0) sink.End();
        return Result();
    }

    private AccountResult Result() => new(account, category, _inScope, _outOfScope, [.. _unreadable], _bytes)
    {
        Source = collector.Name.Length > 0 ? collector.Name : null,
        UnreadableTotal = _unreadableTotal,
        Times = [.. Enum.GetValues<TimeBasis>().Where(b => _bases[(int)b] > 0).Select(b => new BasisCount(b, _bases[(int)b]))],
        LeftOut = [.. _leftOut.Select(left => new LeftOut(left.Key, left.Value))],
        AttachmentsLeftOut = _attachmentsLeftOut,
        Masked = _masked,
        FieldsLeftOut = [.. _fieldsLeftOut.Select(field => new FieldCount(field.Key, field.Value))],
    };

    /// <summary>One stream is of one form; what of a collector does not fit its category is an error of the collector, not a record.</summary>
    private void Only(DataCategory fits, string what)
    {
        if (category != fits) throw new SourceException($"the collector \"{collector.Name}\" offered {what} as {CollectorSettings.Word(category)}");
    }

    private void Begin(string extension)
    {
        if (_extension is { } before && before != extension) throw new SourceException($"the collector \"{collector.Name}\" offered records of two forms as {CollectorSettings.Word(category)}");
        _extension = extension;
        if (_inScope++ > 0) return;
        var name = category switch
        {
            DataCategory.Subscriber => "subscriber",
            DataCategory.Identification => "sessions",
            DataCategory.Traffic => "traffic",
            _ => extension == "tar" ? "files" : "content",
        };
        sink.Begin(collector.Name.Length > 0 ? $"{account}/{name}-{collector.Name}" : $"{account}/{name}", extension);
    }

    private void Write(ReadOnlySpan<byte> piece)
    {
        _bytes += piece.Length;
        sink.Write(piece);
    }
}
