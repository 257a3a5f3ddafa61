using System.Globalization;
using System.Text;

namespace Counterseal.Law;

/// <summary>
/// What the domain of a mail address is to the directory of agencies. A domain that looks like an agency's and is not is the mark of a
/// forged request: letters of other alphabets, digits for letters, one letter more, less or exchanged, or the agency's name inside another domain.
/// </summary>
internal sealed class LookAlike
{
    private const int MostAddress = 320;

    // Letters and digits that read as a Latin letter. Single characters only; pairs stand below.
    private static readonly Dictionary<char, char> Reads = Pairs(
        "аaеeоoрpсcуyхxіiјjѕsԁdһhԛqԝwӏlвbнhкkмmтtгr" + "αaοoνvρpτtιiκkυuχxϲcηn" + "0o1l3e5s8b" + "ılɡgɑaʟl"
        + "àaáaâaãaäaåaāaăaąaçcćcčcďdđdèeéeêeëeēeęeěeğgìiíiîiïiīiįiłlļlľlñnńnňnņnòoóoôoõoöoøoōoőoŕrřrśsšsşsțtţtťtùuúuûuüuūuůuűuųuýyÿyźzżzžz");

    private readonly List<(string Domain, string Skeleton, string Country)> _known = [];

    public LookAlike(IEnumerable<Agency> agencies)
    {
        foreach (var agency in agencies)
            foreach (var domain in agency.Domains) _known.Add((domain, Skeleton(domain), agency.Country));
    }

    /// <summary><c>known</c>, <c>otherCountry</c>, <c>lookalike</c>, <c>unknown</c> or <c>absent</c>; <c>null</c> where it hangs on a country that is not known.</summary>
    /// <param name="address">The address as the demand gives it.</param>
    /// <param name="country">The issuing authority's country, where it is known.</param>
    public string? Of(string? address, string? country)
    {
        if (string.IsNullOrWhiteSpace(address)) return "absent";
        var at = address.LastIndexOf('@');
        if (at < 0 || at == address.Length - 1 || address.Length > MostAddress) return "unknown";
        var domain = address[(at + 1)..].Trim().Trim('.', '>').ToLowerInvariant();
        var elsewhere = false;
        foreach (var (known, _, of) in _known)
        {
            if (!Under(domain, known)) continue;
            if (of == country) return "known";
            elsewhere = true;
        }
        if (elsewhere) return country is null ? null : "otherCountry";
        var skeleton = Skeleton(domain);
        foreach (var (known, looks, _) in _known)
            if (Alike(skeleton, known, looks)) return "lookalike";
        return "unknown";
    }

    private static bool Under(string domain, string known) =>
        domain == known || (domain.Length > known.Length && domain.EndsWith(known, StringComparison.Ordinal) && domain[^(known.Length + 1)] == '.');

    private static bool Alike(string skeleton, string known, string looks)
    {
        // The agency's own name inside another domain: agency.example.evil.test, agency-example.test.
        var dashed = looks.Replace('.', '-');
        if (skeleton.StartsWith(looks + ".", StringComparison.Ordinal) || skeleton.Contains("." + looks + ".", StringComparison.Ordinal)
            || skeleton.StartsWith(dashed + ".", StringComparison.Ordinal) || skeleton.Contains("." + dashed + ".", StringComparison.Ordinal) || skeleton.Contains(looks + "-", StringComparison.Ordinal)) return true;
        var labels = known.Count(c => c == '.') + 1;
        var tail = Tail(skeleton, labels);
        return Distance(tail, looks) <= (looks.Length < 8 ? 1 : 2);
    }

    private static string Tail(string domain, int labels)
    {
        for (var i = domain.Length - 1; i >= 0; i--)
            if (domain[i] == '.' && --labels == 0) return domain[(i + 1)..];
        return domain;
    }

    /// <summary>A domain as an eye in a hurry reads it.</summary>
    internal static string Skeleton(string domain)
    {
        var text = domain;
        if (domain.Contains("xn--", StringComparison.Ordinal))
        {
            try
            {
                text = new IdnMapping { AllowUnassigned = true }.GetUnicode(domain);
            }
            catch (ArgumentException)
            {
                // Not a name that any resolver takes; it is compared as it stands.
            }
        }
        var read = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            var plain = c is >= '！' and <= '～' ? (char)(c - '！' + '!') : c;
            plain = char.ToLowerInvariant(plain);
            read.Append(Reads.GetValueOrDefault(plain, plain));
        }
        return read.Replace("rn", "m").Replace("vv", "w").Replace("cl", "d").Replace('i', 'l').ToString();
    }

    // Optimal string alignment: insertions, deletions, substitutions, and neighbours exchanged. Both lengths are at most 320.
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 2) return 3;
        var (before, last, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++) last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(last[j] + 1, row[j - 1] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
            (before, last, row) = (last, row, before);
        }
        return last[b.Length];
    }

    private static Dictionary<char, char> Pairs(string text)
    {
        var pairs = new Dictionary<char, char>();
        for (var i = 0; i + 1 < text.Length; i += 2) pairs[text[i]] = text[i + 1];
        return pairs;
    }
}
