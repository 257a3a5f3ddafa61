using System.Xml;
using System.Xml.Schema;

namespace Counterseal.Intake;

/// <summary>The operator's folder of schemas cannot be used.</summary>
public sealed class EtsiSchemasException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// ETSI's own XSDs, which an operator may add (<c>--schemas DIR</c>); they are not shipped. A message must then satisfy them as
/// well as our own reader. Nothing is fetched: every file of the folder goes into one set, joined by namespace. Safe for use by
/// several threads once loaded.
/// </summary>
public sealed class EtsiSchemas
{
    private const string XmlDsig = "http://www.w3.org/2000/09/xmldsig#";

    private readonly XmlSchemaSet _set;

    private EtsiSchemas(XmlSchemaSet set) => _set = set;

    /// <summary>Loads every <c>*.xsd</c> under a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="EtsiSchemasException">No folder, no XSD in it, or one that cannot be used; names the file.</exception>
    public static EtsiSchemas Load(string folder)
    {
        if (!Directory.Exists(folder)) throw new EtsiSchemasException($"There is no folder {folder}; --schemas takes a folder with ETSI's XSDs.");
        var files = Directory.GetFiles(folder, "*.xsd", SearchOption.AllDirectories);
        if (files.Length == 0) throw new EtsiSchemasException($"The folder {folder} has no .xsd file.");
        Array.Sort(files, StringComparer.Ordinal);
        var set = new XmlSchemaSet { XmlResolver = null };
        foreach (var file in files)
        {
            try
            {
                using var reader = XmlReader.Create(new StreamReader(file), XmlTree.Settings());
                set.Add(XmlSchema.Read(reader, (_, problem) => throw problem.Exception)!);
            }
            catch (Exception problem) when (problem is XmlException or XmlSchemaException or IOException or UnauthorizedAccessException)
            {
                throw new EtsiSchemasException($"{file} cannot be used as a schema: {problem.Message}", problem);
            }
        }
        // Editions that import XML signatures name a file which ETSI does not ship; any content will do, since signatures are not verified.
        if (!set.Contains(XmlDsig) && set.Schemas().Cast<XmlSchema>().Any(s => s.Includes.Cast<XmlSchemaExternal>().Any(i => i is XmlSchemaImport { Namespace: XmlDsig })))
        {
            using var stub = XmlReader.Create(new StringReader($"""
                <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{XmlDsig}"><xs:element name="Signature"/></xs:schema>
                """), XmlTree.Settings());
            set.Add(XmlDsig, stub);
        }
        try
        {
            set.Compile();
        }
        catch (XmlSchemaException problem)
        {
            throw new EtsiSchemasException($"The schemas of {folder} do not fit together: {problem.Message}", problem);
        }
        if (!set.GlobalElements.Contains(new XmlQualifiedName("HI1Message", "http://uri.etsi.org/03120/common/2019/10/Core")))
            throw new EtsiSchemasException($"The schemas of {folder} do not define HI1Message; add ETSI's Core schema.");
        return new(set);
    }

    /// <summary>Notes each error of the message as a fault. The text was read as well-formed and bounded before.</summary>
    internal void Validate(string text, Remarks remarks)
    {
        var settings = XmlTree.Settings();
        settings.ValidationType = ValidationType.Schema;
        settings.Schemas = _set;
        settings.ValidationFlags = XmlSchemaValidationFlags.ReportValidationWarnings | XmlSchemaValidationFlags.AllowXmlAttributes;
        var open = new Stack<string>();
        XmlReader? reader = null;
        settings.ValidationEventHandler += (_, problem) =>
        {
            var here = reader is { NodeType: XmlNodeType.Element } ? open.Reverse().Append(reader.LocalName) : open.Reverse();
            var path = "/" + string.Join('/', here.Select(n => Remarks.Printable(n, 60)));
            var what = "ETSI's schema says: " + Remarks.Printable(problem.Message, 400);
            int? line = problem.Exception.LineNumber > 0 ? problem.Exception.LineNumber : null;
            if (problem.Severity == XmlSeverityType.Error)
                remarks.Fault(line, path, "TS 103 120, error 3020 (schema validation)", what, "Mend the message and send it again.");
            else
                remarks.Warn(line, path, Rules.NotInKnown, what, "A person looks at the original.");
        };
        using (reader = XmlReader.Create(new StringReader(text), settings))
        {
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element && !reader.IsEmptyElement) open.Push(reader.LocalName);
                else if (reader.NodeType == XmlNodeType.EndElement) open.Pop();
            }
        }
    }
}
