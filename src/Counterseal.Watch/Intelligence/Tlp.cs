namespace Counterseal.Watch;

/// <summary>Traffic Light Protocol 2.0 of FIRST, in the order of strictness; 1.0's WHITE is CLEAR.</summary>
public enum Tlp
{
    /// <summary>Nothing was said.</summary>
    Unmarked,

    /// <summary>TLP:CLEAR</summary>
    Clear,

    /// <summary>TLP:GREEN</summary>
    Green,

    /// <summary>TLP:AMBER: the recipient's organisation and its clients.</summary>
    Amber,

    /// <summary>TLP:AMBER+STRICT: the recipient's organisation only.</summary>
    AmberStrict,

    /// <summary>TLP:RED: the recipients themselves only.</summary>
    Red,

    /// <summary>A marking was given that cannot be found or read: as strict as any.</summary>
    Unknown,
}

/// <summary>Reading and joining TLP marks.</summary>
public static class TlpMarks
{
    // The marks that STIX 2.1, 7.2.1.4 predefines for TLP 1.0, and those of the extension that FIRST and OASIS published for 2.0.
    private static readonly Dictionary<string, Tlp> Known = new(StringComparer.Ordinal)
    {
        ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"] = Tlp.Clear,
        ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"] = Tlp.Green,
        ["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"] = Tlp.Amber,
        ["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"] = Tlp.Red,
        ["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"] = Tlp.Clear,
        ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"] = Tlp.Green,
        ["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"] = Tlp.Amber,
        ["marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"] = Tlp.AmberStrict,
        ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"] = Tlp.Red,
    };

    /// <summary>Reads <c>red</c>, <c>tlp:red</c>, <c>TLP:AMBER+STRICT</c> and so on; what is none of them is <see cref="Tlp.Unknown"/>.</summary>
    /// <param name="text">The mark.</param>
    public static Tlp Read(string text)
    {
        var mark = text.Trim().ToLowerInvariant();
        return (mark.StartsWith("tlp:", StringComparison.Ordinal) ? mark[4..] : mark) switch
        {
            "clear" or "white" => Tlp.Clear,
            "green" => Tlp.Green,
            "amber" => Tlp.Amber,
            "amber+strict" or "amber-strict" => Tlp.AmberStrict,
            "red" => Tlp.Red,
            _ => Tlp.Unknown,
        };
    }

    /// <summary>The stricter of two.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    public static Tlp Stricter(Tlp a, Tlp b) => a > b ? a : b;

    /// <summary>Whether what is so marked may reach a customer: TLP:AMBER+STRICT, TLP:RED and marks that cannot be read may not.</summary>
    /// <param name="mark">The mark.</param>
    public static bool MayReachCustomers(Tlp mark) => mark < Tlp.AmberStrict;

    /// <summary>The TLP of a predefined marking definition.</summary>
    internal static bool Predefined(string id, out Tlp mark) => Known.TryGetValue(id, out mark);
}
