using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Counterseal.Watch;

namespace Counterseal.Convention;

/// <summary>Something about a cell.</summary>
/// <param name="Column">The column; empty for the row.</param>
/// <param name="What">One sentence.</param>
public sealed record CellRemark(string Column, string What);

/// <summary>What was read from a row of a feed.</summary>
/// <param name="Key">The incident's id in the feed; <c>null</c> where it cannot be told.</param>
/// <param name="Incident">Of a row of incidents.</param>
/// <param name="Victims">Of a row of receivers.</param>
/// <param name="Attributions">Of a row of attributions.</param>
/// <param name="Mended">What was mended, and how.</param>
/// <param name="Fault">Why it is refused; <c>null</c> when it is taken.</param>
internal sealed record RowReading(string? Key, Incident? Incident, IReadOnlyList<Victims> Victims, IReadOnlyList<Attribution> Attributions, IReadOnlyList<CellRemark> Mended, CellRemark? Fault);

/// <summary>Reads rows of one file by its mapping. What can be told for certain is mended, and said; what cannot is refused, with its column. Nothing is guessed.</summary>
internal sealed class RowReader(FeedMapping mapping, FileMapping file, ClauseRules rules, DateOnly today, bool sample)
{
    private readonly List<CellRemark> mended = [];
    private readonly Dictionary<string, int> unknown = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> stateNames = new(StringComparer.Ordinal);
    private CellRemark? fault;
    // In strict reading an unknown word or no title is a fault: it decides whether cells stand where they belong.
    private bool strict;
    // A fault that a cell in the wrong column would make, and not one of what good cells say together.
    private bool misplaced;
    private bool trying;

    /// <summary>Reads a row of any number of cells.</summary>
    public RowReading Read(string[] cells)
    {
        var columns = file.Header.Length;
        if (cells.Length == columns)
        {
            // Read strictly first: a word that nobody knows may be a cell that stands in the wrong column.
            var plain = One(cells, null, true);
            if (plain.Fault is null)
                return plain;
            return (misplaced ? Shifted(cells, columns) : null) ?? One(cells, null, false);
        }
        if (cells.Length > columns && cells.AsSpan(columns).IndexOfAnyExcept("") < 0 && One(cells[..columns], new("", string.Create(CultureInfo.InvariantCulture, $"{cells.Length - columns} empty cells too many at the end are left out")), true) is { Fault: null } trimmed)
            return trimmed;
        return Shifted(cells, columns)
            ?? new(null, null, [], [], [], new("", string.Create(CultureInfo.InvariantCulture, $"the row has {cells.Length} cells and the header {columns}; there is no one way, or more than one, in which its cells fit their columns")));
    }

    /// <summary>An incident with what the files beside say of its victims and of who did it: where they say something, it counts in place of what the incident's own row has.</summary>
    public Incident With(Incident incident, IReadOnlyList<Victims> victims, IReadOnlyList<Attribution> attributions)
    {
        if (victims.Count > 0)
            incident = incident with { Victims = [.. victims.DistinctBy(v => (v.State, string.Join(' ', v.Kinds)))] };
        if (attributions.Count > 0)
            incident = incident with { Attributions = attributions };
        return incident with { Clauses = rules.Of(incident.Victims, incident.Types) };
    }

