using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>What came before the sealing, for the chain-of-custody record.</summary>
/// <param name="Issuing">Who demanded: the issuing authority's name, as the order has it.</param>
/// <param name="Instrument">The kind of legal process, or <c>null</c>.</param>
/// <param name="Reference">The authority's own reference.</param>
/// <param name="Received">When the demand was received, UTC.</param>
/// <param name="DecidedBy">Who decided, as the event says.</param>
/// <param name="DecidedAt">When, UTC.</param>
/// <param name="Decision">SHA-256 of the decided event's canonical bytes, lower-case hex.</param>
/// <param name="Approvers">Names on the roster.</param>
public sealed record CustodyFacts(
    string Issuing,
    string? Instrument,
    string Reference,
    DateTimeOffset Received,
    string DecidedBy,
    DateTimeOffset DecidedAt,
    string Decision,
    IReadOnlyList<string> Approvers)
{
    /// <summary>The facts of a release.</summary>
    internal static CustodyFacts Of(Envelope envelope) => new(
        envelope.Order.Demand.Issuing.Name,
        envelope.Order.Demand.Instrument,
        envelope.Order.Demand.Reference,
        envelope.Order.Received,
        envelope.Event.Event.By,
        envelope.Event.Event.At,
        envelope.Event.Event.Digest,
        [.. envelope.Approvals.Select(note => Approval.Read(note, "/approvals").Reviewer)]);
}

/// <summary>
/// <c>custody.jsonld</c>: who demanded, decided, approved, collected and sealed, when, with what, and the digests of what came of it, in the words of CASE 1.4 and
/// UCO 1.4 (JSON-LD). It says nothing that the order and the bag do not say; the same facts give the same bytes.
/// </summary>
internal static class CustodyRecord
{
    private static readonly (string Prefix, string Iri)[] Context =
    [
        ("action", "https://ontology.unifiedcyberontology.org/uco/action/"),
        ("core", "https://ontology.unifiedcyberontology.org/uco/core/"),
        ("identity", "https://ontology.unifiedcyberontology.org/uco/identity/"),
        ("investigation", "https://ontology.caseontology.org/case/investigation/"),
        ("observable", "https://ontology.unifiedcyberontology.org/uco/observable/"),
        ("tool", "https://ontology.unifiedcyberontology.org/uco/tool/"),
        ("types", "https://ontology.unifiedcyberontology.org/uco/types/"),
        ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ];

