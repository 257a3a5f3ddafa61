using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Counterseal.Convention.Vulnerabilities;

/// <summary>A vulnerability as CSAF 2.0 documents (OASIS, 18 November 2022): an advisory for people who run the product, and a VEX document for programs that ask which versions have the fault.</summary>
public static class CsafDocument
{
    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The two documents, each with its file name (CSAF 2.0, 5.1).</summary>
    /// <param name="of">Published, with the revision that is being made as its last.</param>
    /// <param name="publisher">Who publishes.</param>
    public static IReadOnlyList<(string Name, JsonObject Document)> Of(Vulnerability of, CsafPublisher publisher)
    {
        ArgumentNullException.ThrowIfNull(of);
        ArgumentNullException.ThrowIfNull(publisher);
        return [(FileName(of.Id), Make(of, publisher, vex: false)), (FileName(of.Id + "-vex"), Make(of, publisher, vex: true))];
    }

    /// <summary>The bytes that are published, signed and hashed.</summary>
    public static byte[] Bytes(JsonObject document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return [.. System.Text.Encoding.UTF8.GetBytes(document.ToJsonString(Written)), (byte)'\n'];
    }

    /// <summary>A document's file name by its tracking id (CSAF 2.0, 5.1): lower case, other characters in a row become one underscore.</summary>
    public static string FileName(string trackingId)
    {
        ArgumentNullException.ThrowIfNull(trackingId);
        var name = new System.Text.StringBuilder();
        foreach (var c in trackingId.ToLowerInvariant())
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '+' or '-')
                name.Append(c);
            else if (name.Length == 0 || name[^1] != '_')
                name.Append('_');
        return name.Append(".json").ToString();
    }

    private static JsonObject Make(Vulnerability of, CsafPublisher publisher, bool vex)
    {
        var description = of.Description;
        var id = of.Id.ToUpperInvariant() + (vex ? "-VEX" : "");
        var year = of.Published!.Value.UtcDateTime.Year;
        var products = description.Products.Select((p, i) => (Product: p, Id: string.Create(CultureInfo.InvariantCulture, $"P{i + 1}"))).ToList();
        return new JsonObject
        {
            ["document"] = new JsonObject
            {
                ["category"] = vex ? "csaf_vex" : "csaf_security_advisory",
                ["csaf_version"] = "2.0",
                ["distribution"] = new JsonObject { ["tlp"] = new JsonObject { ["label"] = "WHITE", ["url"] = "https://www.first.org/tlp/v1/" } },
                ["lang"] = "en",
                ["notes"] = new JsonArray(new JsonObject { ["category"] = "summary", ["text"] = description.Summary, ["title"] = "What it is" }),
                ["publisher"] = publisher.Json(),
                ["references"] = new JsonArray(
                    new JsonObject { ["category"] = "self", ["summary"] = "This document", ["url"] = $"{publisher.Origin}/.well-known/csaf/white/{year}/{FileName(of.Id + (vex ? "-vex" : ""))}" },
                    new JsonObject { ["category"] = "self", ["summary"] = "Its page, with who knew and when we were told", ["url"] = $"{publisher.Origin}/registry/vulnerabilities/{of.Id}" }),
                ["title"] = description.Title,
                ["tracking"] = new JsonObject
                {
                    ["current_release_date"] = Time(of.Revisions[^1].At),
                    ["generator"] = new JsonObject { ["engine"] = new JsonObject { ["name"] = "Counterseal" } },
                    ["id"] = id,
                    ["initial_release_date"] = Time(of.Revisions[0].At),
                    ["revision_history"] = new JsonArray([.. of.Revisions.Select(r => new JsonObject { ["date"] = Time(r.At), ["number"] = Number(r.Number), ["summary"] = r.Summary })]),
                    ["status"] = "final",
                    ["version"] = Number(of.Revisions[^1].Number),
                },
            },
            ["product_tree"] = new JsonObject
            {
                ["branches"] = new JsonArray(new JsonObject
                {
                    ["branches"] = new JsonArray([.. products.GroupBy(p => p.Product.Product, StringComparer.Ordinal).Select(product => new JsonObject
                    {
                        ["branches"] = new JsonArray([.. product.Select(version => new JsonObject
                        {
                            ["category"] = version.Product.IsRange ? "product_version_range" : "product_version",
                            ["name"] = version.Product.Version,
                            ["product"] = new JsonObject { ["name"] = $"{publisher.Name} {product.Key} {version.Product.Version}", ["product_id"] = version.Id },
                        })]),
                        ["category"] = "product_name",
                        ["name"] = product.Key,
                    })]),
                    ["category"] = "vendor",
                    ["name"] = publisher.Name,
                }),
            },
            ["vulnerabilities"] = new JsonArray(Vulnerable(of, products, vex)),
        };
    }

    private static JsonObject Vulnerable(Vulnerability of, List<(ProductVersion Product, string Id)> products, bool vex)
    {
        var description = of.Description;
        JsonArray Ids(ProductStanding standing) => new([.. products.Where(p => p.Product.Standing == standing).Select(p => JsonValue.Create(p.Id))]);
        var (affected, repaired, spared, open) = (Ids(ProductStanding.Affected), Ids(ProductStanding.Fixed), Ids(ProductStanding.NotAffected), Ids(ProductStanding.UnderInvestigation));
        var made = new JsonObject();
        if (description.Thanks is { Count: > 0 } thanks)
            made["acknowledgments"] = new JsonArray([.. thanks.Select(name => new JsonObject { ["names"] = new JsonArray(name), ["summary"] = "for reporting it" })]);
        if (description.Cve is { } cve)
            made["cve"] = cve;
        if (description.Cwe is { } cwe)
            made["cwe"] = new JsonObject { ["id"] = cwe[..cwe.IndexOf(' ', StringComparison.Ordinal)], ["name"] = cwe[(cwe.IndexOf(' ', StringComparison.Ordinal) + 1)..] };
        made["discovery_date"] = Time(of.Told);
        if (spared.Count > 0)
            made["flags"] = new JsonArray([.. products.Where(p => p.Product.Standing == ProductStanding.NotAffected).GroupBy(p => p.Product.Justification!, StringComparer.Ordinal)
                .Select(why => new JsonObject { ["label"] = Snake(why.Key), ["product_ids"] = new JsonArray([.. why.Select(p => JsonValue.Create(p.Id))]) })]);
        made["ids"] = new JsonArray(new JsonObject { ["system_name"] = "Counterseal vulnerability register", ["text"] = of.Id });
        made["notes"] = new JsonArray(new JsonObject { ["category"] = "description", ["text"] = description.Summary, ["title"] = "What it is" });
        var standings = new JsonObject();
        foreach (var (name, list) in ((string, JsonArray)[])[("fixed", repaired), ("known_affected", affected), ("known_not_affected", spared), ("under_investigation", open)])
            if (list.Count > 0)
                standings[name] = list;
        made["product_status"] = standings;
        made["release_date"] = Time(of.Revisions[0].At);
        // CSAF 2.0, 4.5: what users can do must be said of each version that has the fault; also where nothing can be done yet.
        if (affected.Count > 0)
        {
            var remedy = new JsonObject();
            var there = repaired.Count > 0 && of.Of(Milestone.FixAvailable) is not null;
            remedy["category"] = there ? "vendor_fix" : description.Remedy is null ? "none_available" : "mitigation";
            if (of.Of(Milestone.FixAvailable) is { } available)
                remedy["date"] = Time(available.When.Earliest);
            remedy["details"] = description.Remedy ?? (there ? $"Install one of: {string.Join(", ", description.Products.Where(p => p.Standing == ProductStanding.Fixed).Select(p => $"{p.Product} {p.Version}"))}." : "There is no corrective or mitigating measure yet.");
            remedy["product_ids"] = affected.DeepClone();
            made["remediations"] = new JsonArray(remedy);
        }
        if (description.Cvss is { } vector && affected.Count > 0)
        {
            var cvss = Cvss.Of(vector);
            made["scores"] = new JsonArray(new JsonObject
            {
                ["cvss_v3"] = new JsonObject { ["baseScore"] = cvss.Score, ["baseSeverity"] = cvss.Severity, ["vectorString"] = cvss.Vector, ["version"] = "3.1" },
                ["products"] = affected.DeepClone(),
            });
        }
        var threats = new JsonArray();
        if (affected.Count > 0 && (of.Of(Milestone.ExploitationKnown) is not null || of.Of(Milestone.FirstKnownUse) is not null))
            threats.Add(new JsonObject
            {
                ["category"] = "exploit_status",
                ["details"] = of.Of(Milestone.FirstKnownUse) is { } used ? $"It is actively exploited; the first known use was in {used.When}." : "It is actively exploited.",
                ["product_ids"] = affected.DeepClone(),
            });
        if (vex && spared.Count > 0)
            threats.Add(new JsonObject { ["category"] = "impact", ["details"] = "The fault cannot be reached in these versions, for the reason that the flag names.", ["product_ids"] = spared.DeepClone() });
        if (threats.Count > 0)
            made["threats"] = threats;
        made["title"] = description.Title;
        return made;
    }

    private static string Snake(string camel) => string.Concat(camel.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
