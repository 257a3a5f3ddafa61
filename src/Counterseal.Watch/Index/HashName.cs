namespace Counterseal.Watch;

/// <summary>Names of hash algorithms. STIX 2.1, 10.6 writes <c>SHA-256</c>; feeds write <c>sha256</c>, <c>SHA256</c>, <c>sha_256</c>. All are the same here.</summary>
internal static class HashName
{
    /// <summary>The two names mean the same algorithm.</summary>
    public static bool Same(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        int i = 0, j = 0;
        while (true)
        {
            while (i < a.Length && a[i] is ('-' or '_')) i++;
            while (j < b.Length && b[j] is ('-' or '_')) j++;
            if (i == a.Length || j == b.Length) return i == a.Length && j == b.Length;
            if (char.ToUpperInvariant(a[i++]) != char.ToUpperInvariant(b[j++])) return false;
        }
    }

    /// <summary>The name as STIX 2.1 writes it, or <c>null</c> where it is none of the algorithms that STIX 2.1 and MISP name.</summary>
    public static string? Canonical(ReadOnlySpan<char> name)
    {
        foreach (var (known, _) in Known)
            if (Same(name, known)) return known;
        return null;
    }

    /// <summary>Hexadecimal digits of a value of the algorithm; 0 where there is no one length.</summary>
    public static int Digits(string canonical)
    {
        foreach (var (known, digits) in Known)
            if (known == canonical) return digits;
        return 0;
    }

    private static readonly (string Name, int Digits)[] Known =
    [
        ("MD5", 32), ("SHA-1", 40), ("SHA-224", 56), ("SHA-256", 64), ("SHA-384", 96), ("SHA-512", 128), ("SHA3-224", 56), ("SHA3-256", 64), ("SHA3-384", 96), ("SHA3-512", 128),
        ("SSDEEP", 0), ("TLSH", 0), ("IMPHASH", 32),
    ];
}
