using System.Globalization;
using System.Text.Encodings.Web;
using Fluid;
using Fluid.Values;

namespace Counterseal.Intake;

/// <summary>
/// What a template can get hold of: these few, and nothing of .NET behind them. Each knows how it goes on the sheet. In a condition it
/// is true where the thing is known, where the flag is set, where the list has something in it.
/// </summary>
internal abstract class LetterValue : FluidValue
{
    /// <summary>A line of ours.</summary>
    public sealed class Ours(string text) : LetterValue
    {
        public override FluidValues Type => FluidValues.String;

        public override string ToStringValue() => text;

        protected override void Put(Sheet sheet) => sheet.Ours(text);
    }

    /// <summary>A line of the demand; words of ours may stand before and behind it.</summary>
    public sealed class Theirs(string before, string text, string after) : LetterValue
    {
        public override FluidValues Type => FluidValues.String;

        public override string ToStringValue() => before + text + after;

        protected override void Put(Sheet sheet)
        {
            if (before.Length > 0) sheet.Write(before);
            sheet.Theirs(text);
            if (after.Length > 0) sheet.Write(after);
        }
    }

    /// <summary>A text of the demand, of several lines.</summary>
    public sealed class Quotation(string text) : LetterValue
    {
        public override FluidValues Type => FluidValues.String;

        public override string ToStringValue() => text;

        protected override void Put(Sheet sheet) => sheet.Quotation(text);
    }

    /// <summary>What is not known: false in a condition, left to counsel on the sheet.</summary>
    public sealed class Gap(string what) : LetterValue
    {
        public override FluidValues Type => FluidValues.Nil;

        public override bool ToBooleanValue() => false;

        public override bool IsNil() => true;

        protected override void Put(Sheet sheet) => sheet.Gap(what);
    }

    /// <summary>Yes or no; for conditions only.</summary>
    public sealed class Flag(bool set) : LetterValue
    {
        public override FluidValues Type => FluidValues.Boolean;

        public override bool ToBooleanValue() => set;
    }

    /// <summary>One of a few words; for conditions only.</summary>
    public sealed class Choice(string word) : LetterValue
    {
        public override FluidValues Type => FluidValues.String;

        public override string ToStringValue() => word;

        public override bool Equals(FluidValue? other) => other?.Type == FluidValues.String && other.ToStringValue() == word;
    }

    /// <summary>Several of one shape.</summary>
    public sealed class List(IReadOnlyList<FluidValue> values) : LetterValue
    {
        public override FluidValues Type => FluidValues.Array;

        public override bool ToBooleanValue() => values.Count > 0;

        public override IEnumerable<FluidValue> Enumerate(TemplateContext context) => values;
    }

    /// <summary>Members by name.</summary>
    public sealed class Group(IReadOnlyDictionary<string, FluidValue> members) : LetterValue
    {
        public override FluidValues Type => FluidValues.Dictionary;

        public override System.Threading.Tasks.ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context) =>
            new(members.TryGetValue(name, out var value) ? value : NilValue.Instance);

        public IReadOnlyDictionary<string, FluidValue> Members => members;
    }

    public override System.Threading.Tasks.ValueTask WriteToAsync(TextWriter writer, TextEncoder encoder, CultureInfo cultureInfo)
    {
        Put((Sheet)writer);
        return default;
    }

    public override bool Equals(FluidValue? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => obj is FluidValue other && Equals(other);

    public override int GetHashCode() => ToStringValue().GetHashCode(StringComparison.Ordinal);

    public override bool ToBooleanValue() => true;

    public override decimal ToNumberValue() => 0;

    public override string ToStringValue() => "";

    public override object ToObjectValue() => ToStringValue();

    /// <summary>Puts it on the sheet; what cannot be printed is refused when the template is read.</summary>
    protected virtual void Put(Sheet sheet) => throw new InvalidOperationException($"{GetType().Name} is not for printing");
}
