using System.Text;
using Counterseal.Custody.Tests.Gate;

namespace Counterseal.Custody.Tests.Pages;

/// <summary>A preview's pages over more records than a gate should hold at once.</summary>
[Collection(nameof(Alone))]
public sealed class PreviewSizeTests
{
    [Fact]
    public async Task A_preview_of_many_records_is_paged_and_the_gate_does_not_hold_them()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        var mbox = new StringBuilder();
        for (var i = 0; i < 3000; i++)
            mbox.Append(System.Globalization.CultureInfo.InvariantCulture, $"From x@example.org Tue Oct 06 09:00:00 2026\nFrom: x{i}@example.org\nTo: maeve@mail.example\nDate: Tue, 06 Oct 2026 09:00:00 +0000\nSubject: number {i}\n\n{new string('z', 20_000)}\n\n");
        await File.WriteAllTextAsync(desk.At("mail", "maeve.mbox"), mbox.ToString());
        mbox.Clear();
        await desk.StartGate();
        var preview = await Case.Preview(desk, "alice");
        Assert.Equal("done", (await preview.File()).State);
        Assert.Equal("done", (await desk.Settled(preview.Digest)).State);
        var folder = Path.Combine(desk.Home, "previews", preview.Digest);
        using var vault = AgeIdentity.Parse(File.ReadAllText(Path.Combine(desk.Home, "vault.key")).Trim());
        var listing = PreviewReader.Streams(folder, vault);
        var content = listing.Streams.Single(stream => stream.Extension == "mbox");
        Assert.Equal(3000, content.Records);
        var floor = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0;
        for (var from = content.First; from < content.First + content.Records; from += PreviewPages.ItemsOfPage)
        {
            var pieces = PreviewReader.Pieces(folder, vault, from, PreviewPages.ItemsOfPage, 0, 8192);
            Assert.Equal(PreviewPages.ItemsOfPage, pieces.Count);
            Assert.Contains($"Subject: number {from - content.First}\n", Encoding.ASCII.GetString(pieces[0].Bytes), StringComparison.Ordinal);
            if (from % 500 == content.First % 500)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - floor);
        }
        Assert.True(most < 4 << 20, $"{most} bytes held over {listing.Bytes}");
    }
}
