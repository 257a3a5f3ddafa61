namespace Counterseal.Desk;

/// <summary>An event: pending until its leaf is in the ledger, and invisible till then.</summary>
internal sealed class EventRow
{
    public required string Demand { get; init; }
    public required int Version { get; init; }
    public required string Type { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string By { get; init; }
    public required byte[] Bytes { get; init; }
    public required byte[] Salt { get; init; }
    /// <summary>The desk's n-th leaf, from 0 without gaps over all demands.</summary>
    public required long N { get; init; }
    public bool Logged { get; set; }
    public long? LeafIndex { get; set; }
    public string? Proof { get; set; }
}

/// <summary>A demand's original bytes.</summary>
internal sealed class OriginalRow
{
    public required string Demand { get; init; }
    public required string Digest { get; init; }
    public required byte[] Bytes { get; init; }
    public required DateTimeOffset Received { get; init; }
    /// <summary>The rule by which the bytes are destroyed one day; <c>null</c> until one is set.</summary>
    public string? Retention { get; set; }
}

/// <summary>An original that could not be taken; the same bytes again are the same row.</summary>
internal sealed class QuarantineRow
{
    public required string Digest { get; init; }
    public required byte[] Bytes { get; init; }
    public required string Format { get; init; }
    public required string Channel { get; init; }
    /// <summary>JSON list of remarks.</summary>
    public required string Faults { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>A demand as the queue shows it; made again from the events at any time.</summary>
internal sealed class DemandRow
{
    /// <summary>The length of <see cref="Place"/>: digits only, so that every collation orders it alike.</summary>
    public const int PlaceLength = 1 + 14 + 12;

    public required string Id { get; init; }
    /// <summary>The desk's number of its <i>received</i> event: the order of arrival.</summary>
    public long N { get; set; }
    /// <summary>Its place in the queue while it is open: emergencies with a clock, then clocks by their end, then those without, the newest first.</summary>
    public string Place { get; set; } = "";
    public string Reference { get; set; } = "";
    public string Authority { get; set; } = "";
    public string Country { get; set; } = "";
    public string? Instrument { get; set; }
    public string Stage { get; set; } = "";
    public int Version { get; set; }
    public DateTimeOffset Received { get; set; }
    public DateTimeOffset? Due { get; set; }
    public string? DueWhat { get; set; }
    /// <summary>When the clock that ends at <see cref="Due"/> began.</summary>
    public DateTimeOffset? Starts { get; set; }
    /// <summary>From when less than a quarter of its time is left.</summary>
    public DateTimeOffset? Burns { get; set; }
    /// <summary>Who works on it; empty for nobody.</summary>
    public string Assigned { get; set; } = "";
    /// <summary>A digest of the words that it is found by, so that they are written again only when they change.</summary>
    public string Words { get; set; } = "";
    /// <summary>A digest of its days and its challenge, so that they are written again only when they change.</summary>
    public string Days { get; set; } = "";
    /// <summary>When the law may say something else of it without anything happening.</summary>
    public DateTimeOffset? Turns { get; set; }
    /// <summary>When its notice goes out by itself.</summary>
    public DateTimeOffset? Lapses { get; set; }
    /// <summary>The customer was told, and <see cref="CustomerRow"/> has for whom it can be found.</summary>
    public bool Told { get; set; }
    public bool? Emergency { get; set; }
    public bool Authenticated { get; set; }
    public int Questions { get; set; }
    public bool AssessmentDue { get; set; }
    public bool OrdersOpen { get; set; }
    /// <summary>Neither closed nor withdrawn.</summary>
    public bool Open { get; set; }
    public string Receipt { get; set; } = "";
    /// <summary>The compartment that a person put it in; <c>null</c> when in none.</summary>
    public string? Compartment { get; set; }
    /// <summary>The authority whose officer filed it at the portal; empty for every other way.</summary>
    public string Filer { get; set; } = "";
    /// <summary>Whether a message of the authority waits for ours.</summary>
    public bool Unanswered { get; set; }
    /// <summary>What the last check against the ledger found wrong; <c>null</c> when nothing.</summary>
    public string? Tampered { get; set; }
}

/// <summary>
/// A name under which a customer finds a demand of which it was told. Only then is there a row, so that nothing about any other demand is touched, counted or timed when a customer's page is made. Made again from
/// the events at any time.
/// </summary>
internal sealed class CustomerRow
{
    /// <summary>SHA-256 of the name as <see cref="CustomerName"/> writes it.</summary>
    public required string Name { get; init; }
    public required string Demand { get; init; }
}

/// <summary>A way to look at the queue that a person keeps by a name.</summary>
internal sealed class QueueViewRow
{
    public required string Person { get; init; }
    public required string Name { get; init; }
    /// <summary>The query of the page's address.</summary>
    public required string Query { get; set; }
    public required DateTimeOffset At { get; set; }
}

/// <summary>An entry of the directory of authorities, as it was signed.</summary>
internal sealed class DirectoryRow
{
    /// <summary>SHA-256 of the note's text.</summary>
    public required string Digest { get; init; }
    public required byte[] Note { get; set; }
    public required string AddedBy { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>A number that grows inside transactions.</summary>
internal sealed class CounterRow
{
    /// <summary>The n of the desk's next leaf.</summary>
    public const string Leaves = "leaves";
    public required string Name { get; init; }
    public long Value { get; set; }
}
