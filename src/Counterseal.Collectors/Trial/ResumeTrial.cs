using System.Security.Cryptography;
using Counterseal.Custody;
using Counterseal.Law;

namespace Counterseal.Collectors;

/// <summary>
/// Cuts a reading off behind each of its records and has another collector go on there, as the gate does after a kill: what both give together must be what one gives alone, in its order. It is the
/// record's own word for the place that is asked, so a collector that says none is not tried.
/// </summary>
internal static class ResumeTrial
{
    /// <summary>Tries one category, over all time and over two ranges.</summary>
    public static void Run(TrialSource source, DataCategory category, List<TrialFinding> findings)
    {
        var times = source.Records.Where(record => record.Category == category && !record.Faulty).Select(record => record.Time).OfType<DateTimeOffset>().Distinct().Order().ToList();
        var all = new List<IReadOnlyList<TimeRange>> { new TimeRange[] { new(null, null) } };
        if (category != DataCategory.Subscriber && times.Count >= 3)
            all.Add([new(times[0], times[times.Count / 2]), new(times[(times.Count / 2) + 1], times[^1].AddDays(1))]);
        foreach (var ranges in all)
        {
            var asked = $"{category}, {(ranges.Count == 1 ? "all of it" : "two ranges")}";
            var whole = Read(source, category, ranges, null);
            for (var i = 0; i < whole.Count; i++)
            {
                if (whole[i].Resume is not { } from) continue;
                if (from.Length is 0 or > 4096) findings.Add(new(TrialRule.Resume, $"{asked}: a place of {from.Length} characters; it has from 1 to 4096"));
                var expected = whole.Skip(i + 1).Select(one => one.What).ToList();
                var rest = Read(source, category, ranges, from).Select(one => one.What).ToList();
                if (rest.SequenceEqual(expected)) continue;
                var (twice, missing) = (rest.Intersect(whole.Take(i + 1).Select(one => one.What)).Count(), expected.Except(rest).Count());
                findings.Add(new(TrialRule.Resume, $"{asked}: behind record {i + 1} of {whole.Count} it gives {twice} again and leaves out {missing}{(twice + missing == 0 ? ", in another order or not once" : "")}"));
                break;
            }
        }
    }

    /// <summary>Whether any record of a category says where to go on.</summary>
    public static bool SaysWhere(TrialSource source, DataCategory category) => Read(source, category, [new(null, null)], null).Exists(one => one.Resume is not null);

    private static List<(string What, string? Resume)> Read(TrialSource source, DataCategory category, IReadOnlyList<TimeRange> ranges, string? from)
    {
        using var collector = source.Open();
        var read = new List<(string, string?)>();
        foreach (var record in collector.Read(source.Account, category, ranges, new CollectorRun((_, _) => { }, CancellationToken.None) { From = from }))
        {
            // As the gate does: the place is asked for when the record was taken.
            var what = Bytes(record);
            read.Add((what, record.Resume));
        }
        return read;
    }

    private static string Bytes(SourceRecord record)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        switch (record)
        {
            case SourceMessage message:
                message.CopyTo(hash.AppendData, CancellationToken.None);
                break;
            case SourceFile file:
                file.CopyTo(hash.AppendData, CancellationToken.None);
                break;
            case SourceFault fault:
                return $"{fault.Place}: {fault.Reason}";
            case SourceRow row:
                return $"{row.Place} {string.Join('|', row.Fields.Select(field => $"{field.Key}={field.Value}"))}";
            case SourceSession session:
                return $"{session.Place} {session.Session}";
        }
        return $"{record.Place} {Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }
}
