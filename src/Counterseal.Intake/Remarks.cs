using System.Globalization;
using System.Text;

namespace Counterseal.Intake;

/// <summary>Gathers the faults and warnings of one reading, and stops growing at <see cref="Limits.Remarks"/>.</summary>
internal sealed class Remarks
{
    private readonly List<Remark> _faults = [];
    private readonly List<Remark> _warnings = [];
    private int _faultsLeftOut;
    private int _warningsLeftOut;

    public bool Clean => _faults.Count == 0;

    public void Fault(int? line, string element, string rule, string what, string next) =>
        Add(_faults, ref _faultsLeftOut, new(line, element, rule, what, next));

    public void Warn(int? line, string element, string rule, string what, string next) =>
        Add(_warnings, ref _warningsLeftOut, new(line, element, rule, what, next));

    public IReadOnlyList<Remark> Faults => Closed(_faults, _faultsLeftOut, "faults");

    public IReadOnlyList<Remark> Warnings => Closed(_warnings, _warningsLeftOut, "warnings");

    /// <summary>A value from the original, safe to print: quoted, cut to 60 characters, with control and direction characters spelled out.</summary>
    public static string Quote(string value) => "“" + Printable(value, 60) + "”";

    /// <summary>The same without quotes, cut to a length.</summary>
    public static string Printable(string value, int most)
    {
        var text = new StringBuilder();
        foreach (var rune in value.EnumerateRunes())
        {
            if (text.Length >= most) return text.Append('…').ToString();
            if (NormalForm.IsHidden(rune)) text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            else text.Append(rune.ToString());
        }
        return text.ToString();
    }

    private static void Add(List<Remark> list, ref int leftOut, Remark remark)
    {
        if (list.Count < Limits.Remarks - 1) list.Add(remark);
        else leftOut++;
    }

    private static Remark[] Closed(List<Remark> list, int leftOut, string kind) => leftOut == 0
        ? [.. list]
        : [.. list, new(null, "/", "docs/intake.md, limits", $"{leftOut} more {kind} are not listed.", "Mend the ones listed first.")];
}
