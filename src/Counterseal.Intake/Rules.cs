namespace Counterseal.Intake;

/// <summary>How remarks name what they rest on.</summary>
internal static class Rules
{
    /// <summary>The version whose schemas the tests hold this reader against.</summary>
    public const string KnownVersion = "V1.12.1";

    /// <summary>Marks every remark about something that the known version's schemas do not have, so that such a message may be right and yet fail them.</summary>
    public const string NotInKnown = "TS 103 120, not in " + KnownVersion;

    /// <summary>A type of the XSDs.</summary>
    public static string Type(string schema, string type) => schema == "TS 103 280"
        ? $"TS 103 280, type {type}"
        : $"TS 103 120 {KnownVersion}, {schema} schema, type {type}";

    /// <summary>A receiver's error code.</summary>
    public static string Error(int code) => $"TS 103 120, error {code}";
}
