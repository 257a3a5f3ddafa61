namespace Counterseal.Custody;

/// <summary>
/// Where a collector writes what is in scope: a package, a preserved snapshot, or only a count. A boundary: a collector sees nothing else
/// of the gate. Streams follow one another; records are written in pieces, so that memory does not grow with them.
/// </summary>
public interface IRecordSink
{
    /// <summary>Begins a stream of records, e.g. <c>A-7F3K2M/content</c> with extension <c>mbox</c>.</summary>
    void Begin(string name, string extension);

    /// <summary>A piece of the current record.</summary>
    void Write(ReadOnlySpan<byte> piece);

    /// <summary>The current record is complete; a part may end here.</summary>
    void EndRecord();

    /// <summary>The stream is complete.</summary>
    void End();
}
