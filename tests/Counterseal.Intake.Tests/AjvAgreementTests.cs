using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Counterseal.Intake.Tests;

/// <summary>A JSON Schema validator that is not ours (npm's ajv) judges that the published schema and our reader say the same.</summary>
public class AjvAgreementTests
{
    private const string Full = """
        {"counterseal":"demand/v1","reference":"R-1","instrument":"eu.epoc","issuing":{"name":"A court","country":"IE","kind":"court","officer":"O","mail":"m@court.example","telephone":"+353 1"},
         "validating":{"name":"A judge","country":"IE","kind":"judge"},"addressee":"Example Mail","issued":"2026-10-02T08:15:00Z","emergency":{"ground":"A life\nis in danger."},
         "scope":[{"selector":{"mailbox":"a@mail.example"},"categories":["subscriber","content"],"from":"2026-03-01T00:00:00Z","to":"2026-04-01T00:00:00+02:00"},
                  {"selector":{"account":"acc-1001"}},{"selector":{"telephone":"+353 86-000.1001"},"categories":[]},{"selector":{"ip":"192.0.2.7","port":51234,"at":"2026-03-01T00:00:00.5Z"}},{"selector":{"ip":"2001:db8::7"}}],
         "secrecy":{"law":"18 USC 2705(b)","until":"2027-01-01T00:00:00Z"},"offence":"Wire fraud","enforcingAuthorityNotified":true,"recipient":"court.example","citations":["18 USC 2703(d)"],"assistance":["Hand over the keys."]}
        """;

