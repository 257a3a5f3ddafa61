using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Custody.Tests;

/// <summary>Archives that a gate would never write, under seals that are in order: opening must refuse each and leave nothing behind.</summary>
public class HostileBagTests
{
    private sealed record Entry(string Path, byte[] Bytes, char Type = '0', string Link = "", long? Size = null);

    [Fact]
    public void A_bag_made_by_hand_in_good_order_opens()
    {
        using var made = new MadePackage();
        var (entries, manifest) = Bagged(made, ("data/A-1/x.txt", "x"u8.ToArray()));
        made.WriteArchive(Tar(entries), manifest);
        made.Open();
        Assert.Equal("x", File.ReadAllText(Path.Combine(made.Scratch["opened"], "data", "A-1", "x.txt")));
    }

    [Theory]
    [InlineData("../evil", "no such file|leads out|not in the folder")]
    [InlineData("NAME/../evil", "leads out")]
    [InlineData("NAME/data/../../evil", "leads out")]
    [InlineData("NAME/data/./x", "leads out")]
    [InlineData("/etc/evil", "not in the folder")]
    [InlineData("NAME//etc/evil", "absolute")]
    [InlineData("NAME/data/C:evil", "absolute")]
    [InlineData("NAME/data/a\\b", "absolute")]
    [InlineData("NAME/data//x", "not made of")]
    [InlineData("NAME/data/a b", "printable ASCII")]
    [InlineData("NAME/data/a*b", "not made of")]
    [InlineData("NAME/data/.hidden", "not made of")]
    [InlineData("NAME/data/dot.", "not made of")]
    [InlineData("NAME/data/CON.txt", "reserves")]
    [InlineData("NAME/data/1/2/3/4/5", "too deep")]
    [InlineData("NAME/fetch.txt", "fetch")]
    [InlineData("NAME/evil.sh", "no such file")]
    [InlineData("NAME/approvals/x.note", "no such file")]
    [InlineData("NAMEX/data/x", "not in the folder")]
    public void A_path_that_is_not_a_packages_is_refused(string path, string fault)
    {
        using var made = new MadePackage();
        var message = Refused(made, new Entry(path.Replace("NAME", MadePackage.Name, StringComparison.Ordinal), "x"u8.ToArray()));
        Assert.Matches(fault, message);
        Assert.Contains("byte ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('1', "link")]
    [InlineData('2', "link")]
    [InlineData('3', "device")]
    [InlineData('4', "device")]
    [InlineData('6', "device")]
    [InlineData('7', "type 0x37")]
    [InlineData('x', "type 0x78")]
    [InlineData('g', "type 0x67")]
    [InlineData('L', "type 0x4c")]
    [InlineData('K', "type 0x4b")]
    [InlineData('S', "type 0x53")]
    [InlineData('\0', "type 0x00")]
    public void Only_regular_files_and_folders_are_taken(char type, string fault)
    {
        using var made = new MadePackage();
        Assert.Contains(fault, Refused(made, new Entry($"{MadePackage.Name}/data/x", [], type)), StringComparison.Ordinal);
        Assert.Contains(fault, Refused(made, new Entry($"{MadePackage.Name}/data/x", [], type, "/etc/passwd")), StringComparison.Ordinal);
    }

    [Fact]
    public void Duplicates_and_collisions_are_refused()
    {
        using var made = new MadePackage();
        var x = "x"u8.ToArray();
        Assert.Contains("twice", Refused(made, File("data/a"), File("data/a")), StringComparison.Ordinal);
        Assert.Contains("upper and lower case", Refused(made, File("data/a"), File("data/A")), StringComparison.Ordinal);
        Assert.Contains("upper and lower case", Refused(made, File("data/a/x"), File("data/A/y")), StringComparison.Ordinal);
        Assert.Contains("file already", Refused(made, File("data/a"), File("data/a/x")), StringComparison.Ordinal);
        Assert.Contains("twice", Refused(made, File("data/a/x"), File("data/a")), StringComparison.Ordinal);
        Assert.Contains("twice", Refused(made, Folder("data/a/"), Folder("data/a/")), StringComparison.Ordinal);
        Assert.Contains("file already", Refused(made, File("data/a"), Folder("data/a/")), StringComparison.Ordinal);
        Assert.Contains("no such file", Refused(made, Folder("other/")), StringComparison.Ordinal);
        Assert.Contains("leads out", Refused(made, Folder("data/../x/")), StringComparison.Ordinal);
        Assert.Contains("disagree", Refused(made, Folder("data/a")), StringComparison.Ordinal);
        Assert.Contains("disagree", Refused(made, File("data/a/")), StringComparison.Ordinal);

        Entry File(string path) => new($"{MadePackage.Name}/{path}", x);
        Entry Folder(string path) => new($"{MadePackage.Name}/{path}", [], '5');
    }

    [Fact]
    public void Sizes_that_are_too_large_or_lie_are_refused()
    {
        using var made = new MadePackage();
        Assert.Contains("at most", Refused(made, new Entry($"{MadePackage.Name}/data/x", [], Size: 64 * 1024 * 1024 + 1)), StringComparison.Ordinal);
        Assert.Matches("ends inside a file|no tar header|cut off|between two files", Refused(made, new Entry($"{MadePackage.Name}/data/x", "x"u8.ToArray(), Size: 60_000)));
        Assert.Contains("contents of its own", Refused(made, new Entry($"{MadePackage.Name}/data/a/", [], '5', Size: 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_that_is_cut_off_or_goes_on_is_refused()
    {
        using var made = new MadePackage();
        var (entries, manifest) = Bagged(made, ("data/x", "x"u8.ToArray()));
        var tar = Tar(entries);
        foreach (var length in new[] { 0, 100, 512, 513, tar.Length - 1024, tar.Length - 1000, tar.Length - 512, tar.Length - 1 })
        {
            made.WriteArchive(tar[..length], manifest);
            Assert.Contains("the archive", made.Refused(), StringComparison.Ordinal);
        }
        made.WriteArchive([.. tar, 1], manifest);
        Assert.Contains("goes on after its end", made.Refused(), StringComparison.Ordinal);
        made.WriteArchive([.. tar, .. tar], manifest);
        Assert.Contains("goes on after its end", made.Refused(), StringComparison.Ordinal);
        made.WriteArchive([.. tar, .. new byte[100_000]], manifest);
        Assert.Contains("goes on after its end", made.Refused(), StringComparison.Ordinal);
        made.WriteArchive([.. tar, .. new byte[4096]], manifest);
        made.Open();
    }

    [Fact]
    public void A_bag_must_be_exactly_what_its_manifests_list()
    {
        using var made = new MadePackage();
        var (entries, manifest) = Bagged(made, ("data/x", "x"u8.ToArray()), ("data/y", "y"u8.ToArray()));
        Check("data/x does not have the digest", Replace(entries, "data/x", "z"u8.ToArray()));
        Check("lists data/y, which is missing", [.. entries.Where(entry => !entry.Path.EndsWith("/y", StringComparison.Ordinal))]);
        Check("data/z is not listed", [.. entries, new Entry($"{MadePackage.Name}/data/z", [])]);
        Check("approvals/1.note is not listed", [.. entries, new Entry($"{MadePackage.Name}/approvals/1.note", [])]);
        Check("bag-info.txt does not have the digest", Replace(entries, "bag-info.txt", "x"u8.ToArray()));
        Check("order.json is not the order", Replace(entries, "order.json", "{}"u8.ToArray()));
        Check("salt and manifest-sha256.txt", Replace(entries, "salt", new byte[32]));
        Check("salt and manifest-sha256.txt", Replace(entries, "manifest-sha256.txt", []));
        foreach (var required in new[] { "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "order.json", "report.json", "decided.tlog-proof", "salt" })
            Check(required + " is missing", [.. entries.Where(entry => !entry.Path.EndsWith("/" + required, StringComparison.Ordinal))]);

        void Check(string fault, Entry[] changed)
        {
            made.WriteArchive(Tar(changed), manifest);
            Assert.Contains(fault, made.Refused(), StringComparison.Ordinal);
        }

        static Entry[] Replace(Entry[] entries, string path, byte[] bytes) =>
            [.. entries.Select(entry => entry.Path.EndsWith("/" + path, StringComparison.Ordinal) ? entry with { Bytes = bytes } : entry)];
    }

    [Fact]
    public void A_bag_that_says_other_things_than_the_statement_is_refused()
    {
        using var made = new MadePackage();
        foreach (var (from, to) in new[] { ("Counterseal-Trial: true", "Counterseal-Trial: false"), ("Payload-Oxum: 1.1", "Payload-Oxum: 2.1"), ("External-Identifier: cs-", "External-Identifier: xx-") })
        {
            var (entries, manifest) = Bagged(made, text => text.Replace(from, to, StringComparison.Ordinal), ("data/x", "x"u8.ToArray()));
            made.WriteArchive(Tar(entries), manifest);
            Assert.Contains("bag-info.txt lacks", made.Refused(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("x\n")]
    [InlineData("HASH data/x\n")]
    [InlineData("HASH  data/x")]
    [InlineData("HASH  data/x\r\n")]
    [InlineData("HASH  ../x\n")]
    [InlineData("HASH  data/x\nHASH  data/x\n")]
    [InlineData("HASH *data/x\n")]
    [InlineData("\n")]
    public void A_manifest_in_another_form_is_refused(string text) =>
        Assert.Contains("manifest-sha256.txt", Assert.Throws<PackageException>(() =>
            BagManifest.Read("manifest-sha256.txt", Encoding.ASCII.GetBytes(text.Replace("HASH", new string('a', 64), StringComparison.Ordinal)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Mutated_archives_are_read_or_refused_and_write_nothing_outside()
    {
        using var made = new MadePackage();
        var (entries, _) = Bagged(made, ("data/A-1/x", AgeTests.Bytes(700, 1)), ("data/A-1/y", AgeTests.Bytes(3, 2)));
        var tar = Tar(entries);
        var random = new Random(4);
        for (var i = 0; i < 400; i++)
        {
            var mutant = Mutation.Of(tar, random);
            // Most damage in a header is caught by its checksum; half the mutants get a right one, to reach what lies behind it.
            if (i % 2 == 0)
                Checksum(mutant, random.Next(mutant.Length / 512) * 512);
            var folder = Directory.CreateDirectory(made.Scratch["in"]).FullName;
            try
            {
                using var bytes = new MemoryStream(mutant);
                new BagExtraction(MadePackage.Name, folder, CancellationToken.None).Read(bytes);
            }
            catch (PackageException e)
            {
                Assert.Contains("the archive in the package, byte", e.Message, StringComparison.Ordinal);
            }
            Assert.Equal([folder], Directory.GetFileSystemEntries(made.Scratch.Folder));
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Refused(MadePackage made, params Entry[] entries)
    {
        made.WriteArchive(Tar(entries), new string('0', 64));
        return made.Refused();
    }

    private static (Entry[] Entries, string Manifest) Bagged(MadePackage made, params (string Path, byte[] Bytes)[] payload) => Bagged(made, text => text, payload);

    private static (Entry[] Entries, string Manifest) Bagged(MadePackage made, Func<string, string> info, params (string Path, byte[] Bytes)[] payload)
    {
        var list = new BagManifest();
        foreach (var (path, bytes) in payload)
            list.Add(path, SHA256.HashData(bytes));
        var salt = AgeTests.Bytes(32, 1);
        List<(string Path, byte[] Bytes)> tags =
        [
            ("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"u8.ToArray()),
            ("bag-info.txt", Encoding.UTF8.GetBytes(info(Bag.InfoText(made.Facts, MadePackage.Name, MadePackage.OrderDigest, payload.Sum(file => file.Bytes.Length), payload.Length)))),
            ("order.json", MadePackage.OrderBytes),
            ("report.json", "{}"u8.ToArray()),
            ("decided.tlog-proof", []),
            ("salt", salt),
            ("manifest-sha256.txt", list.Bytes()),
        ];
        var tagList = new BagManifest();
        foreach (var (path, bytes) in tags)
            tagList.Add(path, SHA256.HashData(bytes));
        tags.Add(("tagmanifest-sha256.txt", tagList.Bytes()));
        return ([.. payload.Concat(tags).Select(file => new Entry($"{MadePackage.Name}/{file.Path}", file.Bytes))], Convert.ToHexStringLower(SHA256.HashData([.. salt, .. list.Bytes()])));
    }

    /// <summary>A tar writer without scruples.</summary>
    private static byte[] Tar(Entry[] entries)
    {
        using var tar = new MemoryStream();
        foreach (var entry in entries)
        {
            var block = new byte[512];
            Encoding.ASCII.GetBytes(entry.Path, block.AsSpan(0, 100));
            Encoding.ASCII.GetBytes("0000644\00000000\00000000\0" + Convert.ToString(entry.Size ?? entry.Bytes.Length, 8).PadLeft(11, '0') + "\000000000000\0", block.AsSpan(100, 48));
            block[156] = (byte)entry.Type;
            Encoding.ASCII.GetBytes(entry.Link, block.AsSpan(157, 100));
            "ustar\u000000"u8.CopyTo(block.AsSpan(257));
            Checksum(block, 0);
            tar.Write(block);
            tar.Write(entry.Bytes);
            tar.Write(new byte[-entry.Bytes.Length & 511]);
        }
        tar.Write(new byte[1024]);
        return tar.ToArray();
    }

    private static void Checksum(byte[] tar, int at)
    {
        if (at + 512 > tar.Length)
            return;
        tar.AsSpan(at + 148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var b in tar.AsSpan(at, 512))
            sum += b;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0", tar.AsSpan(at + 148, 7));
    }
}