    /// <summary>The one way in which moved cells, or a comma that should have stood in quotes, make a good row; <c>null</c> where there is none or more than one.</summary>
    private RowReading? Shifted(string[] cells, int columns)
    {
        RowReading? found = null;
        var several = false;
        if (cells.Length < columns && Pad(cells, columns) is { Fault: null } padded)
            return padded;
        if (cells.Length > columns && cells.Length - columns <= 3)
        {
            var run = cells.Length - columns + 1;
            for (var k = 0; k + run <= cells.Length && !several; k++)
                if (cells.AsSpan(k, run).IndexOf("") < 0)
                    Try([.. cells[..k], string.Join(',', cells[k..(k + run)]), .. cells[(k + run)..]], k, "a comma in it stood without quotes; its parts are put together");
        }
        if (cells.Length == columns + 1)
            for (var k = 0; k < cells.Length && !several; k++)
                if (cells[k].Length == 0)
                    Try([.. cells[..k], .. cells[(k + 1)..]], k, "cells from here on stood one to the right; they are moved back");
        if (cells.Length == columns)
        {
            for (var k = 0; k < cells.Length - 1 && !several; k++)
                if (cells[k].Length == 0)
                    Try([.. cells[..k], .. cells[(k + 1)..], ""], k, "cells from here on stood one to the right; they are moved back");
            if (cells[^1].Length == 0)
                for (var k = 0; k < cells.Length - 1 && !several; k++)
                    Try([.. cells[..k], "", .. cells[k..^1]], k, "cells from here on stood one to the left; they are moved back");
        }
        if (cells.Length == columns - 1)
            for (var k = 0; k < columns - 1 && !several; k++)
                Try([.. cells[..k], "", .. cells[k..]], k, "a cell is missing here; those after it are moved back");
        return several ? null : found;

        void Try(string[] candidate, int at, string how)
        {
            var read = One(candidate, new(file.Header[Math.Min(at, columns - 1)], how), true);
            if (read.Fault is not null)
                return;
            // Two ways that come to the same are one.
            if (found is not null && !Same(found, read))
                several = true;
            found ??= read;
        }
    }

    private RowReading Pad(string[] cells, int columns) =>
        One([.. cells, .. Enumerable.Repeat("", columns - cells.Length)], new("", string.Create(CultureInfo.InvariantCulture, $"{columns - cells.Length} cells are missing at the end and read as empty")), true);

    private static bool Same(RowReading one, RowReading other) => one.Key == other.Key && Text(one) == Text(other);

    private static string Text(RowReading one) => string.Join('\n', RegistryJson.Text(one.Incident), RegistryJson.Text(one.Victims), RegistryJson.Text(one.Attributions));

    private RowReading One(string[] cells, CellRemark? first, bool strictly)
    {
        mended.Clear();
        fault = null;
        (strict, misplaced, trying) = (strictly, false, first is not null);
        if (first is not null)
            mended.Add(first);
        for (var i = 0; i < cells.Length; i++)
            if (cells[i].Contains('\uFFFD', StringComparison.Ordinal))
                mended.Add(new(file.Header[i], "bytes that are not UTF-8 are shown as \uFFFD"));
        if (file.Of is { } of)
        {
            var belongs = Number(of, cells);
            if (belongs is null && fault is null)
                Fail(of, "the row does not say to which incident it belongs");
            return new(belongs, null, VictimsOf(cells, []), AttributionsOf(cells), [.. mended], fault);
        }
        var key = file.Key is { } own ? Number(own, cells) : Made(cells);
        var title = Words(file.Title!, cells);
        var start = file.Start is { } begins ? Date(begins, cells) : null;
        if (start is null && strict && file.Start is { } needed)
            Fail(needed, "there is no date");
        if (start is null && fault is null && file.Start is { } missing)
            mended.Add(new(missing.Columns[0], "there is no date; the incident counts in no year"));
        var end = file.End is { } ends ? Date(ends, cells) : null;
        if (end < start)
            Fail(file.End!, string.Create(CultureInfo.InvariantCulture, $"it ends on {end:yyyy-MM-dd}, before it begins on {start:yyyy-MM-dd}"), together: true);
        var types = new List<string>();
        foreach (var type in file.Types)
            types.AddRange(Known(type, cells).SelectMany(group => group).Where(word => !types.Contains(word)).ToList());
        var attributions = AttributionsOf(cells);
        var victims = VictimsOf(cells, attributions);
        var sources = SourcesOf(cells);
        if (key is null && fault is null)
            Fail(file.Key!, "there is no id");
        if (title is null && fault is null)
            Fail(file.Title!, "there is no title");
        if (fault is not null)
            return new(key, null, [], [], [.. mended], fault);
        return new(key, new Incident(mapping.Feed, key!, title!, file.Summary is { } summary ? Words(summary, cells) : null, start, end, types, victims, attributions, [],
            file.Response is { } response ? Words(response, cells) : null, rules.Of(victims, types), sources, [], Sample: sample), [], [], [.. mended], null);
    }

