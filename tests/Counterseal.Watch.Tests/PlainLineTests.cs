using System.Globalization;
using System.Text;

namespace Counterseal.Watch.Tests;

/// <summary>The quick reading of plain lines against the framework's reader: what it takes, the other takes and reads alike.</summary>
public class PlainLineTests
{
    private static readonly string[] Lines =
    [
        """{"class_uid":3002,"time":1795521600123,"user":{"name":"ada","org":{"uid":"a-long-organisation-name"}},"src":{"ip":"203.0.113.7","port":443},"list":[1,-2.5e+7,[true,false,null],{"a":{}}],"text":"Mozilla/5.0 (X11; Linux x86_64)"}""",
        """{ "a" : "b" , "n" : 0 , "empty" : "" , "none" : { } , "nothing" : [ ] , "ip" : "2001:db8::7" , "nul" : null }""",
        """{"id":"ünï¢ödé","number":"17","a":9223372036854775807,"a":9223372036854775808,"b":-0,"c":1.0,"d":1E5,"ip":"010.0.0.1"}""",
        """{"esc":"a\"bA","deep":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]],"ip":"[2001:db8::1]:443"}""",
    ];

    // What it asks of a member hangs on the member's name alone, so that both readers are asked the same.
    private struct Transcript : IJsonMembers
    {
        private StringBuilder? said;

        public override readonly string ToString() => said?.ToString() ?? "";

        public void Take<TLine>(ref TLine line) where TLine : struct, IJsonLine, allows ref struct
        {
            said ??= new StringBuilder();
            while (line.Next(out var name))
            {
                said.Append(Encoding.UTF8.GetString(name)).Append('=');
                switch ((name.Length + (name.Length > 0 ? name[0] : 0)) % 6)
                {
                    case 0: said.Append(line.Text() ?? "-"); break;
                    case 1: said.Append(line.Shared() ?? "-"); break;
                    case 2: said.Append(line.Number()?.ToString(CultureInfo.InvariantCulture) ?? "-"); break;
                    case 3: said.Append(line.Ip()?.ToString() ?? "-"); break;
                    case 4: line.Pass(); break;
                    default:
                        if (line.Enter())
                        {
                            said.Append('{');
                            Take(ref line);
                            said.Append('}');
                        }
                        break;
                }
                said.Append('\n');
            }
        }
    }

    private static (bool Taken, string Said) Plain(byte[] bytes)
    {
        var members = default(Transcript);
        var plain = new PlainLine(bytes);
        if (!plain.Enter())
            return (false, "");
        members.Take(ref plain);
        return (plain.End(), members.ToString());
    }

    private static (string? Why, string Said) Careful(byte[] bytes)
    {
        var members = default(Transcript);
        return (JsonLine.Careful(bytes, ref members), members.ToString());
    }

    [Fact]
    public void Plain_lines_are_taken_and_lines_with_escapes_or_deep_nesting_are_left_to_the_careful_reader() =>
        Assert.Equal([true, true, true, false], Lines.Select(line => Plain(Encoding.UTF8.GetBytes(line)).Taken));

    [Fact]
    public void What_is_taken_is_read_as_the_careful_reader_reads_it()
    {
        var random = new Random(20261124);
        var pieces = new[] { "\"", "{", "}", "[", "]", ",", ":", " ", "\\", "0", "-", ".", "e", "tru", "null", "\0", "\u0001", "ü", "\r\n", "1", "\"x\":1," };
        var (taken, changed) = (0, 0);
        for (var round = 0; round < 200_000; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(Lines[random.Next(Lines.Length)]);
            for (var times = random.Next(3); times > 0; times--)
            {
                var at = random.Next(bytes.Length + 1);
                var piece = Encoding.UTF8.GetBytes(pieces[random.Next(pieces.Length)]);
                bytes = random.Next(5) switch
                {
                    0 => [.. bytes[..at], .. piece, .. bytes[at..]],
                    1 => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(4))..]],
                    2 => bytes[..at],
                    3 when at < bytes.Length => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
                    _ => [.. bytes[..at], .. piece, .. bytes[Math.Min(bytes.Length, at + piece.Length)..]],
                };
                changed++;
            }

            var plain = Plain(bytes);
            if (!plain.Taken)
                continue;
            taken++;
            var careful = Careful(bytes);
            Assert.True(careful.Why is null, $"taken, but {careful.Why}: {Encoding.UTF8.GetString(bytes)}");
            Assert.Equal(careful.Said, plain.Said);
        }
        Assert.InRange(taken, 40_000, 150_000);
        Assert.True(changed > 150_000);
    }

    [Fact]
    public void A_shared_text_is_the_text_also_where_two_share_a_place()
    {
        var random = new Random(7);
        for (var round = 0; round < 50_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => "abü"[random.Next(random.Next(8) == 0 ? 3 : 2)]));
            Assert.Equal(text, SharedText.Of(Encoding.UTF8.GetBytes(text)));
        }
    }
}
