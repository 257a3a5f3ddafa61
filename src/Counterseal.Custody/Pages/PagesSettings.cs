using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>Where the gate's own pages listen; their origin and relying party are the roster's.</summary>
/// <param name="Listen"><c>127.0.0.1:8474</c>, <c>[::]:443</c>, or <c>localhost:8474</c> for both loopback addresses.</param>
/// <param name="Certificate">PEM file of the certificate chain, or <c>null</c> for plain http, which the roster's origin allows on localhost only.</param>
/// <param name="CertificateKey">PEM file of its key.</param>
public sealed record PagesSettings(string Listen, string? Certificate = null, string? CertificateKey = null)
{
    private const string FileName = "pages.json";

    /// <summary>What <c>pages.json</c> in the gate's folder says; <c>null</c> where there is none, and then no pages are served.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static PagesSettings? Read(string home)
    {
        var path = Path.Combine(home, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            using var document = Shape.Parse(File.ReadAllBytes(path), 1 << 16, FileName);
            var root = Shape.Closed(document.RootElement, FileName, "listen", "certificate", "certificateKey");
            return new PagesSettings(root.Text("listen", 200), root.Has("certificate") ? root.Text("certificate") : null, root.Has("certificateKey") ? root.Text("certificateKey") : null);
        }
        catch (RefusalException e)
        {
            throw new InvalidDataException($"{path}: {e.Refusal.What} ({e.Refusal.Where})", e);
        }
    }

    /// <summary>Writes <c>pages.json</c>.</summary>
    public void Write(string home)
    {
        var json = new JsonObject { ["listen"] = Listen };
        if (Certificate is not null)
            json["certificate"] = Certificate;
        if (CertificateKey is not null)
            json["certificateKey"] = CertificateKey;
        Durable.Replace(Path.Combine(home, FileName), Canonical.Bytes(json), "gate.pages.write", GateHome.FileMode);
    }
}
