using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Counterseal.Desk;
using Counterseal.Law;

namespace Counterseal.Reports;

/// <summary>
/// From a demand's stored events to what the report counts. Reads only the members that are counted, since most of an event's bytes (an assessment's sentences, an
/// order) are not.
/// </summary>
internal static class DemandReading
{
    /// <summary>The events that matter here.</summary>
    public static IReadOnlyCollection<string> Types { get; } =
        ["received", "established", "assessed", "decided", "counted", "released", "told", "withdrawn"];

    private static readonly JsonSerializerOptions Lenient = Make();

    /// <summary>Reads one demand's life.</summary>
    /// <param name="life">Its events of <see cref="Types"/>, oldest first.</param>
    /// <param name="until">Events from then on are not looked at.</param>
    /// <returns><c>null</c> for one that came later.</returns>
    /// <exception cref="ReportException">Stored bytes are no event; names demand and version.</exception>
    public static CountedDemand? Read(IReadOnlyList<ArchivedEvent> life, DateTimeOffset until)
    {
        CountedDemand? demand = null;
        byte[]? assessed = null;
        Stored<DecisionPart>? decided = null;
        DateTimeOffset? cut = null, gag = null;
        var gagged = false;
        (bool There, DateTimeOffset? Until)? atCut = null;
        var lapses = new List<DateTimeOffset>();
        var yes = new SortedSet<string>(StringComparer.Ordinal);
        string[] failed = [];
        NoticeBy? notice = null;
        Outcome? now = null;
        var accounts = 0;
        foreach (var stored in life)
        {
            switch (stored.Type)
            {
                case "received":
                    var received = Of<ReceivedPart>(stored);
                    if (received.At >= until)
                        return null;
                    demand = Begin(stored.Demand, received.At, received.Body.Demand);
                    gagged = received.Body.Demand.Secrecy is not null;
                    gag = received.Body.Demand.Secrecy?.Until;
                    continue;
                case "assessed":
                    // Only the last one before the answer is read; most of the bytes of a life are assessments.
                    if (now is null)
                        assessed = stored.Canonical;
                    continue;
            }
            if (demand is null)
                throw new ReportException("demand", $"the events of demand {stored.Demand} do not begin with received", "compare the desk's database with the ledger; it was changed");
            switch (stored.Type)
            {
                case "established":
                    var established = Of<EstablishedPart>(stored);
                    if (established.At >= until)
                        break;
                    switch (established.Body.Fact)
                    {
                        case "instrument" when demand.Instrument == "unknown" && established.Body.Value is { } instrument && Inside(established.At):
                            demand = demand with { Instrument = instrument };
                            break;
                        case "emergency" when Inside(established.At):
                            demand = demand with { Emergency = established.Body.Value == "true" };
                            break;
                        case var fact when fact != "secrecy.until":
                            yes.Remove(fact);
                            if (established.Body.Value == "true")
                                yes.Add(fact);
                            break;
                        default:
                            // How it stood at the end of the half-year stays, whatever comes later.
                            if (!Inside(established.At))
                                atCut ??= (gagged, gag);
                            if (gag is { } ended && ended <= established.At)
                                lapses.Add(ended);
                            gagged = established.Body.Value is not null;
                            gag = established.Body.Value is { } text && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal, out var at) ? at : null;
                            // Set to its own moment or before: lifted, which is not a lapse.
                            if (gag <= established.At)
                                (gag, gagged) = (null, false);
                            break;
                    }
                    break;
                case "decided":
                    var decision = Of<DecisionPart>(stored);
                    if (decision.At >= until)
                        break;
                    decided = decision;
                    if (!decision.Body.HandsOver && now is not (Outcome.ContentDisclosed or Outcome.NonContentDisclosed or Outcome.Partly))
                        Answer(decision.At, decision.Body.Decision switch
                        {
                            Decision.NoData => Outcome.NoData,
                            Decision.Redirect => Outcome.Redirected,
                            Decision.Challenge => Outcome.Challenged,
                            _ => Outcome.Rejected,
                        });
                    break;
                case "counted":
                    var counted = Of<CountedPart>(stored);
                    if (counted.At < until && Inside(counted.At))
                        accounts = counted.Body.Result.Accounts.Count;
                    break;
                case "released":
                    var released = Of<NothingPart>(stored);
                    if (released.At >= until || decided is null)
                        break;
                    Answer(released.At, decided.Body.Decision == Decision.ComplyInPart ? Outcome.Partly
                        : decided.Body.Scope.Items.Any(item => item.Categories.Contains(DataCategory.Content)) ? Outcome.ContentDisclosed : Outcome.NonContentDisclosed);
                    break;
                case "told":
                    var told = Of<NothingPart>(stored);
                    if (told.At < until)
                        demand = demand with { ToldAt = told.At };
                    break;
                case "withdrawn":
                    var withdrawn = Of<NothingPart>(stored);
                    if (withdrawn.At < until && now is null)
                        Answer(withdrawn.At, Outcome.Withdrawn);
                    break;
            }
        }
        if (demand is null)
            return null;
        if (gag is { } last && last < until)
            lapses.Add(last);
        demand = demand with { Lapses = lapses, Yes = [.. yes] };
        if (demand.Answered is not { } answered)
            return demand;
        if (now != demand.Outcome)
            demand = demand with { Since = now };
        return demand with { Accounts = accounts, Failed = failed, Telling = Told(demand, notice, cut!.Value, atCut ?? (gagged, gag)) };

