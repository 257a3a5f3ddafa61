using System.Globalization;

namespace Counterseal.Intake;

/// <summary>The front door for bytes: tells the format, reads it, never throws for what the bytes say.</summary>
public static class Door
{
    /// <summary>Reads an original of at most <see cref="Limits.Bytes"/>.</summary>
    /// <param name="original">The bytes as they came.</param>
    /// <param name="schemas">Folder with ETSI's own XSDs that an operator added, or <c>null</c>.</param>
    /// <exception cref="EtsiSchemasException">The operator's folder cannot be used; nothing to do with the bytes.</exception>
    public static Reading Read(ReadOnlyMemory<byte> original, string? schemas = null) =>
        Read(original, schemas is null ? null : EtsiSchemas.Load(schemas));

    /// <summary>Reads an original, with schemas that were loaded before (a server loads them once).</summary>
    /// <param name="original">The bytes as they came.</param>
    /// <param name="schemas">ETSI's own XSDs, or <c>null</c> for our own structure checks alone.</param>
    public static Reading Read(ReadOnlyMemory<byte> original, EtsiSchemas? schemas)
    {
        var remarks = new Remarks();
        if (original.Length > Limits.Bytes)
        {
            remarks.Fault(null, "/", "docs/intake.md, limits",
                string.Create(CultureInfo.InvariantCulture, $"The original has {original.Length} bytes; at most {Limits.Bytes} are read."),
                "Send the demand alone; large attachments go another way.");
            return new(Reading.Unknown, null, [], remarks.Faults);
        }
        var script = Script.Of(original.Span);
        var (format, demand) = script.First switch
        {
            '<' => (Reading.Ts103120, Ts103120.Read(original.Span, script, schemas, remarks)),
            '{' or '[' => (Reading.CountersealJson, CountersealJson.Read(original.Span, script, remarks)),
            _ => (Reading.Unknown, Neither(script, remarks)),
        };
        return new(format, remarks.Clean ? demand : null, remarks.Warnings, remarks.Faults);
    }

    private static Law.Demand? Neither(Script script, Remarks remarks)
    {
        remarks.Fault(1, "/", "docs/intake.md, formats",
            script.First == '\0'
                ? "There is no text in the original."
                : $"The original begins with {Remarks.Quote(script.First.ToString())}; neither an XML message nor a JSON object begins so.",
            "Send a TS 103 120 message (XML) or the project's JSON form (docs/demand.schema.json). PDF and mail are entered by a person.");
        return null;
    }
}
