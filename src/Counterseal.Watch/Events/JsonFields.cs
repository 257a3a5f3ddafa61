using System.Net;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>What the readers of JSON lines share.</summary>
internal static class JsonFields
{
    public static readonly JsonReaderOptions Options = new() { MaxDepth = 32 };

    /// <summary>An address in the shapes that logs have it in: plain, <c>[v6]:port</c>, <c>v4:port</c>.</summary>
    public static IPAddress? Ip(string text)
    {
        if (IPAddress.TryParse(text, out var ip))
            return ip;
        return IPEndPoint.TryParse(text, out var end) ? end.Address : null;
    }

    /// <summary>The reason that a parser gives, with the byte in the line.</summary>
    public static string NotJson(JsonException e)
    {
        var cut = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return $"byte {(e.BytePositionInLine ?? 0) + 1} of the line: not JSON ({(cut < 0 ? e.Message : e.Message[..cut]).TrimEnd('.')}); left out";
    }
}
