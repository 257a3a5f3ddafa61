using System.Globalization;
using Microsoft.Extensions.Time.Testing;

namespace Counterseal.Ledger.Tests;

public sealed class TallySlotsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 2, 0, 0, TimeSpan.Zero);

    private static async Task<(TallySlots Slots, NoteSigner Signer, TallyHome Home, FakeTimeProvider Clock)> Open(TemporaryFolder folder, bool make = true)
    {
        var home = make ? LedgerHome.Create(folder["home"], "ledger.example/log").Home : new LedgerHome(folder["home"]);
        var tally = new TallyHome(home);
        if (make)
            tally.Create([.. "{}"u8]);
        var signer = home.OpenKey();
        var clock = new FakeTimeProvider(Start);
        await Task.Yield();
        return (TallySlots.Open(tally, TallyToy.Work(tally, ""), signer, null, clock), signer, tally, clock);
    }

    /// <summary>The next slot, without waiting for it.</summary>
    private static Task Slot(TallySlots slots, FakeTimeProvider clock)
    {
        clock.Advance(TimeSpan.FromMinutes(1));
        return slots.Slot(clock.GetUtcNow(), default);
    }

    [Fact]
    public async Task At_each_slot_the_log_grows_by_the_same_number_whether_busy_or_idle()
    {
        using var folder = new TemporaryFolder();
        var (slots, signer, _, clock) = await Open(folder);
        using (signer)
        await using (slots)
        {
            for (var i = 0; i < 10; i++)
            {
                // Busy: more than the slots have room for; then idle.
                for (var n = 0; i < 5 && n < 3; n++)
                {
                    var place = slots.Reserve("desk");
                    Assert.Equal(TallyStanding.Waiting, slots.Deliver("desk", place.Index, TallyToy.Leaf(place.Period, $"{i} {n}")));
                }
                await Slot(slots, clock);
                Assert.Equal((i + 1) * 2, slots.Latest.Size);
            }
        }
    }

    [Fact]
    public async Task A_leaf_keeps_its_index_a_retry_changes_nothing_and_what_comes_too_late_finds_a_cover()
    {
        using var folder = new TemporaryFolder();
        var (slots, signer, _, clock) = await Open(folder);
        using (signer)
        await using (slots)
        {
            TallyReservation kept = slots.Reserve("desk"), lapsed = slots.Reserve("gate");
            var leaf = TallyToy.Leaf(kept.Period, "mine");
            Assert.Equal(TallyStanding.Waiting, slots.Deliver("desk", kept.Index, leaf));
            Assert.Equal(TallyStanding.Waiting, slots.Deliver("desk", kept.Index, leaf));
            Assert.Equal(TallyStanding.Lapsed, slots.Deliver("desk", kept.Index, TallyToy.Leaf(kept.Period, "another")));
            // What another has reserved is not taken from it.
            Assert.Equal(TallyStanding.Lapsed, slots.Deliver("desk", lapsed.Index, leaf));
            Assert.Throws<LedgerException>(() => slots.Deliver("desk", slots.Reserve("desk").Index, new byte[TallyToy.Size]));
            for (var i = 0; i < 4; i++)
                await Slot(slots, clock);
            Assert.Equal(TallyStanding.Logged, slots.Deliver("desk", kept.Index, leaf));
            Assert.Equal(TallyStanding.Lapsed, slots.Deliver("gate", lapsed.Index, TallyToy.Leaf(lapsed.Period, "late")));
        }
    }

    [Fact]
    public async Task Beyond_its_capacity_leaves_wait_longer_and_none_is_lost()
    {
        using var folder = new TemporaryFolder();
        var (slots, signer, _, clock) = await Open(folder);
        using (signer)
        await using (slots)
        {
            // Two a slot, and thirty at once: fifteen slots at least.
            var sent = Enumerable.Range(0, 30).Select(n => (Place: slots.Reserve("desk"), n)).ToList();
            Assert.Equal(30, sent.Select(one => one.Place.Index).Distinct().Count());
            foreach (var (place, n) in sent)
                Assert.Equal(TallyStanding.Waiting, slots.Deliver("desk", place.Index, TallyToy.Leaf(place.Period, $"{n}")));
            var last = sent.Max(one => one.Place.At);
            Assert.InRange(last - Start, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(18));
            for (var i = 0; i < 18; i++)
                await Slot(slots, clock);
            foreach (var (place, n) in sent)
                Assert.Equal(TallyStanding.Logged, slots.Deliver("desk", place.Index, TallyToy.Leaf(place.Period, $"{n}")));
        }
    }

    [Fact]
    public async Task Periods_are_contiguous_ranges_that_the_clock_fixes_and_a_leaf_of_the_last_one_is_not_taken_into_the_next()
    {
        using var folder = new TemporaryFolder();
        var (slots, signer, _, clock) = await Open(folder);
        using (signer)
        await using (slots)
        {
            await Slot(slots, clock);
            var old = slots.Reserve("desk");
            Assert.Equal(TallyStanding.Waiting, slots.Deliver("desk", old.Index, TallyToy.Leaf(old.Period, "old")));
            // The ledger does not run over the turn of the year.
            clock.SetUtcNow(new DateTimeOffset(2027, 1, 1, 0, 0, 30, TimeSpan.Zero));
            for (var i = 0; i < 4; i++)
                await Slot(slots, clock);
            Assert.Equal(TallyStanding.Lapsed, slots.Deliver("desk", old.Index, TallyToy.Leaf(old.Period, "old")));
            var periods = slots.Periods();
            Assert.Equal([(1, 0L, 2L, true), (2, 2L, 10L, false)], periods.Select(one => (one.Period, one.From, one.To, one.Over)));
            Assert.Equal(slots.Latest.Root, periods[1].Root);
        }
    }

    [Fact]
    public async Task Opened_again_the_log_is_the_same_and_goes_on_over_many_tiles()
    {
        using var folder = new TemporaryFolder();
        var (slots, signer, home, clock) = await Open(folder);
        var tree = new GrowingTree();
        using (signer)
        {
            await using (slots)
            {
                for (var i = 0; i < 300; i++)
                    await Slot(slots, clock);
            }
            (slots, var again, _, clock) = await Open(folder, make: false);
            using (again)
            await using (slots)
            {
                Assert.Equal(600, slots.Latest.Size);
                await Slot(slots, clock);
                var reader = TallyReader.OfFolder(home.LogFolder, signer.Verifier);
                var latest = await reader.Latest(default);
                Assert.Equal(602, latest.Size);
                await foreach (var leaf in reader.Leaves(latest, TallyToy.Size, default))
                    tree.Add(leaf);
                Assert.Equal(latest.Root, tree.Root());
                // Each leaf is proven alone too, by the hash tiles that lie in the folder.
                foreach (var index in (long[])[0, 255, 256, 511, 512, 601])
                    Assert.Equal(TallyToy.Leaf(1, $"cover {index}"), await reader.Leaf(latest, index, TallyToy.Size, default));
                Assert.True(Merkle.VerifyConsistency(512, 602, Prefix(512), latest.Root, slots.Consistency(512, 602)));
            }
        }
        // Kilobytes a leaf: of the partials only the last two checkpoints' are kept.
        Assert.InRange(Directory.EnumerateFiles(Path.Combine(home.LogFolder, "tile", "entries"), "*", SearchOption.AllDirectories).Count(file => file.Contains(".p", StringComparison.Ordinal)), 1, 2);

        static byte[] Prefix(int size)
        {
            var tree = new GrowingTree();
            for (var i = 0; i < size; i++)
                tree.Add(TallyToy.Leaf(1, string.Create(CultureInfo.InvariantCulture, $"cover {i}")));
            return tree.Root();
        }
    }

    [Fact]
    public async Task A_damaged_tally_and_one_whose_checkpoint_was_set_back_are_not_opened()
    {
        using var folder = new TemporaryFolder();
        var (slots, signer, home, clock) = await Open(folder);
        using (signer)
        {
            await using (slots)
                for (var i = 0; i < 3; i++)
                    await Slot(slots, clock);
            var entries = Directory.EnumerateFiles(Path.Combine(home.LogFolder, "tile", "entries"), "6", SearchOption.AllDirectories).Single();
            var bytes = await File.ReadAllBytesAsync(entries, TestContext.Current.CancellationToken);
            bytes[50] ^= 1;
            await File.WriteAllBytesAsync(entries, bytes, TestContext.Current.CancellationToken);
            Assert.Contains("do not hash", Assert.Throws<LedgerException>(() => TallySlots.Open(home, TallyToy.Work(home, ""), signer, null, clock)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task When_the_ledgers_key_changes_the_tally_goes_on_under_the_new_one_and_as_long_as_both_sign_under_both()
    {
        using var folder = new TemporaryFolder();
        var (slots, signer, tally, clock) = await Open(folder);
        using (signer)
        await using (slots)
            await Slot(slots, clock);
        var change = await LedgerKeyChange.Rotate(tally.Home);
        (slots, var made, _, clock) = await Open(folder, make: false);
        using (made)
        {
            await using (slots)
                Assert.Equal((change.New, 2L), (made.Verifier, slots.Latest.Size));
            using var old = tally.Home.OpenOldKey();
            await using var both = TallySlots.Open(tally, TallyToy.Work(tally, ""), made, old, clock);
            await Slot(both, clock);
            var signed = await File.ReadAllBytesAsync(Path.Combine(tally.LogFolder, "checkpoint"), TestContext.Current.CancellationToken);
            Assert.Equal(4, Checkpoint.Open(signed, change.New.As(both.Latest.Origin)).Size);
            Assert.Equal(4, Checkpoint.Open(signed, change.Old.As(both.Latest.Origin)).Size);
        }
        // Lost: the new key alone.
        LedgerKeyChange.Retire(tally.Home);
        var replaced = await LedgerKeyChange.Replace(tally.Home, change.New, KeyChangeReason.Lost);
        (slots, made, _, clock) = await Open(folder, make: false);
        using (made)
        await using (slots)
        {
            Assert.Equal((replaced.New, 4L), (made.Verifier, slots.Latest.Size));
            Assert.Throws<FormatException>(() => Checkpoint.Open(File.ReadAllBytes(Path.Combine(tally.LogFolder, "checkpoint")), change.New.As(slots.Latest.Origin)));
        }
    }

    public static TheoryData<string, bool> Points()
    {
        var data = new TheoryData<string, bool>();
        foreach (var write in new[] { "ledger.tally.waiting", "ledger.tally.tiles", "ledger.tally.checkpoint" })
            foreach (var place in new[] { "before", "unsynced", "renamed", "after" })
                foreach (var lose in new[] { false, true })
                    data.Add($"{write}.{place}#3", lose);
        data.Add("ledger.tally.taken.before", false);
        data.Add("ledger.tally.taken.unsynced", true);
        data.Add("ledger.tally.taken.after", false);
        return data;
    }

    [Theory, MemberData(nameof(Points))]
    public async Task Killed_anywhere_what_was_acknowledged_is_in_the_tally_once_and_nothing_else_was_lost(string point, bool lose)
    {
        using var folder = new TemporaryFolder();
        var made = LedgerHome.Create(folder["home"], "ledger.example/log");
        new TallyHome(made.Home).Create([.. "{}"u8]);
        var (status, lines) = await CrashTests.Child(point, lose, "tally", made.Home.Folder, 6);
        Assert.Equal(137, status);
        var (end, rest) = await CrashTests.Child(null, false, "tally", made.Home.Folder, 6);
        Assert.Equal(0, end);
        Assert.Equal("done", rest[^1]);
        var reader = TallyReader.OfFolder(new TallyHome(made.Home).LogFolder, made.Key);
        var latest = await reader.Latest(default);
        var tree = new GrowingTree();
        var leaves = new List<string>();
        await foreach (var leaf in reader.Leaves(latest, TallyToy.Size, default))
        {
            tree.Add(leaf);
            leaves.Add(Convert.ToHexString(leaf));
        }
        Assert.Equal(latest.Root, tree.Root());
        Assert.Equal(leaves.Count, leaves.Distinct().Count());
        foreach (var line in lines.Concat(rest).Where(line => line.StartsWith("taken ", StringComparison.Ordinal)).Select(line => line.Split(' ')))
            Assert.Equal(Convert.ToHexString(TallyToy.Leaf(1, line[2])), leaves[int.Parse(line[1], CultureInfo.InvariantCulture)]);
        // Of each leaf there is one, whether or not its taking was acknowledged.
        for (var n = 0; n < 6; n++)
            Assert.True(leaves.Count(leaf => leaf == Convert.ToHexString(TallyToy.Leaf(1, $"leaf-{n}"))) <= 1);
    }

    public static TheoryData<string, bool> Making()
    {
        var data = new TheoryData<string, bool>();
        foreach (var write in new[] { "ledger.tally.secret", "ledger.tally.create", "ledger.tally.plan" })
            foreach (var place in new[] { "before", "unsynced", "renamed", "after" })
                foreach (var lose in new[] { false, true })
                    data.Add($"{write}.{place}", lose);
        return data;
    }

    [Theory, MemberData(nameof(Making))]
    public async Task Killed_while_a_tally_is_made_there_is_none_or_a_whole_one_and_the_log_is_untouched(string point, bool lose)
    {
        using var folder = new TemporaryFolder();
        var made = LedgerHome.Create(folder["home"], "ledger.example/log");
        var tally = new TallyHome(made.Home);
        Assert.Equal(137, (await CrashTests.Child(point, lose, "plan", made.Home.Folder)).Status);
        // From when the plan stands under its name it is one, unless that name was not on the disk yet.
        Assert.Equal(point is "ledger.tally.plan.after" || (point is "ledger.tally.plan.renamed" && !lose), tally.Exists);
        if (!tally.Exists)
            Assert.Equal("planned", Assert.Single((await CrashTests.Child(null, false, "plan", made.Home.Folder)).Lines));
        var (end, rest) = await CrashTests.Child(null, false, "tally", made.Home.Folder, 2);
        Assert.Equal((0, "done"), (end, rest[^1]));
        Assert.Equal(2, rest.Count(line => line.StartsWith("taken ", StringComparison.Ordinal)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(tally.Secret));
        Assert.Empty((await LedgerCheck.Run(made.Home.LogFolder, made.Key)).Faults);
    }

    [Theory]
    [InlineData("before", false)]
    [InlineData("unsynced", false)]
    [InlineData("unsynced", true)]
    [InlineData("after", true)]
    public async Task Killed_while_dropping_what_no_checkpoint_covers_the_tally_still_opens(string place, bool lose)
    {
        using var folder = new TemporaryFolder();
        var made = LedgerHome.Create(folder["home"], "ledger.example/log");
        var tally = new TallyHome(made.Home);
        tally.Create([.. "{}"u8]);
        Assert.Equal(0, (await CrashTests.Child(null, false, "tally", made.Home.Folder, 3)).Status);
        var before = await File.ReadAllBytesAsync(Path.Combine(tally.LogFolder, "checkpoint"), TestContext.Current.CancellationToken);
        var stray = Path.Combine(tally.LogFolder, "tile/0/000.p/255");
        await File.WriteAllBytesAsync(stray, new byte[255 * 32], TestContext.Current.CancellationToken);
        Assert.Equal(137, (await CrashTests.Child("ledger.tally.trim." + place, lose, "tally", made.Home.Folder, 3)).Status);
        Assert.Equal(place == "before" || (place == "unsynced" && lose), File.Exists(stray));
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(tally.LogFolder, "checkpoint"), TestContext.Current.CancellationToken));
        Assert.Equal(0, (await CrashTests.Child(null, false, "tally", made.Home.Folder, 3)).Status);
        Assert.False(File.Exists(stray));
    }
}
