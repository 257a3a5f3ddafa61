using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Convention.Vulnerabilities;
using Counterseal.Desk.Tests;

namespace Counterseal.Convention.Tests.Vulnerabilities;

public class PublishingTests(Postgres postgres)
{
    /// <summary>Descriptions of every kind that the documents tell apart.</summary>
    private static readonly string[] Kinds =
    [
        "products:\n  - {name: P, affected: [1.0.0]}",
        "products:\n  - {name: P, affected: ['vers:semver/>=1.0.0|<2.0.0'], fixed: [2.0.0]}\ncve: CVE-2026-12345\ncwe: CWE-79 Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')\ncvss: CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
        "products:\n  - {name: P, notAffected: {1.0.0: componentNotPresent, 1.1.0: inlineMitigationsAlreadyExist}}",
        "products:\n  - {name: P, underInvestigation: [1.0.0]}\n  - {name: 'Q \"quoted\" & <odd> Ünïcode', fixed: [3.0.0], notAffected: {2.0.0: vulnerableCodeNotInExecutePath}}",
        "products:\n  - {name: P, affected: [1.0.0, 1.0.1]}\nremedy: Switch the feature off.\nthanks: [Ada, Bela of the Lab]\ncvss: CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
    ];

    [Fact]
    public async Task Advisories_and_vex_documents_pass_the_strict_schema_and_all_mandatory_tests_of_a_validator_that_is_not_ours()
    {
        await using var stand = await RegisterStand.Up("sqlite", postgres);
        foreach (var (kind, i) in Kinds.Select((k, i) => (k, i)))
        {
            var report = await stand.Register.Take(ReportChannel.Page, ReportSource.Researcher, RegisterStand.Mail($"{i}"), null, "intake", default);
            var id = await stand.Register.Accept(report.Report, VulnerabilityDescription.Parse("k.yaml", Encoding.UTF8.GetBytes($"title: t{i}\nsummary: s\n{kind}\n")), "yes", "niamh", default);
            await stand.State(id, Milestone.FirstKnownUse, "2026-10");
            if (i % 2 == 1)
                await stand.State(id, Milestone.FixAvailable, "2026-11-24T11:00:00Z");
            await stand.Register.Publish(id, "first", "niamh", default);
            await stand.Register.Publish(id, "second", "niamh", default);
        }
        var documents = (await stand.Register.Documents(default)).Select(d => Encoding.UTF8.GetString(d.Bytes)).ToList();
        Assert.Equal(2 * Kinds.Length, documents.Count);
        // And one that is spoilt, so that the judge is known to judge.
        var spoilt = JsonNode.Parse(documents[0])!;
        spoilt["document"]!["tracking"]!["version"] = "7";
        var (tests, verdicts) = await Judge([.. documents, spoilt.ToJsonString()]);
        Assert.True(tests > 40, $"only {tests} tests ran");
        Assert.All(verdicts[..^1], errors => Assert.Empty(errors));
        Assert.NotEmpty(verdicts[^1]);
    }