        bool Inside(DateTimeOffset at) => cut is null || at < cut;

        void Answer(DateTimeOffset at, Outcome outcome)
        {
            if (now is null)
            {
                cut = HalfYear.Of(at).To;
                demand = demand! with { Answered = at, Outcome = outcome };
                if (assessed is not null)
                {
                    (failed, notice) = Assessed(demand.Id, assessed);
                }
            }
            else if (at < cut)
            {
                demand = demand! with { Outcome = outcome };
            }
            now = outcome;
        }
    }

    private static CountedDemand Begin(string id, DateTimeOffset at, DemandPart demand) => new()
    {
        Id = id,
        Received = at,
        Country = demand.Issuing.Country is { Length: 2 } country && country.All(char.IsAsciiLetterUpper) ? country : "??",
        Authority = string.Join(' ', demand.Issuing.Name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant(),
        Instrument = demand.Instrument ?? "unknown",
        Emergency = demand.Emergency == true,
        Asked = demand.Scope.Items.SelectMany(item => item.Categories).Select(category => (DataCategory?)category).Max(),
        Customers = [.. demand.Scope.Items.Select(item => Digest(item.Selector)).Distinct(StringComparer.Ordinal)],
        Selectors = demand.Scope.Items.Select(item => item.Selector).Distinct().Count(),
        Assistance = demand.Assistance.Count,
        Secrecy = demand.Secrecy switch
        {
            null => Secrecy.None,
            { Until: null } => Secrecy.WithoutEnd,
            { Until: { } end } when end - at <= TimeSpan.FromDays(90) => Secrecy.UpTo90Days,
            { Until: { } end } when end - at <= TimeSpan.FromDays(366) => Secrecy.UpToAYear,
            _ => Secrecy.Longer,
        },
    };

    private static string Digest(SelectorPart selector) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{selector.Kind}\n{selector.Value}")).AsSpan(0, 16));

    private static Telling Told(CountedDemand demand, NoticeBy? notice, DateTimeOffset cut, (bool There, DateTimeOffset? Until) gag)
    {
        if (demand.ToldAt < cut)
            return Telling.Told;
        if (demand.Outcome is not (Outcome.ContentDisclosed or Outcome.NonContentDisclosed or Outcome.Partly))
            return Telling.NotTold;
        if (gag.There && (gag.Until is null || gag.Until >= cut))
            return Telling.Forbidden;
        return notice switch
        {
            NoticeBy.Authority => Telling.ByAuthority,
            NoticeBy.Nobody => Telling.Forbidden,
            _ => Telling.NotTold,
        };
    }

    /// <summary>
    /// The rules that fail and who tells, of an assessment's bytes. Taken apart by hand: of the tens of findings few fail, and the names of the others, most of what a whole reading costs, need not be made.
    /// </summary>
    private static (string[] Failed, NoticeBy By) Assessed(string demand, byte[] canonical)
    {
        var failed = new SortedSet<string>(StringComparer.Ordinal);
        NoticeBy? by = null;
        try
        {
            var reader = new Utf8JsonReader(canonical, new JsonReaderOptions { MaxDepth = 32 });
            // event > body > assessment > findings[] and notice
            if (To(ref reader, "body"u8) && To(ref reader, "assessment"u8))
            {
                reader.Read();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var (findings, notice) = (reader.ValueTextEquals("findings"u8), reader.ValueTextEquals("notice"u8));
                    reader.Read();
                    if (findings)
                        Findings(ref reader, failed);
                    else if (notice)
                        by = By(ref reader);
                    else
                        reader.Skip();
                }
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or ArgumentException)
        {
            by = null;
        }
        return by is { } teller ? ([.. failed], teller)
            : throw new ReportException("event", $"the stored bytes of an assessment of demand {demand} are not one", "compare the desk's database with the ledger; it was changed");
    }

    /// <summary>Reads on to a member's name in the object that begins next.</summary>
    private static bool To(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
                return true;
            reader.Read();
            reader.Skip();
        }
        return false;
    }

    private static void Findings(ref Utf8JsonReader reader, SortedSet<string> failed)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var rule = default(Utf8JsonReader);
            var fails = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (named, signed) = (reader.ValueTextEquals("rule"u8), reader.ValueTextEquals("sign"u8));
                reader.Read();
                if (named)
                    rule = reader;
                else if (signed)
                    fails = reader.ValueTextEquals("fails"u8);
                reader.Skip();
            }
            if (fails)
                failed.Add(rule.GetString() ?? throw new JsonException());
        }
    }

    private static NoticeBy By(ref Utf8JsonReader reader)
    {
        NoticeBy? by = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var named = reader.ValueTextEquals("by"u8);
            reader.Read();
            if (named)
                by = Enum.Parse<NoticeBy>(reader.GetString()!, ignoreCase: true);
            reader.Skip();
        }
        return by ?? throw new JsonException();
    }

    private static Stored<T> Of<T>(ArchivedEvent stored)
    {
        var why = "";
        try
        {
            var part = JsonSerializer.Deserialize<Stored<T>>(stored.Canonical, Lenient)!;
            if (part.Type == stored.Type && part.Demand == stored.Demand && part.V == 1)
                return part;
        }
        catch (JsonException wrong)
        {
            // Only the place: what stands there may be personal.
            why = $" ({wrong.Path}, byte {wrong.BytePositionInLine})";
        }
        throw new ReportException("event", $"the stored bytes of event {stored.Version} of demand {stored.Demand} are not a {stored.Type} event of it{why}", "compare the desk's database with the ledger; it was changed");
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            PropertyNameCaseInsensitive = false,
            MaxDepth = 32,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.MakeReadOnly();
        return options;
    }

    private sealed record Stored<T>(DateTimeOffset At, T Body, string Demand, string Type, int V);

    private sealed record ReceivedPart(DemandPart Demand);

    private sealed record DemandPart(AuthorityPart Issuing, ScopePart Scope, string? Instrument = null, bool? Emergency = null, SecrecyPart? Secrecy = null)
    {
        public IReadOnlyList<string> Assistance { get; init; } = [];
    }

    private sealed record SecrecyPart(DateTimeOffset? Until = null);

    private sealed record AuthorityPart(string Name, string Country);

    private sealed record ScopePart(IReadOnlyList<ItemPart> Items);

    private sealed record ItemPart(SelectorPart Selector, IReadOnlyList<DataCategory> Categories);

    private sealed record SelectorPart(SelectorKind Kind, string Value);

    private sealed record EstablishedPart(string Fact, string? Value = null);

    private sealed record DecisionPart(Decision Decision, ScopePart Scope)
    {
        [JsonIgnore]
        public bool HandsOver => Decision is Decision.Comply or Decision.ComplyInPart;
    }

    private sealed record CountedPart(ResultPart Result);

    private sealed record ResultPart(IReadOnlyList<AccountPart> Accounts);

    private sealed record AccountPart(string Account);

    private sealed record NothingPart;
}
