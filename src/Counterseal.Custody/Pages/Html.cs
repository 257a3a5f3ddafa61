using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Counterseal.Custody;

/// <summary>A piece of a page. Built from interpolated strings in which every hole is text and escaped, unless it is a piece itself: there is no other way to make one.</summary>
internal sealed class Html
{
    private readonly string markup;

    private Html(string markup) => this.markup = markup;

    /// <summary>Nothing.</summary>
    public static Html None { get; } = new("");

    /// <summary>A piece from an interpolated string; the literal parts are markup, the holes are text.</summary>
    public static Html Of(Builder markup) => new(markup.Done());

    /// <summary>Pieces one after the other.</summary>
    public static Html Join(IEnumerable<Html> pieces) => new(string.Concat(pieces.Select(piece => piece.markup)));

    /// <summary>A piece for each of some things.</summary>
    public static Html Each<T>(IEnumerable<T> things, Func<T, Html> piece) => Join(things.Select(piece));

    /// <inheritdoc/>
    public override string ToString() => markup;

    /// <summary>Collects the parts of an interpolated string.</summary>
    [InterpolatedStringHandler]
    internal readonly struct Builder(int literalLength, int formattedCount)
    {
        private readonly StringBuilder text = new(literalLength + (16 * formattedCount));

        public void AppendLiteral(string literal) => text.Append(literal);

        public void AppendFormatted(Html piece) => text.Append(piece.markup);

        public void AppendFormatted(string? value) => text.Append(HtmlEncoder.Default.Encode(value ?? ""));

        public void AppendFormatted(int value) => text.Append(value.ToString(System.Globalization.CultureInfo.InvariantCulture));

        public void AppendFormatted(long value) => text.Append(value.ToString(System.Globalization.CultureInfo.InvariantCulture));

        public string Done() => text.ToString();
    }
}