    [Fact]
    public async Task What_is_published_is_signed_and_gpg_says_so_and_says_no_to_a_changed_byte()
    {
        var home = Path.Combine(Path.GetTempPath(), $"cs-g-{Guid.NewGuid():N}"[..13]);
        if (await Place.Run("gpg", ["--version"], []) is null)
            Assert.Skip("gpg is not here");
        try
        {
            var signer = await GnuPg.Make(home, "Example Mail <security@mail.example>", default);
            await using var stand = await RegisterStand.Up("sqlite", postgres, signer);
            var id = await stand.Accepted();
            await stand.Register.Publish(id, "first", "niamh", default);
            var metadata = JsonNode.Parse((await CsafProvider.Serve(stand.Register, "provider-metadata.json", default))!.Bytes)!;
            Assert.Equal("csaf_trusted_provider", (string?)metadata["role"]);
            Assert.Equal(signer.Fingerprint, (string?)metadata["public_openpgp_keys"]![0]!["fingerprint"]);
            // The judge knows the key as a stranger would: from what is served.
            var judge = Directory.CreateDirectory(Path.Combine(stand.Folder, "judge"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
            Assert.Equal(0, (await Place.Run("gpg", ["--homedir", judge, "--batch", "--import"], (await CsafProvider.Serve(stand.Register, "openpgp.asc", default))!.Bytes))!.Value.Code);
            var documents = await stand.Register.Documents(default);
            Assert.Equal(2, documents.Count);
            foreach (var document in documents)
            {
                var (file, signature) = (Path.Combine(stand.Folder, "d.json"), Path.Combine(stand.Folder, "d.json.asc"));
                await File.WriteAllBytesAsync(file, document.Bytes, TestContext.Current.CancellationToken);
                await File.WriteAllBytesAsync(signature, (await CsafProvider.Serve(stand.Register, document.Path + ".asc", default))!.Bytes, TestContext.Current.CancellationToken);
                Assert.Equal(0, (await Place.Run("gpg", ["--homedir", judge, "--batch", "--verify", signature, file], []))!.Value.Code);
                document.Bytes[40] ^= 1;
                await File.WriteAllBytesAsync(file, document.Bytes, TestContext.Current.CancellationToken);
                Assert.NotEqual(0, (await Place.Run("gpg", ["--homedir", judge, "--batch", "--verify", signature, file], []))!.Value.Code);
            }
            var security = await signer.Clear(SecurityTxt.Of(RegisterStand.Publisher, signed: true, RegisterStand.Start).Text(), default);
            Assert.Equal(0, (await Place.Run("gpg", ["--homedir", judge, "--batch", "--verify"], Encoding.UTF8.GetBytes(security)))!.Value.Code);
            Assert.Equal(2, SecurityTxt.Parse(security, RegisterStand.Start).Fields.Count(f => f.Name == "Encryption"));
            GnuPg.Release(judge);
        }
        finally
        {
            GnuPg.Release(home);
            if (Directory.Exists(home))
                Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public void Security_txt_is_by_the_grammar_on_every_day_and_never_served_expired()
    {
        for (var day = 0; day < 800; day++)
        {
            var now = RegisterStand.Start.AddDays(day).AddHours(day % 24).AddMinutes(59);
            var read = SecurityTxt.Parse(SecurityTxt.Of(RegisterStand.Publisher, signed: false, now).Text(), now);
            Assert.InRange(read.Expires - now, TimeSpan.FromDays(80), TimeSpan.FromDays(365));
            Assert.Equal(["Contact", "Contact", "Expires", "Encryption", "Preferred-Languages", "Canonical", "Policy", "CSAF"], read.Fields.Select(f => f.Name));
        }
    }

    [Theory]
    [InlineData("Expires: 2027-01-01T00:00:00Z\n", "no Contact")]
    [InlineData("Contact: https://a.example\n", "exactly one")]
    [InlineData("Contact: https://a.example\nExpires: 2027-01-01T00:00:00Z\nExpires: 2027-01-02T00:00:00Z\n", "exactly one")]
    [InlineData("Contact: https://a.example\nExpires: 2026-11-24T12:00:00Z\n", "expired")]
    [InlineData("Contact: https://a.example\nExpires: next year\n", "RFC 3339")]
    [InlineData("Contact: http://a.example\nExpires: 2027-01-01T00:00:00Z\n", "https")]
    [InlineData("Contact: security@a.example\nExpires: 2027-01-01T00:00:00Z\n", "URI")]
    [InlineData("Contact:https://a.example\nExpires: 2027-01-01T00:00:00Z\n", "line 1")]
    [InlineData("Contact: https://a.example\nExpires: 2027-01-01T00:00:00Z", "does not end")]
    [InlineData("Contact: https://a.example\nExpires: 2027-01-01T00:00:00Z\nPreferred-Languages: en\nPreferred-Languages: de\n", "more than one")]
    public void A_security_txt_that_breaks_a_rule_is_refused_with_the_rule(string text, string rule) =>
        Assert.Contains(rule, Assert.Throws<FormatException>(() => SecurityTxt.Parse(text, RegisterStand.Start)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("EXM-2026-ABC", "exm-2026-abc.json")]
    [InlineData("Cisco SA: x//y", "cisco_sa_x_y.json")]
    public void A_file_is_named_after_the_tracking_id(string id, string name) => Assert.Equal(name, CsafDocument.FileName(id));

    [Theory]
    [InlineData("http://mail.example")]
    [InlineData("https://mail.example/")]
    [InlineData("mail.example")]
    public void A_publisher_that_would_make_invalid_documents_is_refused_before_anything_is_published(string origin) =>
        Assert.Throws<FormatException>(() => (RegisterStand.Publisher with { Origin = origin }).Checked());

    private static async Task<(int Tests, string[][] Verdicts)> Judge(string[] documents)
    {
        var folder = Path.Combine(Place.Root, "tests", "judges", "csaf");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "@secvisogram")) && await Place.Run("npm", ["ci", "--silent"], [], folder) is not { Code: 0 })
            Assert.Skip("npm is absent or cannot fetch @secvisogram/csaf-validator-lib (tests/judges/csaf), so nobody else judges the documents here.");
        if (await Place.Run("node", ["judge.mjs"], JsonSerializer.SerializeToUtf8Bytes(documents), folder) is not var (code, output, error))
        {
            Assert.Skip("node is absent, so nobody else judges the documents here.");
            return default;
        }
        Assert.True(code == 0, error);
        var answer = JsonNode.Parse(output)!;
        return ((int)answer["tests"]!, answer["verdicts"].Deserialize<string[][]>()!);
    }
}
