using System.IO.Pipes;
using System.Text;
using Counterseal.Cli;
using Counterseal.Watch;

namespace Counterseal.EndToEnd.Tests;

/// <summary>A file of events cut into parts of whole lines.</summary>
public class EventUploadTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parts_hold_whole_lines_and_together_are_the_file_however_long_a_line_is()
    {
        var random = new Random(7);
        var file = new StringBuilder();
        for (var i = 0; i < 3000; i++)
            file.Append('x', random.Next(20_000)).Append('\n');
        file.Insert(0, new string('y', 20 << 20) + "\n").Append("the last line has no end");
        var bytes = Encoding.ASCII.GetBytes(file.ToString());
        var upload = new EventUpload(new MemoryStream(bytes), TimeProvider.System);
        var (parts, at) = (0, 0);
        while (await upload.More(Stop))
        {
            using var content = upload.Part([]);
            var part = await content.ReadAsByteArrayAsync(Stop);
            Assert.True(bytes.AsSpan(at, part.Length).SequenceEqual(part));
            at += part.Length;
            Assert.True(at == bytes.Length || part[^1] == '\n');
            parts++;
        }
        Assert.Equal(bytes.Length, at);
        Assert.InRange(parts, 4, 8);
    }

    [Fact]
    public async Task A_pipe_that_pauses_gives_what_it_has_and_what_was_read_before_is_passed_over()
    {
        await using var writing = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var reading = new AnonymousPipeClientStream(PipeDirection.In, writing.ClientSafePipeHandle);
        var upload = new EventUpload(reading, TimeProvider.System);
        await writing.WriteAsync("old\nnew\n"u8.ToArray(), Stop);
        await upload.PassOver(new FeedPosition(1, 4), "a pipe", Stop);
        Assert.True(await upload.More(Stop));
        using var content = upload.Part("head:"u8.ToArray());
        Assert.Equal("head:new\n", await content.ReadAsStringAsync(Stop));
        writing.Dispose();
        Assert.False(await upload.More(Stop));
    }

    [Fact]
    public async Task An_input_that_is_shorter_than_what_was_read_of_it_is_refused()
    {
        var upload = new EventUpload(new MemoryStream("abc"u8.ToArray()), TimeProvider.System);
        Assert.Contains("another file of the same name", (await Assert.ThrowsAsync<Refused>(() => upload.PassOver(new FeedPosition(1, 4), "a file", Stop))).Message, StringComparison.Ordinal);
    }
}
