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

    /// <summary>A fault at an element; its path is only made where the fault is kept, since it costs a look at every sibling.</summary>
    public void Fault(Element at, string rule, string what, string next) =>
        Fault(at.Line, HasRoom(_faults) ? at.Path : "", rule, what, next);

    /// <summary>A warning at an element; see <see cref="Fault(Element, string, string, string)"/>.</summary>
    public void Warn(Element at, string rule, string what, string next) =>
        Warn(at.Line, HasRoom(_warnings) ? at.Path : "", rule, what, next);

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

    private static bool HasRoom(List<Remark> list) => list.Count < Limits.Remarks - 1;

    private static void Add(List<Remark> list, ref int leftOut, Remark remark)
    {
        if (HasRoom(list)) list.Add(remark);
        else leftOut++;
    }

    private static Remark[] Closed(List<Remark> list, int leftOut, string kind) => leftOut == 0
        ? [.. list]
        : [.. list, new(null, "/", "docs/intake.md, limits", $"{leftOut} more {kind} are not listed.", "Mend the ones listed first.")];
}
