namespace Counterseal.Custody;

/// <summary>What is wrong with an age file; the classes are those of the C2SP test kit.</summary>
public enum AgeFault
{
    /// <summary>The ASCII armor is not strict PEM (RFC 7468).</summary>
    Armor,
    /// <summary>The header, or the nonce after it, cannot be read.</summary>
    Header,
    /// <summary>The header is whole, but none of the keys given opens it.</summary>
    NoMatch,
    /// <summary>A key opens it, but the header's MAC does not fit: it was changed after it was made.</summary>
    Hmac,
    /// <summary>A chunk of the payload does not verify, or the file ends too early or too late.</summary>
    Payload,
}

/// <summary>An age file that cannot be read.</summary>
/// <param name="fault">Which part is wrong.</param>
/// <param name="offset">The byte of the age file (inside the armor, if any) where it shows, from 0.</param>
/// <param name="message">Plain words.</param>
public sealed class AgeException(AgeFault fault, long offset, string message) : Exception($"{message} (byte {offset} of the age file)")
{
    /// <summary>Which part is wrong.</summary>
    public AgeFault Fault { get; } = fault;

    /// <summary>The byte of the age file where it shows, from 0.</summary>
    public long Offset { get; } = offset;
}
