using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Intake.Tests;

/// <summary>The original as text, beside what was read from it: whatever the bytes say, it is shown as it stands, or not at all.</summary>
public class SourceTextTests
{
    private const int MostBytes = 64 << 10, Few = 40, Many = 1500;

    [Fact]
    public void Random_bytes_are_shown_plainly_or_not_at_all() => Prop.ForAll<byte[]>(bytes => Shown(bytes) is null).QuickCheckThrowOnFailure();

    [Fact]
    public void Random_text_is_shown_whole_line_by_line() => Prop.ForAll<string, int>((text, n) =>
    {
        var bytes = Encoding.UTF8.GetBytes((Math.Abs(n % 4)) switch { 0 => "{\"reference\":\"" + text + "\"}", 1 => "<a>" + text + "</a>", 2 => text + "\r\n\u202e" + text, _ => text });
        return Shown(bytes) is null;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Six_thousand_mutations_of_the_samples_are_shown_plainly_or_not_at_all()
    {
        var (n, shown, placed) = (0, 0, 0);
        foreach (var bytes in Mutations.Of(HostileBytesTests.Seeds, 6000, 20264))
        {
            try
            {
                // As many lines as the page shows, and few, of which the places beyond are left out.
                var most = n % 2 == 0 ? Few : Many;
                var fault = Shown(bytes, most);
                Assert.True(fault is null, $"Mutation {n}: {fault}\n{Encoding.UTF8.GetString(bytes)}");
                if (SourceText.Of(bytes, MostBytes, most) is { } text)
                    (shown, placed) = (shown + 1, placed + (text.Places.Count > 0 ? 1 : 0));
            }
            catch (Exception thrown) when (thrown is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Mutation {n} of seed 20264: {thrown}\n{Encoding.UTF8.GetString(bytes)}");
            }
            n++;
        }
        // Else the walk would have met only bytes that are no text, or no document any more.
        Assert.True(shown > 3000 && placed > 150, $"{shown} shown, {placed} with places");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"6000 mutations, {shown} shown, {placed} with places"));
    }

    [Fact]
    public void Deep_wide_and_long_originals_are_shown_within_bounds()
    {
        foreach (var text in new[]
        {
            "{\"a\":" + new string('[', 60_000), string.Concat(Enumerable.Repeat("<a>", 20_000)), "<a>" + string.Concat(Enumerable.Repeat("<b/>", 15_000)) + "</a>", "{" + new string('\n', 60_000) + "}", new string('x', 64_000),
            "{\"reference\":\"" + new string('\u202e', 20_000) + "\"}", "<!DOCTYPE a [<!ENTITY b \"c\">]>\n<a>&b;</a>", "{\"scope\":[" + string.Join(',', Enumerable.Repeat("{}", 20_000)) + "]}",
        })
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Assert.True(bytes.Length <= MostBytes, "the test's own text is too long");
            Assert.Null(Shown(bytes));
        }
        Assert.Null(SourceText.Of(new byte[MostBytes + 1], MostBytes, Many));
    }

    /// <summary>What is wrong with what is shown; <c>null</c> when nothing is.</summary>
    private static string? Shown(byte[] bytes, int mostLines = Few)
    {
        if (SourceText.Of(bytes, MostBytes, mostLines) is not { } text)
            return null;
        if (text.Lines.Count == 0 || text.Lines.Count > mostLines || text.More < 0 || (text.More > 0 && text.Lines.Count != mostLines))
            return $"{text.Lines.Count} lines and {text.More} more";
        // A line ends at a thousand characters; one more sign, spelled out, and the words that it goes on.
        if (text.Lines.FirstOrDefault(line => line.Length > 1040) is { } longer)
            return $"a line of {longer.Length} characters";
        if (text.Lines.SelectMany(line => line.EnumerateRunes()).Cast<Rune?>().FirstOrDefault(one => one is { } rune && rune.Value != '\t' && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse) is { } hidden)
            return $"U+{hidden.Value:X4} stands in a line";
        return text.Places.FirstOrDefault(place => place.Line < 1 || place.Line > text.Lines.Count || place.Field.Length == 0) is { } place ? $"{place.Field} is said to be on line {place.Line}" : null;
    }
}