    private List<string> SourcesOf(string[] cells)
    {
        var sources = new List<string>();
        foreach (var source in file.Sources)
            foreach (var text in Groups(source, cells).SelectMany(group => group).SelectMany(item => item.Split([' ', ';', '\n'], StringSplitOptions.RemoveEmptyEntries)).Where(item => !IsEmpty(item)))
                if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
                    sources.Add(text);
                else if (strict && source.As == CellForm.Url)
                    Fail(source, $"\"{Short(text)}\" is no address");
                else
                    mended.Add(new(source.Columns[0], $"\"{Short(text)}\" is no address and is left out"));
        return sources;
    }

    private List<Victims> VictimsOf(string[] cells, IReadOnlyList<Attribution> attributions)
    {
        var kinds = file.VictimKinds is { } kind ? Known(kind, cells) : [];
        if (file.VictimAlso is { } also)
            kinds = [[.. kinds.SelectMany(g => g), .. Known(also, cells).SelectMany(g => g)]];
        var states = file.VictimStates is { } state ? StatesOf(state, cells) : [];
        if (file.VictimStates is { ExceptPlace: >= 0 } except)
        {
            var accused = attributions.SelectMany(a => a.Accused).ToHashSet(StringComparer.Ordinal);
            states = [.. states.Select(group => group.Where(code => !accused.Contains(code)).ToList())];
            if (accused.Count > 0 && !StatesOf(file.VictimStates, cells).SelectMany(g => g).Any(accused.Contains))
                Fail(except, "the initiator is none of the pair", together: true);
        }
        var all = kinds.SelectMany(g => g).Distinct(StringComparer.Ordinal).ToList();
        var victims = new List<Victims>();
        if (states.Count > 1 && states.Count == kinds.Count)
        {
            for (var i = 0; i < states.Count; i++)
                foreach (var code in states[i].Count == 0 && kinds[i].Count > 0 ? [null] : states[i].Cast<string?>())
                    victims.Add(new(code, [.. kinds[i].Distinct()]));
        }
        else
        {
            foreach (var code in states.SelectMany(g => g))
                victims.Add(new(code, all));
            if (victims.Count == 0 && all.Count > 0)
                victims.Add(new(null, all));
        }
        return [.. victims.DistinctBy(v => (v.State, string.Join(' ', v.Kinds)))];
    }

