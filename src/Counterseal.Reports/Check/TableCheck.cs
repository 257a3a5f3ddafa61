using System.Globalization;

namespace Counterseal.Reports;

/// <summary>A file to check.</summary>
/// <param name="File">Its name, relative to the folder of the tables, with <c>/</c>.</param>
/// <param name="Bytes">Its bytes; read once, not closed.</param>
public sealed record TableFile(string File, Stream Bytes);

/// <summary>Holds any provider's published tables against arithmetic and sense.</summary>
public static class TableCheck
{
    /// <summary>Checks tables. Never throws for what their bytes say; what cannot be read is listed.</summary>
    /// <param name="files">The files.</param>
    /// <param name="mapping">What they mean; <c>null</c> to guess it from each header, as is done for files that the mapping does not name.</param>
    /// <param name="whole">Whether these are all files there are, so that one that the mapping names and that is not among them is missing.</param>
    /// <param name="limits">The limits.</param>
    /// <exception cref="IOException">A stream broke while it was read.</exception>
    public static CheckOutcome Run(IEnumerable<TableFile> files, TableMapping? mapping = null, bool whole = true, CheckLimits? limits = null)
    {
        limits ??= CheckLimits.Usual;
        var findings = new FindingList(limits);
        var tables = new List<TableData>();
        var read = new List<CheckedTable>();
        var unread = new List<UnreadTable>();
        var left = limits.AllBytes;
        var number = 0;
        foreach (var (file, stream) in files)
        {
            if (++number > limits.Files)
            {
                unread.Add(new UnreadTable(file, string.Create(CultureInfo.InvariantCulture, $"More than {limits.Files} files; check the rest by themselves.")));
                break;
            }

            var bytes = All(stream, (int)Math.Min(limits.FileBytes, left));
            if (bytes is null)
            {
                unread.Add(new UnreadTable(file, string.Create(CultureInfo.InvariantCulture, $"The file has more than {limits.FileBytes} bytes, or all files together more than {limits.AllBytes}; split it.")));
                continue;
            }

            left -= bytes.Length;
            var map = mapping?.Tables.FirstOrDefault(t => t.File == file);
            var delimiter = map?.Delimiter ?? GuessedMapping.Delimiter(bytes);
            var text = CsvText.Read(bytes, file, delimiter, limits, findings);
            if (text.Unread is { } why)
            {
                unread.Add(new UnreadTable(file, why));
                continue;
            }

            map ??= GuessedMapping.Of(file, text, delimiter);
            var table = TableData.Read(text, map, file, limits, findings);
            if (table.Unread is { } fault)
            {
                unread.Add(new UnreadTable(file, fault));
                continue;
            }

            tables.Add(table);
            read.Add(new CheckedTable(file, map.Name, table.Rows.Count, map.Guesses));
        }

        if (whole)
            foreach (var absent in mapping?.Tables.Where(t => !tables.Exists(d => d.Map == t) && !unread.Exists(u => u.File == t.File)) ?? [])
                unread.Add(new UnreadTable(absent.File, $"The file is not there; the mapping names it for {absent.Name}."));
        foreach (var table in tables)
        {
            TableRules.Repeated(table);
            RowRules.Check(table);
            TableRules.Check(table);
        }

        SetRules.Check(tables, findings);
        foreach (var (sum, sums, parts) in Sums(tables, mapping)) SetRules.Sum(sum, sums, parts, findings);
        return new CheckOutcome(mapping?.Provider ?? "", read, findings.Sorted(), findings.Further, unread, findings.Comparisons);
    }

    private static IEnumerable<(TableSum Sum, TableData Whole, TableData Parts)> Sums(List<TableData> tables, TableMapping? mapping)
    {
        foreach (var sum in mapping?.Sums ?? [])
            if (tables.Find(t => t.Map.Name == sum.Whole && t.Map.Guesses.Count == 0) is { } whole && tables.Find(t => t.Map.Name == sum.Parts && t.Map.Guesses.Count == 0) is { } parts)
                yield return (sum, whole, parts);
        // A table of years and halves holds its own sums.
        foreach (var table in tables)
        {
            if (table.Rows.Where(r => r.Period is not null).Select(r => r.Period!.Value.Months).Distinct().Count() < 2) continue;
            yield return (Of("shorter periods make the longer one", table, table), table, table);
        }

        foreach (var (whole, parts) in GuessedMapping.Pairs(tables))
            yield return (Of("shorter periods make the longer one (guessed: the tables have the same columns)", whole, parts), whole, parts);

        static TableSum Of(string name, TableData whole, TableData parts) => new(name, whole.Map.Name, parts.Map.Name)
        {
            By = [.. whole.Map.Columns.Where(c => c.IsDimension || c.Is == ColumnMeaning.Measure).Select(c => c.Name)],
            Columns = [.. whole.Map.Columns.Where(c => c.IsCount).Select(c => (c.Name, c.Name))],
        };
    }

    /// <summary>All bytes, or <c>null</c> when there are more than <paramref name="most"/>.</summary>
    private static byte[]? All(Stream stream, int most)
    {
        using var all = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (stream.Read(buffer) is var n and > 0)
        {
            if (all.Length + n > most) return null;
            all.Write(buffer, 0, n);
        }

        return all.ToArray();
    }
}