    /// <summary>The program's version, e.g. <c>0.1.0</c>.</summary>
    public static string Version { get; } = typeof(CustodyRecord).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>The record's bytes, canonical.</summary>
    /// <param name="facts">What the package is about.</param>
    /// <param name="custody">What came before.</param>
    /// <param name="order">The order's digest.</param>
    /// <param name="name">The package's name.</param>
    /// <param name="manifest">SHA-256 of <c>manifest-sha256.txt</c>.</param>
    /// <param name="ended">When collecting ended, UTC.</param>
    public static byte[] Bytes(PackageFacts facts, CustodyFacts custody, string order, string name, ReadOnlySpan<byte> manifest, DateTimeOffset ended)
    {
        var graph = new JsonArray();
        var record = new List<string>();
        string Add(string label, string type, params ReadOnlySpan<(string Member, JsonNode? Value)> members)
        {
            var id = Id(order, label);
            var node = new JsonObject { ["@id"] = id, ["@type"] = type };
            foreach (var (member, value) in members)
            {
                if (value is not null)
                    node[member] = value;
            }
            graph.Add(node);
            return id;
        }
        string File(string label, string fileName, ReadOnlySpan<byte> digest)
        {
            var hash = Add(label + "/hash", "types:Hash",
                ("types:hashMethod", "SHA256"), ("types:hashValue", Typed("hexBinary", Convert.ToHexString(digest))));
            var file = Add(label + "/file", "observable:FileFacet", ("observable:fileName", fileName));
            var content = Add(label + "/content", "observable:ContentDataFacet", ("observable:hash", Reference(hash)));
            return Add(label, "observable:File", ("core:hasFacet", new JsonArray(Reference(file), Reference(content))));
        }

        var authority = Add("authority", "identity:Organization", ("core:name", custody.Issuing));
        var gate = Add("gate", "tool:Tool", ("core:name", $"Counterseal gate {facts.Gate}{(facts.Trial ? " (trial mode)" : "")}"), ("tool:toolType", "Collection and sealing"), ("tool:version", Version));
        var authorization = Add("authorization", "investigation:Authorization",
            ("investigation:authorizationIdentifier", custody.Reference), ("investigation:authorizationType", custody.Instrument));
        var original = File("original", "the demand as it was received", Convert.FromHexString(facts.OriginalDigest));
        var decision = File("decision", "the event by which it was decided", Convert.FromHexString(custody.Decision));
        var orderFile = File("order", Bag.Order, SHA256.HashData(facts.Order));
        var payload = File("manifest", Bag.Manifest, manifest);

        record.Add(Add("received", "investigation:InvestigativeAction",
            ("core:name", "demand received"), ("action:performer", Reference(authority)), ("action:endTime", Time(custody.Received)), ("action:result", Reference(original))));
        var decider = Add("decider", "identity:Identity", ("core:name", custody.DecidedBy));
        record.Add(Add("decided", "investigation:InvestigativeAction",
            ("core:name", "decided"), ("action:performer", Reference(decider)), ("action:endTime", Time(custody.DecidedAt)), ("action:object", new JsonArray(Reference(original), Reference(authorization))),
            ("action:result", Reference(decision)), ("investigation:wasInformedBy", Reference(record[0]))));
        var approvals = new List<string>();
        for (var i = 0; i < custody.Approvers.Count; i++)
        {
            var approver = Add($"approver/{i}", "identity:Identity", ("core:name", custody.Approvers[i]));
            approvals.Add(Add($"approved/{i}", "investigation:InvestigativeAction",
                ("core:name", "approved"), ("action:performer", Reference(approver)), ("action:object", Reference(orderFile)), ("investigation:wasInformedBy", Reference(record[1]))));
        }
        record.AddRange(approvals);
        record.Add(Add("collected", "investigation:InvestigativeAction",
            ("core:name", "collected"), ("action:performer", Reference(gate)), ("action:instrument", Reference(gate)), ("action:startTime", Time(facts.SealedAt)), ("action:endTime", Time(ended)),
            ("action:object", Reference(orderFile)), ("action:result", Reference(payload)),
            ("investigation:wasInformedBy", approvals.Count == 0 ? Reference(record[1]) : new JsonArray([.. approvals.Select(Reference)]))));
        record.Add(Add("sealed", "investigation:InvestigativeAction",
            ("core:name", $"sealed for {facts.Authority}"), ("action:performer", Reference(gate)), ("action:instrument", Reference(gate)), ("action:startTime", Time(ended)),
            ("action:object", Reference(payload)), ("investigation:wasInformedBy", Reference(record[^1]))));
        Add("record", "investigation:ProvenanceRecord",
            ("core:name", name), ("core:description", $"chain of custody of demand {facts.DemandId}"), ("investigation:exhibitNumber", name),
            ("core:object", new JsonArray([.. record.Concat([original, decision, orderFile, payload]).Select(Reference)])));

        var context = new JsonObject();
        foreach (var (prefix, iri) in Context)
            context[prefix] = iri;
        return Canonical.Bytes(new JsonObject { ["@context"] = context, ["@graph"] = graph });
    }

    private static JsonObject Reference(string id) => new JsonObject { ["@id"] = id };

    private static JsonObject Typed(string type, string value) => new JsonObject { ["@type"] = "xsd:" + type, ["@value"] = value };

    private static JsonObject Time(DateTimeOffset at) => Typed("dateTime", Instant.Text(at));

    /// <summary>A UUID by name (RFC 9562, version 5) under the order's digest, so that the same order gives the same names.</summary>
    private static string Id(string order, string label)
    {
        var space = Convert.FromHexString(order)[..16];
#pragma warning disable CA5350 // Version 5 is defined with SHA-1; these names protect nothing.
        var bytes = SHA1.HashData([.. space, .. Encoding.UTF8.GetBytes(label)])[..16];
#pragma warning restore CA5350
        bytes[6] = (byte)(bytes[6] & 0x0f | 0x50);
        bytes[8] = (byte)(bytes[8] & 0x3f | 0x80);
        return string.Create(CultureInfo.InvariantCulture, $"urn:uuid:{new Guid(bytes, bigEndian: true):D}");
    }
}
