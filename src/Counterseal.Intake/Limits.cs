namespace Counterseal.Intake;

/// <summary>What the door takes at most. A demand is a form of a few pages; these bounds are far above that and far below what hurts.</summary>
public static class Limits
{
    /// <summary>Bytes of one original: 20 MiB.</summary>
    public const int Bytes = 20 * 1024 * 1024;

    /// <summary>Elements inside one another in XML.</summary>
    public const int XmlDepth = 64;

    /// <summary>Arrays and objects inside one another in JSON; the form itself needs four.</summary>
    public const int JsonDepth = 16;

    /// <summary>Elements of an XML message, or values of a JSON document.</summary>
    public const int Parts = 100_000;

    /// <summary>Attributes of one element, namespace declarations included.</summary>
    public const int Attributes = 64;

    /// <summary>Characters of an element's or attribute's name, or of a JSON member's name.</summary>
    public const int Name = 256;

    /// <summary>Characters of an attribute's value.</summary>
    public const int AttributeValue = 4096;

    /// <summary>Selectors in one demand, after IP addresses are multiplied by their times.</summary>
    public const int Selectors = 1000;

    /// <summary>Faults, and warnings, of one reading; a last one says how many were left out.</summary>
    public const int Remarks = 100;
}
