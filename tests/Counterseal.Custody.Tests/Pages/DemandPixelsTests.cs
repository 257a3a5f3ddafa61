using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Counterseal.Custody.Tests.Pages;

/// <summary>A demand's original comes to a reviewer as pixels that we have written, drawn where it can reach nothing.</summary>
public class DemandPixelsTests
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(60);

    private static void NeedTools()
    {
        if (!Sandbox.Has("/usr/bin/pdftoppm", "/usr/bin/pdfinfo", "/usr/bin/pango-view"))
            Assert.Skip("bubblewrap, poppler-utils or pango1.0-tools is not here");
    }

    private static async Task<string?> InSandbox(string script) =>
        await Sandbox.Run("input"u8.ToArray(), 1 << 20, Time, ["/bin/sh", "-c", script], TestContext.Current.CancellationToken) is { } output ? Encoding.UTF8.GetString(output) : null;

    [Theory]
    [InlineData("cat")]
    [InlineData("echo x > /tmp/x && cat /tmp/x && cat")]
    public async Task In_the_sandbox_a_program_reads_its_input_and_writes_its_own_scratch(string script)
    {
        NeedTools();
        Assert.EndsWith("input", await InSandbox(script), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cat /etc/passwd")]
    [InlineData("ls /home")]
    [InlineData("ls /root")]
    [InlineData("echo x > /usr/x")]
    [InlineData("test \"$(ls /sys/class/net 2>/dev/null | grep -v lo)\" != \"\"")]
    [InlineData("env | grep -q COUNTERSEAL")]
    [InlineData("dd if=/dev/zero of=/tmp/big bs=1M count=80")]
    [InlineData("ulimit -v unlimited")]
    [InlineData("kill -0 $PPID && test $(ls -d /proc/[0-9]* | wc -l) -gt 20")]
    public async Task In_the_sandbox_there_is_no_machine_no_network_and_no_end_of_room(string script)
    {
        NeedTools();
        Assert.Null(await InSandbox(script));
    }

    [Fact]
    public async Task In_the_sandbox_this_machine_does_not_answer()
    {
        NeedTools();
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var script = $"exec 3<>/dev/tcp/127.0.0.1/{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}";
        using var outside = System.Diagnostics.Process.Start("/bin/bash", ["-c", script]);
        await outside.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, outside.ExitCode);
        Assert.Null(await Sandbox.Run(Array.Empty<byte>(), 1 << 20, Time, ["/bin/bash", "-c", script], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_program_that_writes_too_much_or_takes_too_long_gives_nothing()
    {
        NeedTools();
        Assert.Null(await InSandbox("yes"));
        Assert.Null(await Sandbox.Run(Array.Empty<byte>(), 1 << 20, TimeSpan.FromMilliseconds(300), ["/usr/bin/sleep", "60"], TestContext.Current.CancellationToken));
        Assert.Null(await Sandbox.Run(Array.Empty<byte>(), 1 << 20, Time, ["/usr/bin/no-such-program"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_pdf_is_drawn_page_by_page_and_what_is_none_says_so()
    {
        NeedTools();
        using var pixels = new DemandPixels();
        var pdf = Pdf("Order of the court", "Second page");
        Assert.Equal((2, null), await DemandPixels.Count(pdf, TestContext.Current.CancellationToken));
        var (first, second) = (await pixels.Page("a", pdf, 1, TestContext.Current.CancellationToken), await pixels.Page("a", pdf, 2, TestContext.Current.CancellationToken));
        Assert.NotNull(first);
        Assert.True(Dark(first) > 200, "nothing is written on the page");
        Assert.NotEqual(first, second);
        Assert.Same(first, await pixels.Page("a", pdf, 1, TestContext.Current.CancellationToken));
        Assert.Null(await pixels.Page("a", pdf, 3, TestContext.Current.CancellationToken));
        Assert.Null(await pixels.Page("a", pdf, 0, TestContext.Current.CancellationToken));

        var broken = "%PDF-1.7 and nothing else"u8.ToArray();
        Assert.NotNull((await DemandPixels.Count(broken, TestContext.Current.CancellationToken)).Fault);
        Assert.Null(await pixels.Page("b", broken, 1, TestContext.Current.CancellationToken));
        Assert.NotNull((await DemandPixels.Count(new byte[(20 << 20) + 1], TestContext.Current.CancellationToken)).Fault);
    }

    [Theory]
    [InlineData("<?xml version=\"1.0\"?><order>Разпореждане Ένταλμα Súðavík</order>\n")]
    [InlineData("From: court@example.org\r\nSubject: order\r\n\r\n<script>alert(1)</script>\u202e\r\n")]
    [InlineData("\0\u0001\u0002 not text at all")]
    public async Task Everything_else_is_drawn_as_the_characters_that_stand_in_it(string text)
    {
        NeedTools();
        using var pixels = new DemandPixels();
        var png = await pixels.Page("c", Encoding.UTF8.GetBytes(text), 1, TestContext.Current.CancellationToken);
        Assert.NotNull(png);
        Assert.True(Dark(png) > 100, "nothing is written on the page");
    }

    [Fact]
    public async Task Long_text_has_pages()
    {
        NeedTools();
        var text = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 200).Select(i => i.ToString(CultureInfo.InvariantCulture))));
        Assert.Equal((4, null), await DemandPixels.Count(text, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("P6\n2 1\n255\n", 6, true)]
    [InlineData("P6\n2 1\n255\n", 5, false)]
    [InlineData("P6\n2 1\n255\n", 7, false)]
    [InlineData("P5\n2 1\n255\n", 6, false)]
    [InlineData("P6\n-2 1\n255\n", 6, false)]
    [InlineData("P6\n0 1\n255\n", 0, false)]
    [InlineData("P6\n2 1\n65535\n", 6, false)]
    [InlineData("P6\n99999 99999\n255\n", 6, false)]
    [InlineData("P6\n2 1\n255", 6, false)]
    [InlineData("\u0089PNG\r\n", 6, false)]
    public void Only_bare_pixels_pass(string header, int bytes, bool good)
    {
        byte[] ppm = [.. Encoding.Latin1.GetBytes(header), .. Enumerable.Repeat((byte)7, bytes)];
        var png = Png.FromPpm(ppm);
        Assert.Equal(good, png is not null);
        if (png is not null)
            Assert.Equal([0, 7, 7, 7, 7, 7, 7], Samples(png));
    }

    /// <summary>How many samples of a PNG are darker than half: read with the framework's zlib, not with the code under test.</summary>
    private static int Dark(byte[] png) => Samples(png).Count(sample => sample is > 0 and < 128);

    private static byte[] Samples(byte[] png)
    {
        using var packed = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (png.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
                packed.Write(png, at + 8, length);
            at += 12 + length;
        }
        packed.Position = 0;
        using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
        using var samples = new MemoryStream();
        zlib.CopyTo(samples);
        return samples.ToArray();
    }

    private static byte[] Pdf(params string[] pages)
    {
        var objects = new List<string> { "<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>" };
        var kids = new List<string>();
        foreach (var page in pages)
        {
            var drawing = $"BT /F1 24 Tf 72 700 Td ({page}) Tj ET";
            objects.Add($"<< /Length {drawing.Length} >>\nstream\n{drawing}\nendstream");
            objects.Add($"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {objects.Count} 0 R >>");
            kids.Add($"{objects.Count} 0 R");
        }
        objects[1] = $"<< /Type /Pages /Kids [{string.Join(' ', kids)}] /Count {pages.Length} >>";
        var text = new StringBuilder("%PDF-1.4\n");
        var places = new List<int>();
        for (var i = 0; i < objects.Count; i++)
        {
            places.Add(text.Length);
            text.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }
        var table = text.Length;
        text.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        foreach (var place in places)
            text.Append(CultureInfo.InvariantCulture, $"{place:D10} 00000 n \n");
        text.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {objects.Count + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