    private List<Attribution> AttributionsOf(string[] cells)
    {
        var attributions = new List<Attribution>();
        foreach (var how in file.Attributions)
        {
            var by = how.By is { } sayer ? Groups(sayer, cells).Select(g => g.Where(i => !IsEmpty(i)).ToList()).ToList() : [];
            var byState = how.ByState is { } home ? StatesOf(home, cells) : [];
            var basis = how.Basis is { } ground ? Known(ground, cells) : [];
            var accused = how.Accused is { } named ? StatesOf(named, cells) : [];
            var actor = how.Actor is { } group ? Groups(group, cells).Select(g => g.Where(i => !IsEmpty(i)).ToList()).ToList() : [];
            var date = how.Date is { } day ? Groups(day, cells).Select(g => g.Where(i => !IsEmpty(i)).Select(text => Date(day, text)).FirstOrDefault()).ToList() : [];
            var sure = how.Confidence is { } confidence ? Words(confidence, cells) : null;
            var count = how.Each ? new[] { by.Count, byState.Count, basis.Count, accused.Count, actor.Count, date.Count }.Max() : 1;
            for (var i = 0; i < count; i++)
            {
                List<string> At(List<List<string>> groups) => !how.Each ? [.. groups.SelectMany(g => g).Distinct()] : groups.Count == 1 ? groups[0] : i < groups.Count ? groups[i] : [];
                var ground2 = At(basis).FirstOrDefault() is { } word ? Enum.Parse<AttributionBasis>(word, ignoreCase: true) : AttributionBasis.Unsaid;
                var (who, states) = (string.Join("; ", At(by)), At(accused));
                if (who.Length == 0 && states.Count == 0 && At(actor).Count == 0)
                    continue;
                attributions.Add(new(who.Length > 0 ? who : $"unnamed, in {mapping.Name}", At(byState), ground2, date.Count == 1 ? date[0] : i < date.Count ? date[i] : null, states, At(actor) is { Count: > 0 } names ? string.Join("; ", names) : null, sure,
                    ground2 == AttributionBasis.Contested ? "the feed calls the attribution contested" : null));
            }
        }
        return attributions;
    }

    private string Made(string[] cells) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', file.MadeOfPlaces.Select(place => place < cells.Length ? cells[place].Trim() : "")))).AsSpan(0, 6));

    private bool IsEmpty(string text) => string.IsNullOrWhiteSpace(text) || mapping.Empty.Contains(text.Trim());

    /// <summary>A cell as one text; <c>null</c> where it says nothing.</summary>
    private string? Words(CellMapping cell, string[] cells)
    {
        if (cell.Value is { } always)
            return always;
        var text = string.Join(' ', cell.Places.Where(place => place >= 0).Select(place => cells[place].Trim()).Where(t => !IsEmpty(t)));
        return text.Length == 0 ? null : text;
    }

    private List<List<string>> Groups(CellMapping cell, string[] cells)
    {
        if (cell.Value is { } always)
            return [[always]];
        var all = new List<List<string>>();
        foreach (var place in cell.Places)
        {
            if (place < 0 || IsEmpty(cells[place]))
                continue;
            if (ListCell.Read(cells[place], out var why) is { } groups)
                all.AddRange(groups);
            else
                Fail(cell, $"{why}: \"{Short(cells[place])}\"");
        }
        return all;
    }

    private string? Number(CellMapping cell, string[] cells)
    {
        if (Words(cell, cells) is not { } text)
            return null;
        if (cell.As != CellForm.Number)
            return ClauseRef.Plain(text) ? text : Fail<string>(cell, $"\"{Short(text)}\" can be no id: at most forty letters, digits and hyphens");
        var whole = text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text;
        if (whole.Length is 0 or > 15 || !whole.All(char.IsAsciiDigit))
            return Fail<string>(cell, $"\"{Short(text)}\" is no whole number");
        if (whole.Length != text.Length)
            mended.Add(new(cell.Columns[0], $"\"{text}\" is read as {whole}"));
        return whole;
    }

    private DateOnly? Date(CellMapping cell, string[] cells) => Words(cell, cells) is { } text ? Date(cell, text) : null;

