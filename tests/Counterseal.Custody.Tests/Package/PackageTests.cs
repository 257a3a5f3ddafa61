using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests;

public class PackageTests
{
    [Fact]
    public void A_package_verifies_offline_and_opens_to_what_was_written()
    {
        using var made = new MadePackage();
        made.WriteSmall();
        Assert.All(made.Verify(), check => Assert.True(check.Holds, $"{check.What} {check.Where}"));
        Assert.All(made.Open(), check => Assert.True(check.Holds, check.What));
        var folder = made.Scratch["opened"];
        Assert.Equal(
            ["approvals/1.note", "approvals/2.note", "bag-info.txt", "bagit.txt", "data/A-7F3K2M9QXTBC/content-0001.mbox", "data/A-7F3K2M9QXTBC/content-0002.mbox",
                "data/A-7F3K2M9QXTBC/content-0003.mbox", "data/A-7F3K2M9QXTBC/content-0004.mbox", "data/A-7F3K2M9QXTBC/content-0005.mbox",
                "data/A-7F3K2M9QXTBC/subscriber-0001.ndjson", "decided.tlog-proof", "manifest-sha256.txt", "order.json", "report.json", "salt", "tagmanifest-sha256.txt"],
            Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal));
        Assert.Equal(MadePackage.OrderBytes, File.ReadAllBytes(Path.Combine(folder, "order.json")));
        Assert.Contains("\"place\":\"4711\"", File.ReadAllText(Path.Combine(folder, "report.json")), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "salt")));
    }

    [Fact]
    public void Either_file_or_the_common_name_names_it()
    {
        using var made = new MadePackage();
        made.WriteSmall();
        foreach (var path in new[] { made.AgePath, made.SealPath, made.Scratch[MadePackage.Name] })
            Assert.All(Package.Verify(path, made.Trust, CancellationToken.None), check => Assert.True(check.Holds));
    }

    [Fact]
    public void Age_tar_and_sha256sum_open_it_without_us()
    {
        using var made = new MadePackage();
        made.WriteSmall();
        var key = made.Scratch.Write("key.txt", Encoding.ASCII.GetBytes(made.Officer.Export() + "\n"));
        var archive = Judge.Ask("age", ["-d", "-i", key, made.AgePath]);
        Assert.SkipWhen(archive is null, "age is not on this machine");
        Assert.True(archive.Value.Exit == 0, archive.Value.Error);
        var listing = Judge.Ask("tar", ["-tv", "--numeric-owner", "--utc"], archive.Value.Output)!.Value;
        Assert.True(listing is { Exit: 0, Error: "" }, listing.Error);
        Assert.All(Encoding.ASCII.GetString(listing.Output).TrimEnd('\n').Split('\n'), line => Assert.Matches("^[d-]rw[x-]r-[x-]r-[x-] 0/0 .* 2026-11-24 02:00 cs-", line));
        var unpacked = Judge.Ask("tar", ["-x", "-C", made.Scratch.Folder], archive.Value.Output)!.Value;
        Assert.True(unpacked is { Exit: 0, Error: "" }, unpacked.Error);
        foreach (var list in new[] { "manifest-sha256.txt", "tagmanifest-sha256.txt" })
        {
            var sums = Judge.Ask("sha256sum", ["-c", "--strict", list], folder: made.Scratch[MadePackage.Name])!.Value;
            Assert.True(sums.Exit == 0, sums.Error);
            Assert.Equal(list[0] == 'm' ? 6 : 9, Encoding.ASCII.GetString(sums.Output).Split(": OK\n").Length - 1);
        }
    }

    [Fact]
    public void Parts_end_where_records_end_unless_a_record_is_larger_than_a_part()
    {
        using var made = new MadePackage();
        var random = new Random(3);
        byte[][] records = [.. Enumerable.Range(0, 60).Select(i => AgeTests.Bytes(random.Next(4) == 0 ? random.Next(1000, 4000) : random.Next(1, 400), i))];
        made.Write(1000, ("A-1/content", "mbox", records));
        made.Open();
        byte[][] parts = [.. Directory.GetFiles(Path.Combine(made.Scratch["opened"], "data", "A-1")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        Assert.Equal(records.SelectMany(record => record), parts.SelectMany(part => part));
        var ends = new HashSet<int>(records.Select((_, i) => records.Take(i + 1).Sum(record => record.Length)));
        var at = 0;
        foreach (var part in parts)
        {
            Assert.InRange(part.Length, 1, 1000);
            at += part.Length;
            // A part ends with a record, or is full of the middle of one.
            Assert.True(ends.Contains(at) || part.Length == 1000, $"a part ends at {at}, inside a record, at {part.Length} bytes");
        }
    }

    [Fact]
    public void The_same_input_and_random_bytes_make_the_same_package_and_others_another()
    {
        using var made = new MadePackage();
        var one = Write(new Fixed().Next);
        Assert.Equal(one, Write(new Fixed().Next));
        Assert.NotEqual(one, Write(System.Security.Cryptography.RandomNumberGenerator.GetBytes));

        string Write(Func<int, byte[]> random)
        {
            using var age = new MemoryStream();
            var statement = made.Write(age, 1000, random, ("A-1/content", "mbox", [AgeTests.Bytes(5000, 1)]));
            return Convert.ToHexString(age.ToArray()) + Encoding.UTF8.GetString(statement.Canonical);
        }
    }

    [Fact]
    public void A_package_without_a_single_record_is_a_package()
    {
        using var made = new MadePackage();
        made.Write(1000, ("A-1/content", "mbox", []));
        Assert.All(made.Verify(), check => Assert.True(check.Holds));
        made.Open();
        Assert.Empty(Directory.GetFiles(Path.Combine(made.Scratch["opened"], "data")));
    }

    [Fact]
    public void Every_flipped_byte_of_the_counterseal_is_refused_with_its_field()
    {
        using var made = new MadePackage();
        made.WriteSmall();
        var bytes = File.ReadAllBytes(made.SealPath);
        for (var at = 0; at < bytes.Length; at++)
        {
            var flipped = (byte[])bytes.Clone();
            flipped[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(made.SealPath, flipped);
            var faults = made.Verify().Where(check => !check.Holds).ToList();
            Assert.NotEmpty(faults);
            Assert.Matches($"^{System.Text.RegularExpressions.Regex.Escape(made.SealPath)}, (/|byte |not JSON)", faults[0].Where);
            if (at % 64 == 0)
                made.Refused();
        }
    }

    [Theory]
    [InlineData("\"authority\":\"Amts", "/statement")]
    [InlineData("\"sealedAt\":\"2026", "/statement")]
    [InlineData("\"trial\":t", "/statement")]
    [InlineData("\"salt\":\"", "/leaf")]
    [InlineData("gate gate.", "/seal")]
    public void A_changed_value_is_named_by_its_field(string before, string field)
    {
        using var made = new MadePackage();
        made.WriteSmall();
        var text = File.ReadAllText(made.SealPath);
        var at = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
        var changed = before.EndsWith('t') ? text.Replace("\"trial\":true", "\"trial\":false", StringComparison.Ordinal) : text[..at] + (text[at] == '1' ? '2' : '1') + text[(at + 1)..];
        File.WriteAllText(made.SealPath, changed);
        Assert.Contains(made.Verify(), check => !check.Holds && check.Where!.Contains(field, StringComparison.Ordinal));
    }

    [Fact]
    public void A_counterseal_in_another_spelling_is_refused()
    {
        using var made = new MadePackage();
        made.WriteSmall();
        var text = File.ReadAllText(made.SealPath);
        foreach (var other in new[] { text + "\n", " " + text, text.Replace("\"v\":1", "\"v\": 1", StringComparison.Ordinal), text.Replace("\"v\":1", "\"v\":1.0", StringComparison.Ordinal),
            text.Replace("sealedAt", "sealed\\u0041t", StringComparison.Ordinal), text.Replace("\"v\":1", "\"v\":1,\"w\":1", StringComparison.Ordinal), text[..^1], "", "null", "[]", "{}" })
        {
            File.WriteAllText(made.SealPath, other);
            var check = made.Verify()[0];
            Assert.False(check.Holds);
            Assert.StartsWith(made.SealPath + ", ", check.Where, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Mutated_counterseals_never_verify_and_never_throw()
    {
        using var made = new MadePackage();
        made.WriteSmall();
        var bytes = File.ReadAllBytes(made.SealPath);
        var random = new Random(9);
        for (var i = 0; i < 400; i++)
        {
            var mutant = Mutation.Of(bytes, random);
            File.WriteAllBytes(made.SealPath, mutant);
            Assert.True(mutant.AsSpan().SequenceEqual(bytes) || made.Verify().Any(check => !check.Holds));
        }
    }

    [Fact]
    public void A_flipped_byte_of_the_volume_is_found_with_the_bytes_of_its_block()
    {
        using var made = new MadePackage();
        made.Write(1 << 20, ("A-1/content", "mbox", [AgeTests.Bytes(2_500_000, 1)]));
        var length = new FileInfo(made.AgePath).Length;
        for (var block = 0L; block * BlockDigests.Size < length; block++)
        {
            var end = Math.Min(length, (block + 1) * BlockDigests.Size) - 1;
            foreach (var at in new[] { block * BlockDigests.Size, (block * BlockDigests.Size + end) / 2, end })
            {
                Flip(made.AgePath, at);
                var place = $"bytes {block * BlockDigests.Size} to {end}";
                var faults = made.Verify().Where(check => !check.Holds).ToList();
                Assert.Contains(faults, fault => fault.Where!.EndsWith(place, StringComparison.Ordinal));
                Assert.Contains(at == 0 ? "byte 0 of the age file" : place, made.Refused(), StringComparison.Ordinal);
                Flip(made.AgePath, at);
            }
        }
        Assert.All(made.Verify(), check => Assert.True(check.Holds));
    }

    [Fact]
    public void A_volume_that_is_cut_off_longer_or_missing_is_said_to_be()
    {
        using var made = new MadePackage();
        made.WriteSmall();
        var bytes = File.ReadAllBytes(made.AgePath);
        File.WriteAllBytes(made.AgePath, bytes[..^10]);
        Assert.Contains(made.Verify(), check => !check.Holds && check.What.EndsWith("10 bytes are missing at its end", StringComparison.Ordinal));
        Assert.Contains("10 bytes are missing", made.Refused(), StringComparison.Ordinal);
        File.WriteAllBytes(made.AgePath, [.. bytes, 0, 0, 0]);
        Assert.Contains(made.Verify(), check => !check.Holds && check.What.EndsWith("goes on for 3 bytes after its end", StringComparison.Ordinal));
        Assert.Contains("3 bytes after", made.Refused(), StringComparison.Ordinal);
        File.WriteAllBytes(made.AgePath, []);
        Assert.Contains(made.Verify(), check => !check.Holds);
        File.Delete(made.AgePath);
        Assert.Contains(made.Verify(), check => !check.Holds && check.Where == made.AgePath);
        made.Refused();
        File.Delete(made.SealPath);
        Assert.Equal(made.SealPath, made.Verify()[0].Where);
    }

    [Fact]
    public void Keys_that_are_not_the_gates_ledgers_or_recipients_open_nothing()
    {
        using var made = new MadePackage();
        using var other = new MadePackage();
        made.WriteSmall();
        Assert.Contains(made.Verify(made.Trust with { Gate = other.Trust.Gate }), check => !check.Holds && check.Where!.EndsWith("/seal", StringComparison.Ordinal));
        Assert.Contains(made.Verify(made.Trust with { Ledger = other.Trust.Ledger }), check => !check.Holds && check.Where!.EndsWith("/leaf/proof", StringComparison.Ordinal));
        Assert.Contains("/seal", made.Refused(trust: made.Trust with { Gate = other.Trust.Gate }), StringComparison.Ordinal);
        Assert.Contains("trust file", made.Refused(trust: new Trust("x", "y")), StringComparison.Ordinal);
        Assert.Contains("is for age1", made.Refused(identity: other.Officer), StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_that_is_not_the_sealing_of_this_statement_is_refused()
    {
        using var made = new MadePackage();
        var statement = made.WriteSmall();
        var body = new JsonObject { ["order"] = statement.Order, ["statement"] = statement.Digest };
        Check("type", made.Seal(statement, type: "begun"));
        Check("another gate", made.Seal(statement, by: "other.example"));
        Check("this demand", made.Seal(statement, demand: "01J8Z3K4M5N6P7Q8R9S0T1V2W4"));
        Check("this statement", made.Seal(statement, body: With(body, "statement", new string('0', 64))));
        Check("this order", made.Seal(statement, body: With(body, "order", new string('0', 64))));
        Check("this order", made.Seal(statement, body: With(body, "more", "1")));
        Check("this order", made.Seal(statement, body: []));

        void Check(string what, byte[] seal)
        {
            File.WriteAllBytes(made.SealPath, seal);
            var fault = Assert.Single(made.Verify(), check => !check.Holds && check.What.Contains(what, StringComparison.Ordinal));
            Assert.EndsWith("/leaf/event", fault.Where, StringComparison.Ordinal);
            made.Refused();
        }

        static JsonObject With(JsonObject body, string member, string value)
        {
            var copy = body.DeepClone().AsObject();
            copy[member] = value;
            return copy;
        }
    }

    [Fact]
    public void A_reader_whom_the_statement_does_not_name_is_noticed()
    {
        using var made = new MadePackage();
        using var stranger = AgeIdentity.Generate();
        var archive = new byte[1024];
        made.WriteArchive(archive, new string('0', 64), AgeTests.Encrypt(archive, made.Officer.Recipient, stranger.Recipient));
        Assert.Single(made.Verify(), check => !check.Holds && check.What.EndsWith("it is for 2", StringComparison.Ordinal));
        Assert.Contains("it is for 2", made.Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_packages_volume_does_not_pass_for_this_one()
    {
        using var made = new MadePackage();
        made.WriteSmall();
        var age = File.ReadAllBytes(made.AgePath);
        made.WriteSmall();
        Assert.Equal(age.Length, new FileInfo(made.AgePath).Length);
        File.WriteAllBytes(made.AgePath, age);
        Assert.Contains(made.Verify(), check => !check.Holds);
        made.Refused();
    }

    [Fact]
    public void A_package_that_was_not_finished_does_not_open_with_anything()
    {
        using var made = new MadePackage();
        using var age = new MemoryStream();
        using (var writer = new PackageWriter(age, made.Facts, 1000))
        {
            writer.Begin("A-1/content", "mbox");
            writer.Write(AgeTests.Bytes(200_000, 1));
            writer.EndRecord();
            Assert.Throws<InvalidOperationException>(() => writer.Finish(MadePackage.Report));
        }
        var e = Assert.Throws<AgeException>(() => AgeTests.Decrypt(age.ToArray(), made.Officer));
        Assert.Equal(AgeFault.Payload, e.Fault);
    }

    [Fact]
    public void A_fault_of_the_disk_comes_out_of_the_writer()
    {
        using var made = new MadePackage();
        using var writer = new PackageWriter(new FullDisk(100_000), made.Facts, 1000);
        writer.Begin("A-1/content", "mbox");
        Assert.Throws<IOException>(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                writer.Write(new byte[1000]);
                writer.EndRecord();
            }
            writer.End();
            writer.Finish(MadePackage.Report);
        });
    }

    [Fact]
    public void Opening_stops_when_told_to_and_leaves_nothing_behind()
    {
        using var made = new MadePackage();
        made.WriteSmall();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => Package.Open(made.AgePath, made.Trust, made.Officer, made.Scratch["opened"], cancelled.Token));
        Assert.Throws<OperationCanceledException>(() => Package.Verify(made.AgePath, made.Trust, cancelled.Token));
        Assert.Equal(2, Directory.GetFileSystemEntries(made.Scratch.Folder).Length);
    }

    [Fact]
    public void A_folder_that_is_there_is_not_touched()
    {
        using var made = new MadePackage();
        made.WriteSmall();
        Directory.CreateDirectory(made.Scratch["opened"]);
        Assert.Contains("is there already", made.Refused(), StringComparison.Ordinal);
        Assert.Throws<PackageException>(() => made.Open("no/where"));
    }

    [Theory]
    [InlineData("content", "mbox")]
    [InlineData("A-1/b/content", "mbox")]
    [InlineData("../content", "mbox")]
    [InlineData("A-1/content", "")]
    [InlineData("A-1/content", "tar.gz")]
    [InlineData("A-1/con", "m/b")]
    [InlineData("A 1/content", "mbox")]
    [InlineData("A-1/nul", "mbox")]
    [InlineData("A-1/a-very-long-name-that-goes-on-and-on-and-on-until-no-tar-could-hold-it", "mbox")]
    public void A_stream_whose_name_cannot_be_a_files_is_refused(string name, string extension)
    {
        using var made = new MadePackage();
        using var writer = new PackageWriter(new MemoryStream(), made.Facts);
        Assert.Throws<ArgumentException>(() => writer.Begin(name, extension));
    }

    [Fact]
    public void A_stream_comes_once_and_accounts_differ_in_more_than_case()
    {
        using var made = new MadePackage();
        using var writer = new PackageWriter(new MemoryStream(), made.Facts);
        writer.Begin("A-1/content", "mbox");
        writer.End();
        Assert.Throws<ArgumentException>(() => writer.Begin("A-1/CONTENT", "mbox"));
        Assert.Throws<ArgumentException>(() => writer.Begin("a-1/traffic", "ndjson"));
    }

    [Fact]
    public void A_trust_file_is_read_strictly()
    {
        using var made = new MadePackage();
        Assert.Equal(made.Trust, Trust.Parse(made.Trust.Bytes()));
        foreach (var wrong in new[] { "", "{}", "[]", "{\"gate\":\"x\",\"ledger\":\"y\"}", "{\"gate\":1,\"ledger\":2}", Encoding.UTF8.GetString(made.Trust.Bytes()).Replace("}", ",\"more\":1}", StringComparison.Ordinal) })
            Assert.Throws<SealFormatException>(() => Trust.Parse(Encoding.UTF8.GetBytes(wrong)));
    }

    [Fact]
    public void A_statement_is_read_strictly()
    {
        using var made = new MadePackage();
        var statement = made.WriteSmall();
        Assert.Equal(statement, new SealStatement(statement.Canonical));
        Refuse("/statement/name", json => json["name"] = "cs-0000000000000000");
        Refuse("/statement/format", json => json["format"] = "counterseal/package/v3");
        Refuse("/statement/encryption", json => json["encryption"] = "rot13");
        Refuse("/statement/recipients/0", json => json["encryption"] = "age-hybrid");
        Refuse("/statement/recipients/0", json => json["encryption"] = "openpgp-gpg");
        Refuse("/statement/recipients", json => json["recipients"] = new JsonArray());
        Refuse("/statement/recipients/0", json => json["recipients"] = new JsonArray("age1x"));
        Refuse("/statement/volumes", json => json["volumes"] = new JsonArray());
        Refuse("/statement/volumes/0/blocks", json => json["volumes"]![0]!["blocks"] = new JsonArray());
        Refuse("/statement/volumes/0/blocks/0", json => json["volumes"]![0]!["blocks"]![0] = "00");
        Refuse("/statement/volumes/0/length", json => json["volumes"]![0]!["length"] = -1);
        Refuse("/statement/volumes/0/block", json => json["volumes"]![0]!["block"] = 1);
        Refuse("/statement/volumes/0/name", json => json["volumes"]![0]!["name"] = "../x.age");
        Refuse("/statement/trial", json => json["trial"] = "true");
        Refuse("/statement/sealedAt", json => json["sealedAt"] = "2026-11-24T02:00:00+00:00");
        Refuse("/statement", json => json["more"] = 1);

        void Refuse(string where, Action<JsonNode> change)
        {
            var json = JsonNode.Parse(statement.Canonical)!;
            change(json);
            var e = Assert.Throws<SealFormatException>(() => new SealStatement(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json.ToJsonString()))));
            Assert.StartsWith(where + ":", e.Message, StringComparison.Ordinal);
        }
    }

    private static void Flip(string path, long at)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = at;
        var one = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(one ^ 1));
    }

    private sealed class FullDisk(int capacity) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Length + buffer.Length > capacity)
                throw new IOException("no space left");
            base.Write(buffer);
        }
    }
}
