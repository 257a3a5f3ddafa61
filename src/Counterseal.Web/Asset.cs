using System.Security.Cryptography;

namespace Counterseal.Web;

/// <summary>A file that pages refer to, embedded in this assembly and served under its digest, so that it may be cached for ever.</summary>
public sealed class Asset
{
    /// <summary>The one stylesheet.</summary>
    public static Asset Stylesheet { get; } = new("counterseal.css", "text/css; charset=utf-8");

    /// <summary>What the pages of reports add to it.</summary>
    public static Asset Reports { get; } = new("report.css", "text/css; charset=utf-8");

    /// <summary>The seal, also the icon of the tab.</summary>
    public static Asset Seal { get; } = new("seal.svg", "image/svg+xml");

    /// <summary>What the registry's pages have beside it.</summary>
    public static Asset Registry { get; } = new("registry.css", "text/css; charset=utf-8");

    /// <summary>What the pages on vulnerabilities need besides.</summary>
    public static Asset Vulnerabilities { get; } = new("vulnerabilities.css", "text/css; charset=utf-8");

    /// <summary>Asks a passkey; on the pages that need one, and on no others.</summary>
    public static Asset Account { get; } = new("account.js", "text/javascript; charset=utf-8");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Asset> All { get; } = [Stylesheet, Reports, Registry, Vulnerabilities, Seal, Account];

    /// <summary>The bytes.</summary>
    public byte[] Bytes { get; }
    /// <summary>The media type.</summary>
    public string Type { get; }
    /// <summary>The path, e.g. <c>/assets/counterseal.3f9a1c02b7d4e6f8.css</c>.</summary>
    public string Path { get; }

    private Asset(string name, string type)
    {
        using var stream = typeof(Asset).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the asset {name} is not embedded");
        Bytes = new byte[stream.Length];
        stream.ReadExactly(Bytes);
        Type = type;
        var digest = Convert.ToHexStringLower(SHA256.HashData(Bytes))[..16];
        Path = $"/assets/{System.IO.Path.GetFileNameWithoutExtension(name)}.{digest}{System.IO.Path.GetExtension(name)}";
    }
}
