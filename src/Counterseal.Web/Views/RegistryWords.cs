using Counterseal.Convention;

namespace Counterseal.Web;

/// <summary>What the registry's pages call things.</summary>
internal static class RegistryWords
{
    public static string Binds(Binding binding) => binding switch
    {
        Binding.Treaty => "states that join it; none can yet",
        Binding.Political => "nobody in law; political",
        _ => "companies; no state",
    };

    public static string Basis(AttributionBasis basis) => basis switch
    {
        AttributionBasis.Attacker => "the attacker says so itself",
        AttributionBasis.Community => "IT-security companies or researchers",
        AttributionBasis.Victim => "the victim's government",
        AttributionBasis.State => "another government",
        AttributionBasis.Media => "media",
        AttributionBasis.ThirdParty => "a third party",
        AttributionBasis.Contested => "said and contested",
        AttributionBasis.Tracker => "the data set's own editors",
        AttributionBasis.Provider => "a provider, of its own customers",
        _ => "the feed does not say",
    };

    public static string Victim(string kind) => IncidentWords.Victims.GetValueOrDefault(kind, kind);

    public static string Type(string type) => IncidentWords.Types.GetValueOrDefault(type, type);

    public static string Verdict(TrendVerdict verdict) => verdict switch
    {
        TrendVerdict.More => "More than before",
        TrendVerdict.Fewer => "Fewer than before",
        _ => "It cannot be told",
    };
}
