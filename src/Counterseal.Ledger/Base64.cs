namespace Counterseal.Ledger;

/// <summary>Standard base64 with padding (RFC 4648, section 4), read strictly: only the one text that encoding gives is accepted.</summary>
internal static class Base64
{
    /// <summary>The bytes, or <c>null</c> when the text is not what encoding those bytes would give (blanks, missing padding, stray bits).</summary>
    public static byte[]? Read(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(text, bytes, out var length))
            return null;
        var read = bytes[..length];
        return text.SequenceEqual(Convert.ToBase64String(read)) ? read : null;
    }
}