    /// <summary>What takes the place of every value in turn: JSON texts.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "false", "{}", "[]", "[[]]", "0", "-1", "1", "65535", "65536", "443.0", "4.43e2", "443.5", "-0", "1e400", "\"\"", "\" \"", "\"x\"", "\" x \"", "\"x\\ny\"", "\"x\\ty\"", "\"\\n\"", "\"\\u0000\"", "\"\\u0085\"",
        "\"\\u202e\"", "\"\\ufeffx\"", "\"\\u00a0\"", "\"é\"", "\"e\\u0301\"", "\"😀\"", Long(64), Long(65), Long(255), Long(256), Long(4000), Long(4001), Wide(255), Wide(256), "\"" + new string(' ', 300) + "x\"", "\"" + new string('x', 255) + new string(' ', 9) + "\"",
        "\"demand/v1\"", "\"demand/v2\"", "\"eu.epoc\"", "\"EU.EPOC\"", "\"eu..epoc\"", "\"us.sca.2703d\"", "\"eu.epoc-pr\"", "\"IE\"", "\"ie\"", "\"IRL\"", "\"judge\"", "\"Judge\"", "\"unknown\"", "\"investigatingJudge\"", "\"subscriber\"", "\"1\"",
        "\"2026-03-01T00:00:00Z\"", "\"2026-03-01t00:00:00z\"", "\"2026-03-01T00:00:00\"", "\"2026-03-01\"", "\"2026-03-01 00:00:00Z\"", "\"2026-02-29T00:00:00Z\"", "\"2024-02-29T00:00:00Z\"", "\"2026-03-01T24:00:00Z\"", "\"2026-12-31T23:59:60Z\"",
        "\"2026-03-01T00:00:00+13:59\"", "\"2026-03-01T00:00:00+14:00\"", "\"2026-03-01T00:00:00-00:00\"", "\"2026-03-01T00:00:00.123456Z\"", "\"2026-03-01T00:00:00.1234567Z\"", "\"1899-12-31T00:00:00Z\"", "\"2999-12-31T23:59:59-13:00\"", "\"3000-01-01T00:00:00Z\"", "\"2026-00-01T00:00:00Z\"",
        "\"a@b\"", "\" a@b \"", "\"A@B.Example\"", "\"a@b@c\"", "\"a@\"", "\"@b\"", "\"*@b\"", "\"a b@c\"", "\"a@b,c\"", "\"<a@b>\"", "\"\\\"a\\\"@b\"", "\"ä@bücher.example\"", "\"a\\u200b@b\"", "\"a\\u00a0@b\"", "\"a\\\\@b\"", "\"a@[192.0.2.1]\"", "\"a+b@c\"", "\"a@\\t\"",
        "\"" + new string('a', 64) + "@b\"", "\"" + new string('a', 65) + "@b\"", "\"a@" + new string('b', 255) + "\"", "\"a@" + new string('b', 256) + "\"", "\"acc*\"", "\"acc 1\"",
        "\"353860001001\"", "\"+353860001001\"", "\"00353860001001\"", "\"+353 (0)86\"", "\"1234567890123456\"", "\"123456789012345\"", "\"1-2.3 4\"", "\"+ 1\"", "\"1+\"", "\"12a\"", "\"-1\"", "\"1-\"", "\"٣\"",
        "\"192.0.2.1\"", "\"192.0.2.256\"", "\"192.0.2\"", "\"192.0.2.01\"", "\"192.0.2.1 \"", "\"192.0.2.0/24\"", "\"0.0.0.0\"", "\"2001:db8::1\"", "\"2001:DB8::1\"", "\"::\"", "\":\"", "\":::\"", "\"::ffff:192.0.2.1\"", "\"::ffff:192.0.2.01\"", "\"fe80::1%eth0\"", "\"[::1]\"", "\"1:2:3:4:5:6:7:8\"", "\"1:2:3:4:5:6:7:8:9\"", "\"1:2:3:4:5:6:7\"", "\"1:2:3:4:5:6:7::\"", "\"::2:3:4:5:6:7:8\"", "\"1::2::3\"", "\"12345::\"", "\"1:2:3:4:5:6:192.0.2.1\"", "\"2001:0db8:0000:0000:0000:0000:0000:0001\"", "\"2130706433\"", "\"0x7f.1\"",
        "[\"subscriber\",\"subscriber\"]", "[\"content\",\"subscriber\",\"traffic\",\"identification\"]", "[\"x\"]", "{\"mailbox\":\"a@b\",\"account\":\"c\"}", "{\"mailbox\":\"a@b\",\"port\":1}", "{\"ip\":\"192.0.2.1\",\"at\":\"x\"}", "{\"port\":1}", "{\"mailbox\":\"a@b\"}", "{\"x\":1}", "[{\"selector\":{\"account\":\"a\"}}]", "[\"x\"]",
        "{\"name\":\"n\",\"country\":\"IE\"}", "{\"name\":\"n\"}", "{\"ground\":\"g\"}", "{\"law\":\"l\"}", "{\"until\":\"2027-01-01T00:00:00Z\"}",
    ];

    private static readonly string[] Texts =
    [
        "", " ", "{}", "[]", "null", "1", "\"demand/v1\"", "{", "{]", "{\"counterseal\":\"demand/v1\",}", "{'counterseal':'demand/v1'}", "{\"counterseal\":\"demand/v1\"} x", Full + " ", "\n\t" + Full, Full + Full, Full + "// end", "/* a */" + Full,
        Full.Replace("\"R-1\"", "\"\\x\"", StringComparison.Ordinal), Full.Replace("51234", "051234", StringComparison.Ordinal), Full.Replace("51234", "+51234", StringComparison.Ordinal), Full.Replace("true", "True", StringComparison.Ordinal), Full.Replace("true", "NaN", StringComparison.Ordinal),
        """{"counterseal":"demand/v1","reference":"R","issuing":{"name":"n","country":"XX"},"scope":[{"selector":{"account":"a"}}]}""",
        """{"counterseal":"demand/v1","reference":"R","issuing":{"name":"n","country":"XX"},"scope":[]}""",
        """{"counterseal":"demand/v1","reference":"R","issuing":{"name":"n","country":"XX"},"scope":[{}]}""",
        """{"counterseal":"demand/v1","reference":"R","issuing":{"name":"n","country":"XX"},"scope":[{"selector":{}}]}""",
        .. new[] { 1000, 1001 }.Select(n => """{"counterseal":"demand/v1","reference":"R","issuing":{"name":"n","country":"XX"},"scope":[""" + string.Join(',', Enumerable.Repeat("""{"selector":{"account":"a"}}""", n)) + "]}"),
        .. new[] { 100, 101 }.Select(n => Full.Replace("\"Hand over the keys.\"", string.Join(',', Enumerable.Repeat("\"a\"", n)), StringComparison.Ordinal)),
    ];

    [Fact]
    public void Ajv_and_our_reader_take_and_refuse_the_same_documents()
    {
        var table = Texts.Concat(Mutations()).Concat(new[] { "emergency", "ordinary", "no-data" }.Select(n => File.ReadAllText(Place.Sample(n + ".json"))))
            .Append(JsonNode.Parse(File.ReadAllText(SchemaFile))!["examples"]![0]!.ToJsonString()).Distinct().ToArray();
        var verdicts = Judge(table);

        int both = 0, neither = 0, range = 0;
        foreach (var (text, theirs) in table.Zip(verdicts))
        {
            var reading = Door.Read(Encoding.UTF8.GetBytes(text));
            if (reading.Demand is not null == theirs)
            {
                if (theirs) both++;
                else neither++;
            }
            else
            {
                // The one thing that JSON Schema cannot say of these: that a range ends after it begins.
                Assert.True(theirs && reading.Faults.All(f => f.Rule == "docs/intake.md, JSON"), $"ajv says {theirs}, we say {reading.Demand is not null}: {string.Join("; ", reading.Faults)}\n{text}");
                range++;
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"both take {both}, both refuse {neither}, refused for the range {range}");
        Assert.True(both > 200 && neither > 2000);
    }

    [Fact]
    public void Each_rule_that_a_fault_names_is_a_place_in_the_schema()
    {
        var schema = JsonNode.Parse(File.ReadAllText(SchemaFile))!;
        var rules = Texts.Concat(Mutations()).SelectMany(t => Door.Read(Encoding.UTF8.GetBytes(t)).Faults).Select(f => f.Rule)
            .Where(r => r.StartsWith("docs/demand.schema.json#", StringComparison.Ordinal)).Distinct().ToArray();
        Assert.True(rules.Length > 15);
        foreach (var rule in rules)
        {
            var at = schema;
            foreach (var step in rule.Split('#')[1].Split('/', StringSplitOptions.RemoveEmptyEntries))
                at = at is JsonArray array ? array[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : at?[step];
            Assert.True(at is not null, $"{rule} is not in the schema.");
        }
    }

    private static string SchemaFile => Path.Combine(Place.Root, "docs", "demand.schema.json");

    private static string Long(int length) => "\"" + new string('a', length) + "\"";

    private static string Wide(int length) => "\"" + string.Concat(Enumerable.Repeat("😀", length)) + "\"";

    /// <summary>Each value of the full document replaced, each member removed, and an unknown member in each object.</summary>
    private static IEnumerable<string> Mutations()
    {
        var paths = new List<object[]>();
        Walk(JsonNode.Parse(Full)!, [], paths);
        foreach (var path in paths)
        {
            foreach (var value in Values)
                yield return Edit(path, (parent, key) => Set(parent, key, value));
            yield return Edit(path, (parent, key) =>
            {
                if (parent is JsonObject members) members.Remove((string)key);
                else parent.AsArray().RemoveAt((int)key);
            });
            yield return Edit(path, (parent, key) =>
            {
                if (parent is JsonObject members) members["port"] = 1;
                else parent.AsArray().Add("x");
            });
        }
    }

    private static void Walk(JsonNode? node, object[] path, List<object[]> paths)
    {
        if (path.Length > 0) paths.Add(path);
        if (node is JsonObject members)
            foreach (var (name, value) in members) Walk(value, [.. path, name], paths);
        else if (node is JsonArray items)
            for (var i = 0; i < items.Count; i++) Walk(items[i], [.. path, i], paths);
    }

    private static string Edit(object[] path, Action<JsonNode, object> edit)
    {
        var root = JsonNode.Parse(Full)!;
        var parent = path[..^1].Aggregate(root, (at, step) => step is string name ? at[name]! : at[(int)step]!);
        edit(parent, path[^1]);
        // A number too large for .NET's own writer stands for itself.
        return root.ToJsonString().Replace("\"@number@\"", "1e400", StringComparison.Ordinal);
    }

    private static void Set(JsonNode parent, object key, string value)
    {
        var node = value == "1e400" ? JsonValue.Create("@number@") : JsonNode.Parse(value);
        if (parent is JsonObject members) members[(string)key] = node;
        else parent.AsArray()[(int)key] = node;
    }

    private static bool[] Judge(string[] table)
    {
        var folder = Path.Combine(Place.Root, "tests", "judges", "ajv");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "ajv-formats")) && Run("npm", ["ci", "--silent"], folder, "") is not { Code: 0 })
            Assert.Skip("npm is absent or cannot fetch ajv (tests/judges/ajv), so nobody else judges the schema here.");
        if (Run("node", ["judge.mjs", SchemaFile], folder, JsonSerializer.Serialize(table)) is not var (code, output, error))
        {
            Assert.Skip("node is absent or took over two minutes, so nobody else judges the schema here.");
            return [];
        }
        Assert.True(code == 0, error);
        return JsonSerializer.Deserialize<bool[]>(output)!;
    }

    /// <summary>What the program answered; <c>null</c> where it is not there or took too long.</summary>
    private static (int Code, string Output, string Error)? Run(string program, string[] arguments, string folder, string input)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardInputEncoding = new UTF8Encoding(false),
                StandardOutputEncoding = new UTF8Encoding(false),
            })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            try
            {
                process.StandardInput.Write(input);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended before it read everything; its exit code says why.
                process.WaitForExit();
            }
            if (process.WaitForExit(TimeSpan.FromMinutes(2))) return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
            process.Kill(entireProcessTree: true);
            return null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