    private DateOnly? Date(CellMapping cell, string text)
    {
        text = text.Trim();
        DateOnly? read = null;
        string? how = null;
        if (DateOnly.TryParseExact(text, ["yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var iso) && !cell.Orders.SequenceEqual([DateOrder.Day]))
            read = iso;
        else if (text.Length > 10 && text[10] is ' ' or 'T' && DateTime.TryParseExact(text, ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssZ"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment))
            (read, how) = (DateOnly.FromDateTime(moment), "the time of day is left out");
        else if (cell.Orders.Contains(DateOrder.Day) && text.Split('.') is ([_] or [_, "0"]) && text.Split('.')[0] is var number && number.Length is > 0 and < 6 && number.All(char.IsAsciiDigit))
        {
            // A spreadsheet's 1 is 1 January 1900, and its 60 is a day that never was; from 61 on it counts from 30 December 1899.
            var n = int.Parse(number, CultureInfo.InvariantCulture);
            if (n > 60)
                read = new DateOnly(1899, 12, 30).AddDays(n);
            how = number.Length == text.Length ? null : $"\"{text}\" is read as day {number}";
        }
        else if (text.Split('/', '.') is [var a, var b, var c] && c.Length == 4 && Part(a) is { } first && Part(b) is { } second && Part(c) is { } year)
        {
            // Where only one order gives a day that is, the order is certain, whatever the mapping says; where both do, the mapping's decides.
            var (mdy, dmy) = (Day(year, first, second), Day(year, second, first));
            var order = cell.Orders.FirstOrDefault(o => o is DateOrder.Mdy or DateOrder.Dmy);
            if (mdy is not null && dmy is not null && mdy != dmy)
            {
                read = order switch { DateOrder.Mdy => mdy, DateOrder.Dmy => dmy, _ => null };
                how = string.Create(CultureInfo.InvariantCulture, $"\"{text}\" is read as {read:yyyy-MM-dd}, as the mapping orders day and month");
            }
            else
            {
                read = mdy ?? dmy;
                how = string.Create(CultureInfo.InvariantCulture, $"\"{text}\" is read as {read:yyyy-MM-dd}, the only day that it can be");
            }
        }
        if (read is not { } day)
            return Fail<DateOnly?>(cell, $"\"{Short(text)}\" is no date");
        if (day.Year < 1980 || day > today.AddDays(1))
            return Fail<DateOnly?>(cell, string.Create(CultureInfo.InvariantCulture, $"\"{Short(text)}\" is {day:yyyy-MM-dd}, which is before 1980 or has not come yet"));
        if (how is not null)
            mended.Add(new(cell.Columns[0], how));
        return day;

        static int? Part(string digits) => digits.Length is > 0 and <= 4 && digits.All(char.IsAsciiDigit) ? int.Parse(digits, CultureInfo.InvariantCulture) : null;
        static DateOnly? Day(int year, int month, int day) => month is >= 1 and <= 12 && year >= 1 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new(year, month, day) : null;
    }

    /// <summary>Codes of the states that a cell names, by group.</summary>
    private List<List<string>> StatesOf(CellMapping cell, string[] cells)
    {
        var groups = Groups(cell, cells);
        var found = new List<List<string>>(groups.Count);
        foreach (var group in groups)
        {
            var codes = new List<string>();
            foreach (var item in group)
            {
                if (IsEmpty(item) || mapping.Regions.Contains(item.Trim()))
                    continue;
                if (cell.As == CellForm.Cow)
                    Cow(cell, item, codes);
                else
                    foreach (var part in item.Split([';', '|'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                        Named(cell, part, codes);
            }
            found.Add(codes);
        }
        return found;
    }

    private void Cow(CellMapping cell, string text, List<string> codes)
    {
        text = text.Trim();
        var whole = text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text;
        if (!int.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out var code) || States.OfCow(code) is not { } state)
        {
            Fail(cell, $"\"{Short(text)}\" is no Correlates of War code that registry/states.yaml knows");
            return;
        }
        if (whole.Length != text.Length)
            mended.Add(new(cell.Columns[0], $"\"{text}\" is read as {whole}"));
        codes.Add(state.Code);
    }

    /// <summary>One name, or several with commas between, where a comma may also stand inside a name: the longest run of parts that is a name is one.</summary>
    private void Named(CellMapping cell, string text, List<string> codes)
    {
        if (Resolve(cell, text) is { } whole)
        {
            codes.Add(whole);
            return;
        }
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        for (var i = 0; i < parts.Length;)
        {
            var taken = 0;
            for (var to = Math.Min(parts.Length, i + 4); to > i; to--)
                if (Resolve(cell, string.Join(", ", parts[i..to])) is { } code)
                {
                    codes.Add(code);
                    taken = to - i;
                    break;
                }
            if (taken == 0 && (IsEmpty(parts[i]) || mapping.Regions.Contains(parts[i])))
                taken = 1;
            if (taken == 0)
            {
                Fail(cell, parts[i].EndsWith('?')
                    ? $"\"{Short(parts[i])}\": a question mark after a name may be doubt, and is not read"
                    : $"\"{Short(parts[i])}\" is no state that registry/states.yaml knows; if it should be, add the name there and import again");
                return;
            }
            i += taken;
        }
        if (parts.Length > 1 && codes.Count > 1)
            mended.Add(new(cell.Columns[0], $"the cell names {codes.Count} states; each is read by itself: {string.Join(", ", codes)}"));
    }

    private string? Resolve(CellMapping cell, string text)
    {
        if (!stateNames.TryGetValue(text, out var code))
        {
            code = (States.Find(text) ?? States.WithLost(text))?.Code;
            if (stateNames.Count < 10_000)
                stateNames[text] = code;
        }
        if (code is not null && States.Find(code) is { } state && !string.Equals(state.Name, text, StringComparison.Ordinal))
            mended.Add(new(cell.Columns.Count > 0 ? cell.Columns[0] : "", $"\"{Short(text)}\" is read as {state.Name} ({code}){(States.Find(text) is null ? "; a character was lost, and one name alone fits" : "")}"));
        return code;
    }

    /// <summary>Words of a cell in our own words, by group.</summary>
    private List<List<string>> Known(CellMapping cell, string[] cells)
    {
        if (cell.Value is { } always)
            return [[always]];
        if (cell.As == CellForm.Flag)
        {
            switch (Words(cell, cells)?.ToLowerInvariant())
            {
                case "1" or "1.0" or "yes" or "true":
                    return [[cell.Word!]];
                case null or "0" or "0.0" or "no" or "false":
                    return [];
                case { } other:
                    Fail(cell, $"\"{Short(other)}\" is neither yes nor no");
                    return [];
            }
        }
        var found = new List<List<string>>();
        foreach (var group in Groups(cell, cells))
        {
            var words = new List<string>();
            foreach (var item in group)
            {
                if (IsEmpty(item))
                    continue;
                if (cell.Words!.TryGetValue(item.Trim(), out var whole))
                    words.Add(whole);
                else
                    foreach (var part in item.Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                        if (cell.Words.TryGetValue(part, out var word))
                            words.Add(word);
                        else if (cell.Only is not null || IsEmpty(part))
                            continue;
                        else if (strict && Unusual(part))
                            Fail(cell, $"\"{Short(part)}\" is no word that the mapping knows");
                        else if (ReferenceEquals(cell, file.VictimKinds) || file.Types.Contains(cell))
                        {
                            words.Add("other");
                            mended.Add(new(cell.Columns[0], $"\"{Short(part)}\" is no word that the mapping knows; counted among others"));
                        }
                        else
                            mended.Add(new(cell.Columns[0], $"\"{Short(part)}\" is no word that the mapping knows and is left out"));
            }
            found.Add([.. words.Distinct()]);
        }
        return found;
    }

    /// <summary>What stands in many rows is the feed's own word, not a cell that was moved.</summary>
    private bool Unusual(string word)
    {
        var seen = unknown.GetValueOrDefault(word) + (trying ? 0 : 1);
        if (!trying && unknown.Count < 10_000)
            unknown[word] = seen;
        return seen <= 40;
    }

    private void Fail(CellMapping cell, string what, bool together = false)
    {
        misplaced |= !together;
        fault ??= new(cell.Columns.Count > 0 ? cell.Columns[0] : "", what);
    }

    private T? Fail<T>(CellMapping cell, string what)
    {
        Fail(cell, what);
        return default;
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
