using System.Security.Cryptography;

namespace Counterseal.Custody.Tests;

/// <summary>Packages in volumes: <c>cat</c> puts them together, and damage is found by volume and block.</summary>
public class VolumeTests
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public void A_large_package_is_cut_into_volumes_that_verify_open_and_put_together_are_the_file()
    {
        using var made = new MadePackage();
        var statement = Write(made, MiB, 2_700_000);
        Assert.Equal([MiB, MiB], statement.Volumes.Take(2).Select(volume => volume.Length));
        Assert.Equal([$"{MadePackage.Name}.age.001", $"{MadePackage.Name}.age.002", $"{MadePackage.Name}.age.003"], statement.Volumes.Select(volume => volume.Name));
        foreach (var path in new[] { made.Scratch[MadePackage.Name], made.Scratch[statement.Volumes[1].Name], made.SealPath })
            Assert.All(Package.Verify(path, made.Trust, CancellationToken.None), check => Assert.True(check.Holds, check.What));
        Assert.All(made.Open(), check => Assert.True(check.Holds, check.What));
        Assert.Equal(2_700_000, Directory.GetFiles(made.Scratch["opened/data"], "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length));

        var key = made.Scratch.Write("key.txt", System.Text.Encoding.ASCII.GetBytes(made.Officer.Export() + "\n"));
        var opened = Judge.Ask("sh", ["-c", $"cat {MadePackage.Name}.age.* | age -d -i {key} | tar x && cd {MadePackage.Name} && sha256sum --quiet -c manifest-sha256.txt"], folder: made.Scratch.Folder)!.Value;
        Assert.SkipWhen(opened.Error.Contains("age: not found", StringComparison.Ordinal), "age is not on this machine");
        Assert.True(opened.Exit == 0, opened.Error);
    }

    [Fact]
    public void A_package_that_fits_into_one_volume_has_the_plain_name()
    {
        using var made = new MadePackage();
        var volume = Assert.Single(Write(made, 4 * MiB, 100_000).Volumes);
        Assert.Equal(MadePackage.Name + ".age", volume.Name);
        Assert.All(made.Verify(), check => Assert.True(check.Holds));
    }

    [Fact]
    public void Damage_is_named_by_volume_and_block()
    {
        using var made = new MadePackage();
        var statement = Write(made, 2 * MiB, 5_000_000);
        var path = made.Scratch[statement.Volumes[1].Name];
        Flip(path, MiB + 5);
        var place = $"{path}, bytes {MiB} to {2 * MiB - 1}";
        Assert.Contains(made.Verify(), check => !check.Holds && check.Where == place);
        Assert.Contains(place, made.Refused(), StringComparison.Ordinal);
        Flip(path, MiB + 5);
        Assert.All(made.Verify(), check => Assert.True(check.Holds));
    }

    [Fact]
    public void A_volume_that_is_missing_swapped_or_cut_off_is_said_to_be()
    {
        using var made = new MadePackage();
        var statement = Write(made, MiB, 3_500_000);
        var (second, third) = (made.Scratch[statement.Volumes[1].Name], made.Scratch[statement.Volumes[2].Name]);
        var (one, other) = (File.ReadAllBytes(second), File.ReadAllBytes(third));
        File.WriteAllBytes(second, other);
        File.WriteAllBytes(third, one);
        foreach (var name in new[] { statement.Volumes[1].Name, statement.Volumes[2].Name })
            Assert.Contains(made.Verify(), check => !check.Holds && check.What.StartsWith($"{name} has the digest stated", StringComparison.Ordinal));
        Assert.Contains(second, made.Refused(), StringComparison.Ordinal);
        File.WriteAllBytes(second, one);
        File.WriteAllBytes(third, other[..^1]);
        Assert.Contains(made.Verify(), check => !check.Holds && check.What.EndsWith("1 bytes are missing at its end", StringComparison.Ordinal) && check.Where!.StartsWith(third, StringComparison.Ordinal));
        Assert.Contains("1 bytes are missing", made.Refused(), StringComparison.Ordinal);
        File.Delete(third);
        Assert.Contains(made.Verify(), check => !check.Holds && check.Where == third);
        made.Refused();
    }

    [Fact]
    public void A_statement_that_names_a_volume_otherwise_is_refused()
    {
        using var made = new MadePackage();
        var statement = Write(made, MiB, 2_700_000);
        var json = System.Text.Encoding.UTF8.GetString(statement.Canonical);
        foreach (var (from, to) in new[] { (".age.002\"", ".age.003\""), ("\"index\":1,", "\"index\":2,"), (".age.001\"", ".age\""), ("counterseal/package/v2", "counterseal/package/v1") })
            Assert.Throws<SealFormatException>(() => new SealStatement(System.Text.Encoding.UTF8.GetBytes(json.Replace(from, to, StringComparison.Ordinal))));
    }

    /// <summary>A package of random records in volumes of a size, with its counterseal.</summary>
    private static SealStatement Write(MadePackage made, long volumeSize, int bytes)
    {
        var files = new List<string>();
        FileStream? file = null;
        SealStatement statement;
        using (var writer = new PackageWriter(Next, volumeSize, made.Facts, 1 << 20, RandomNumberGenerator.GetBytes))
        {
            writer.Begin("A-1/content", "mbox");
            for (var at = 0; at < bytes; at += 10_000)
            {
                writer.Write(AgeTests.Bytes(Math.Min(10_000, bytes - at), at));
                writer.EndRecord();
            }
            writer.End();
            statement = writer.Finish(MadePackage.Report);
        }
        file!.Dispose();
        for (var i = 0; i < files.Count; i++)
            File.Move(files[i], made.Scratch[statement.Volumes[i].Name]);
        File.WriteAllBytes(made.SealPath, made.Seal(statement));
        return statement;

        Stream Next(int volume)
        {
            file?.Dispose();
            files.Add(made.Scratch[$"partial-{volume}"]);
            return file = File.Create(files[^1]);
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
}
