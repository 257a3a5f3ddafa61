namespace Counterseal.Custody;

/// <summary>Counts what a collector writes and keeps none of it: the sink of a <i>count</i> order. The collector runs the same code as for a release.</summary>
public sealed class CountSink : IRecordSink
{
    /// <summary>Records completed.</summary>
    public long Records { get; private set; }

    /// <summary>Bytes written.</summary>
    public long Bytes { get; private set; }

    /// <inheritdoc/>
    public void Begin(string name, string extension) { }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> piece) => Bytes += piece.Length;

    /// <inheritdoc/>
    public void EndRecord() => Records++;

    /// <inheritdoc/>
    public void End() { }
}
