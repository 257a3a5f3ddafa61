using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Custody.Tests;

/// <summary>The age test kit (C2SP CCTV) as the judge of the reader: every case must come out as it says.</summary>
public class AgeKitTests
{
    private sealed record Case(string Name, Dictionary<string, List<string>> Keys, byte[] File)
    {
        public string? One(string key) => Keys.TryGetValue(key, out var values) ? values[0] : null;
        public List<string> All(string key) => Keys.TryGetValue(key, out var values) ? values : [];
    }

    [Fact]
    public void Every_case_of_the_kit_comes_out_as_it_says()
    {
        using var scratch = new Scratch();
        var cases = Unpack(scratch);
        Assert.Equal(143, cases.Count);
        Assert.Equal(19, cases.Count(one => one.Name.Contains("hybrid", StringComparison.Ordinal)));
        var wrong = new List<string>();
        foreach (var one in cases)
        {
            var (result, payload) = Run(one);
            if (result != one.One("expect") || (one.One("payload") is { } expected && expected != payload))
                wrong.Add($"{one.Name}: expected {one.One("expect")} {one.One("payload")}, was {result} {payload}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static (string Result, string Payload) Run(Case one)
    {
        using var plain = new MemoryStream();
        var result = "success";
        var identities = one.All("identity").Select(AgeIdentity.Parse).ToList();
        var passphrases = one.All("passphrase").Select(text => new AgePassphrase(text)).ToList();
        Stream file = new MemoryStream(one.File);
        if (one.One("armored") == "yes")
            file = Age.Dearmor(file);
        try
        {
            using var stream = passphrases.Count > 0 ? Age.Decrypt(file, passphrases[0]) : Age.Decrypt(file, identities);
            stream.CopyTo(plain);
        }
        catch (AgeException e)
        {
            result = e.Fault switch
            {
                AgeFault.Armor => "armor failure",
                AgeFault.Header => "header failure",
                AgeFault.NoMatch => "no match",
                AgeFault.Hmac => "HMAC failure",
                _ => "payload failure",
            };
        }
        return (result, Convert.ToHexStringLower(SHA256.HashData(plain.ToArray())));
    }

    private static List<Case> Unpack(Scratch scratch)
    {
        var judge = Path.Combine(Judge.Root, "tests", "judges", "cctv-age");
        foreach (var file in new[] { "package.json", "package-lock.json", ".npmrc", "unpack.mjs" })
            File.Copy(Path.Combine(judge, file), scratch[file]);
        var install = Judge.Ask("npm", ["ci"], folder: scratch.Folder);
        Assert.SkipWhen(install is null or { Exit: not 0 }, $"the kit cannot be fetched: npm is missing or said {install?.Error}");
        var unpack = Judge.Ask("node", ["unpack.mjs", "kit"], folder: scratch.Folder);
        Assert.True(unpack is { Exit: 0 }, unpack?.Error);
        return [.. Directory.GetFiles(scratch["kit"]).Order(StringComparer.Ordinal).Select(Read)];
    }

    private static Case Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var split = bytes.AsSpan().IndexOf("\n\n"u8);
        var keys = new Dictionary<string, List<string>>();
        foreach (var line in Encoding.UTF8.GetString(bytes.AsSpan(0, split)).Split('\n'))
        {
            var (key, value) = (line[..line.IndexOf(": ", StringComparison.Ordinal)], line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
            if (!keys.TryGetValue(key, out var values))
                keys[key] = values = [];
            values.Add(value);
        }
        var file = bytes[(split + 2)..];
        if (keys.ContainsKey("compressed"))
        {
            using var zlib = new ZLibStream(new MemoryStream(file), CompressionMode.Decompress);
            using var whole = new MemoryStream();
            zlib.CopyTo(whole);
            file = whole.ToArray();
        }
        return new Case(Path.GetFileName(path), keys, file);
    }
}
