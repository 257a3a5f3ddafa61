using Counterseal.Watch;

namespace Counterseal.Convention.Vulnerabilities;

/// <summary>A clause that the register's entries are read against.</summary>
/// <param name="Clause">Instrument, version and clause, with slashes between.</param>
/// <param name="Name">Its name.</param>
/// <param name="Says">What it asks for, in our own words.</param>
public sealed record ReportingClause(string Clause, string Name, string Says)
{
    /// <summary>Its page in the registry.</summary>
    public string Path => $"/registry/clauses/{Clause}";

    /// <summary>The clauses on reporting vulnerabilities, <c>registry/vulnerability-clauses.yaml</c>.</summary>
    public static IReadOnlyList<ReportingClause> All { get; } = Read();

    private static List<ReportingClause> Read()
    {
        var note = YamlNote.Read("vulnerability-clauses.yaml", RegisterData.Bytes("vulnerability-clauses.yaml"));
        return [.. note.Need("clauses").Items.Select(one => new ReportingClause(one.Need("clause").Text, one.Need("name").Text, one.Need("says").Text))];
    }
}

/// <summary>The register's data files, inside this room's assembly.</summary>
internal static class RegisterData
{
    public static byte[] Bytes(string name)
    {
        using var stream = typeof(RegisterData).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the assembly");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
