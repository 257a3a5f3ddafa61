using System.Text.RegularExpressions;

namespace Counterseal.Intake;

/// <summary>The vocabularies that a TS 103 120 message is written in, one for each of ETSI's schemas.</summary>
internal enum Vocabulary
{
    /// <summary>None of ETSI's, or none that this door knows.</summary>
    Foreign,
    Core,
    Common,
    Authorisation,
    Task,
    Document,
    Delivery,
    Notification,
    TrafficPolicy,
    /// <summary>TS 103 280, the dictionary of common parameters.</summary>
    Ts103280,
}

/// <summary>Namespaces to vocabularies. ETSI dates its namespaces; another date is the same vocabulary in another edition.</summary>
internal static partial class Namespaces
{
    public const string Instance = "http://www.w3.org/2001/XMLSchema-instance";

    private const string Common = "http://uri.etsi.org/03120/common/";

    private static readonly Dictionary<string, Vocabulary> Known = new(StringComparer.Ordinal)
    {
        [Common + "2019/10/Core"] = Vocabulary.Core,
        [Common + "2016/02/Common"] = Vocabulary.Common,
        [Common + "2020/09/Authorisation"] = Vocabulary.Authorisation,
        [Common + "2020/09/Task"] = Vocabulary.Task,
        [Common + "2020/09/Document"] = Vocabulary.Document,
        [Common + "2019/10/Delivery"] = Vocabulary.Delivery,
        [Common + "2016/02/Notification"] = Vocabulary.Notification,
        [Common + "2022/07/TrafficPolicy"] = Vocabulary.TrafficPolicy,
        ["http://uri.etsi.org/03280/common/2017/07"] = Vocabulary.Ts103280,
    };

    /// <summary>The vocabulary, and whether the edition is the one of V1.12.1.</summary>
    public static (Vocabulary Vocabulary, bool Exact) Of(string uri)
    {
        if (Known.TryGetValue(uri, out var known)) return (known, true);
        if (uri.Length > 100 || Dated().Match(uri) is not { Success: true } dated) return (Vocabulary.Foreign, false);
        if (dated.Groups["etsi"].Value == "03280") return (dated.Groups["part"].Length == 0 ? Vocabulary.Ts103280 : Vocabulary.Foreign, false);
        return (dated.Groups["part"].Value switch
        {
            "/Core" => Vocabulary.Core,
            "/Common" => Vocabulary.Common,
            "/Authorisation" => Vocabulary.Authorisation,
            "/Task" => Vocabulary.Task,
            "/Document" => Vocabulary.Document,
            "/Delivery" => Vocabulary.Delivery,
            "/Notification" => Vocabulary.Notification,
            "/TrafficPolicy" => Vocabulary.TrafficPolicy,
            _ => Vocabulary.Foreign,
        }, false);
    }

    [GeneratedRegex(@"\Ahttp://uri\.etsi\.org/(?<etsi>03120|03280)/common/[0-9]{4}/[0-9]{2}(?<part>(/[A-Za-z]{1,32})?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Dated();
}
