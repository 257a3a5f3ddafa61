namespace Counterseal.Convention.Vulnerabilities;

/// <summary>A CVSS 3.1 base vector with its score (FIRST, CVSS 3.1 specification, section 7.1).</summary>
/// <param name="Vector">E.g. <c>CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</c>.</param>
/// <param name="Score">0.0 to 10.0.</param>
public sealed record Cvss(string Vector, decimal Score)
{
    private static readonly string[] Order = ["AV", "AC", "PR", "UI", "S", "C", "I", "A"];

    /// <summary>NONE, LOW, MEDIUM, HIGH or CRITICAL (section 5).</summary>
    public string Severity => Score switch { 0 => "NONE", < 4 => "LOW", < 7 => "MEDIUM", < 9 => "HIGH", _ => "CRITICAL" };

    /// <summary>Reads a base vector: the eight metrics, each once, in the specification's order.</summary>
    /// <exception cref="FormatException">Not one.</exception>
    public static Cvss Of(string vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        var parts = vector.Split('/');
        if (parts is not ["CVSS:3.1", .. var metrics] || metrics.Length != Order.Length)
            throw new FormatException($"\"{vector}\" is no CVSS 3.1 base vector, e.g. CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
        double Weight(int at, params (char Letter, double Weight)[] weights)
        {
            foreach (var (letter, weight) in weights)
                if (metrics[at] == $"{Order[at]}:{letter}")
                    return weight;
            throw new FormatException($"\"{metrics[at]}\" in the CVSS vector: {Order[at]} with one of {string.Join(", ", weights.Select(w => w.Letter))} is expected there");
        }
        var changed = Weight(4, ('U', 0), ('C', 1)) > 0;
        var exploitability = 8.22 * Weight(0, ('N', 0.85), ('A', 0.62), ('L', 0.55), ('P', 0.2)) * Weight(1, ('L', 0.77), ('H', 0.44))
            * Weight(2, ('N', 0.85), ('L', changed ? 0.68 : 0.62), ('H', changed ? 0.5 : 0.27)) * Weight(3, ('N', 0.85), ('R', 0.62));
        double Loss(int at) => Weight(at, ('H', 0.56), ('L', 0.22), ('N', 0));
        var part = 1 - ((1 - Loss(5)) * (1 - Loss(6)) * (1 - Loss(7)));
        var impact = changed ? (7.52 * (part - 0.029)) - (3.25 * Math.Pow(part - 0.02, 15)) : 6.42 * part;
        return new(vector, impact <= 0 ? 0 : RoundUp(Math.Min((changed ? 1.08 : 1) * (impact + exploitability), 10)));
    }

    // Appendix A of the specification: so that no machine's floating point rounds to another tenth.
    private static decimal RoundUp(double value)
    {
        var whole = (long)Math.Round(value * 100_000);
        return whole % 10_000 == 0 ? whole / 100_000m : ((whole / 10_000) + 1) / 10m;
    }
}
