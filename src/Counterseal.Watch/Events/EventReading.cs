using System.Text;

namespace Counterseal.Watch;

/// <summary>What could not be taken as it stands.</summary>
/// <param name="Place">Where.</param>
/// <param name="What">What is wrong with it and what was done, one sentence.</param>
/// <param name="Lost">Whether the event was left out; otherwise it was taken with the change that <paramref name="What"/> names.</param>
public sealed record EventFault(EventPlace Place, string What, bool Lost);

/// <summary>Reads one line.</summary>
/// <param name="line">The line's bytes.</param>
/// <param name="place">Where they are.</param>
/// <param name="happened">The event, or <c>null</c>.</param>
/// <returns>Why there is no event; <c>null</c> when there is one, or when the line is none by its nature (a logoff, a header).</returns>
public delegate string? EventReading(ReadOnlySpan<byte> line, EventPlace place, out WatchEvent? happened);

/// <summary>The forms that events come in.</summary>
public static class EventReadings
{
    /// <summary>How a form's lines are read.</summary>
    /// <param name="name"><c>ocsf</c>, <c>entra</c>, or the path of a mapping file (<see cref="EventMapping"/>).</param>
    /// <exception cref="FormatException">No such form, or the mapping is not one; names the place.</exception>
    /// <exception cref="IOException">The mapping file cannot be read.</exception>
    public static EventReading Named(string name) => name switch
    {
        "ocsf" => OcsfAuthentication.Read,
        "entra" => EntraSignIn.Read,
        _ when File.Exists(name) => EventMapping.Parse(Path.GetFileName(name), File.ReadAllBytes(name)).NewReading(),
        _ => throw new FormatException($"\"{name}\" is no form of events: ocsf, entra, or the path of a mapping file (docs/notices.md)"),
    };

    /// <summary>Why bytes are no UTF-8; <c>null</c> when they are.</summary>
    internal static string? NotText(ReadOnlySpan<byte> line)
    {
        if (System.Text.Unicode.Utf8.IsValid(line))
            return null;
        var at = 0;
        while (Rune.DecodeFromUtf8(line[at..], out _, out var used) == System.Buffers.OperationStatus.Done)
            at += used;
        return $"byte {at + 1} of the line (0x{line[at]:x2}) is not UTF-8; left out";
    }
}
