using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Counterseal.Web;

/// <summary>A file that pages refer to, embedded in this assembly and served under its digest, so that it may be cached for ever.</summary>
public sealed class Asset
{
    private readonly Lazy<byte[]> brotli;
    private readonly Lazy<byte[]> gzip;

    /// <summary>The fonts, each a file for one family, weight and range of letters; a browser fetches those whose letters a page has.</summary>
    public static IReadOnlyList<Asset> Fonts { get; } =
        [.. typeof(Asset).Assembly.GetManifestResourceNames().Where(name => name.EndsWith(".woff2", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name => new Asset(name, "font/woff2"))];

    /// <summary>The fonts that every page needs first.</summary>
    public static IReadOnlyList<Asset> FirstFonts { get; } =
        [.. Fonts.Where(font => font.Name is "source-sans-3-latin-400-normal.woff2" or "source-sans-3-latin-600-normal.woff2" or "source-serif-4-latin-600-normal.woff2" or "source-code-pro-latin-400-normal.woff2")];

    /// <summary>The one stylesheet: the design system and our things on it.</summary>
    public static Asset Stylesheet { get; } = new("counterseal.css", "text/css; charset=utf-8");

    /// <summary>The same for pages that run from right to left.</summary>
    public static Asset Mirrored { get; } = new("counterseal.rtl.css", "text/css; charset=utf-8");

    /// <summary>What pages with charts and wide tables have beside it.</summary>
    public static Asset Figures { get; } = new("figures.css", "text/css; charset=utf-8");

    /// <summary>The same for pages that run from right to left.</summary>
    public static Asset FiguresMirrored { get; } = new("figures.rtl.css", "text/css; charset=utf-8");

    /// <summary>The seal, also the icon of the tab.</summary>
    public static Asset Seal { get; } = new("seal.svg", "image/svg+xml");

    /// <summary>The keyboard of the desk's pages.</summary>
    public static Asset Keys { get; } = new("desk.js", "text/javascript; charset=utf-8");

    /// <summary>Asks a passkey; on the pages that need one, and on no others.</summary>
    public static Asset Account { get; } = new("account.js", "text/javascript; charset=utf-8");

    /// <summary>Shows on a page what others change meanwhile.</summary>
    public static Asset Live { get; } = new("live.js", "text/javascript; charset=utf-8");

    /// <summary>Checks a receipt in the browser; on that page alone.</summary>
    public static Asset Check { get; } = new("check.js", "text/javascript; charset=utf-8");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Asset> All { get; } = [Stylesheet, Mirrored, Figures, FiguresMirrored, Seal, Keys, Account, Live, Check, .. Fonts];

    /// <summary>The file's own name.</summary>
    public string Name { get; }
    /// <summary>The bytes.</summary>
    public byte[] Bytes { get; }
    /// <summary>The media type.</summary>
    public string Type { get; }
    /// <summary>The path, e.g. <c>/assets/counterseal.3f9a1c02b7d4e6f8.css</c>.</summary>
    public string Path { get; }

    private Asset(string name, string type)
    {
        Name = name;
        using var stream = typeof(Asset).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the asset {name} is not embedded");
        Bytes = new byte[stream.Length];
        stream.ReadExactly(Bytes);
        if (type.StartsWith("text/css", StringComparison.Ordinal))
            Bytes = Encoding.UTF8.GetBytes(Fonts.Aggregate(Encoding.UTF8.GetString(Bytes), (css, font) => css.Replace($"url({font.Name})", $"url({font.Path})", StringComparison.Ordinal)));
        Type = type;
        var digest = Convert.ToHexStringLower(SHA256.HashData(Bytes))[..16];
        Path = $"/assets/{System.IO.Path.GetFileNameWithoutExtension(name)}.{digest}{System.IO.Path.GetExtension(name)}";
        brotli = new(() => Packed(to => new BrotliStream(to, CompressionLevel.SmallestSize, leaveOpen: true)));
        gzip = new(() => Packed(to => new GZipStream(to, CompressionLevel.SmallestSize, leaveOpen: true)));
    }

    /// <summary>The bytes in a coding that the browser takes, and the coding's name; <c>null</c> for none. Fonts are packed already.</summary>
    /// <param name="accepted">The codings that are accepted, as <c>Accept-Encoding</c> names them.</param>
    public (byte[] Bytes, string? Coding) In(string? accepted)
    {
        if (Type == "font/woff2" || accepted is null)
            return (Bytes, null);
        if (!StringWithQualityHeaderValue.TryParseList([accepted], out var codings))
            return (Bytes, null);
        return Takes("br") ? (brotli.Value, "br") : Takes("gzip") ? (gzip.Value, "gzip") : (Bytes, null);

        bool Takes(string coding) => codings.Any(one => one.Value.Equals(coding, StringComparison.OrdinalIgnoreCase) && one.Quality != 0);
    }

    private byte[] Packed(Func<Stream, Stream> coding)
    {
        using var to = new MemoryStream();
        using (var packing = coding(to))
            packing.Write(Bytes);
        return to.ToArray();
    }
}
