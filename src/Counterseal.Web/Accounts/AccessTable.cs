using Counterseal.Desk;
using static Counterseal.Desk.Role;

namespace Counterseal.Web;

/// <summary>
/// The one authorization table: every route of every door, who may use it, and what it names. The doors enforce from it (<see cref="AccessGuard"/>), refuse to start with a route that has no line, and a test
/// walks it as every role. Nothing else in the faces asks for roles.
/// </summary>
internal static class AccessTable
{
    private static readonly Role[] Readers = [Role.Intake, Reviewer, Counsel, Custodian, Auditor];
    private static readonly Role[] Workers = [Role.Intake, Reviewer, Counsel, Custodian];
    private static readonly Role[] Deciders = [Reviewer, Counsel];
    private static readonly Role[] Knowers = [Role.Intake, Reviewer, Counsel];
    private static readonly Role[] Keepers = [Reviewer, Counsel, Custodian];
    private static readonly Role[] Watchers = [Reviewer, Counsel, Auditor];

    /// <summary>All lines.</summary>
    public static IReadOnlyList<AccessRow> Rows { get; } =
    [
        // What every face has.
        Open(Door.Desk, "GET", "/assets/*"), Open(Door.Desk, "GET", "/healthz"), Open(Door.Public, "GET", "/assets/*"), Open(Door.Public, "GET", "/healthz"),

        // The staff's pages: ways in.
        Open(Door.Desk, "GET", "/sign-in"), Open(Door.Desk, "POST", "/sign-in", form: true), Open(Door.Desk, "POST", "/sign-in/company", form: true),
        Open(Door.Desk, "GET", "/reader"), Open(Door.Desk, "GET", "/set-up"), Open(Door.Desk, "POST", "/set-up", form: true), Open(Door.Desk, "POST", "/set-up/passkey", form: true),
        Open(Door.Desk, "GET", "/enrol"), Open(Door.Desk, "POST", "/enrol", form: true), Open(Door.Desk, "POST", "/enrol/passkey", form: true),
        Signed("POST", "/sign-out", form: true), Signed("GET", "/step-up"), Signed("POST", "/step-up", form: true), Signed("POST", "/step-up/company", form: true),
        Signed("GET", "/rules"), Signed("GET", "/rules/{id}"), Signed("GET", "{*path:nonfile}"),

        // One's own account.
        Signed("GET", "/account"), Signed("POST", "/account/passkeys", fresh: true, form: true), Signed("POST", "/account/passkeys/drop", fresh: true, form: true), Signed("POST", "/account/sign-out-everywhere", form: true),
        Signed("POST", "/account/tokens", fresh: true, form: true), Signed("POST", "/account/tokens/end", form: true), Signed("POST", "/account/company", fresh: true, form: true),

        // Other people's accounts.
        Desk("GET", "/accounts", [Administrator, Auditor], recorded: true),
        Act("/accounts/invite", [Administrator]), Act("/accounts/{account}/roles", [Administrator], Thing.Account), Act("/accounts/{account}/end", [Administrator], Thing.Account),
        Act("/accounts/{account}/sign-out", [Administrator], Thing.Account), Act("/accounts/{account}/recovery", [Administrator], Thing.Account),
        Act("/accounts/{account}/recovery/approve", [Administrator], Thing.Account), Act("/accounts/{account}/recovery/drop", [Administrator], Thing.Account),

        // Demands.
        Desk("GET", "/", Readers, recorded: true), Desk("POST", "/queue/assign", Knowers, form: true), Desk("POST", "/queue/views", Readers, form: true),
        Desk("GET", "/demands/{id}", Readers, Thing.Demand, recorded: true), Desk("GET", "/demands/{id}/events/{version:int}/receipt", Readers, Thing.Demand, recorded: true),
        Desk("GET", "/demands/{id}/access", Readers, Thing.Demand, recorded: true),
        Desk("GET", "/demands/{id}/letters", Readers, Thing.Demand, recorded: true), Desk("GET", "/demands/{id}/letters/draft", Readers, Thing.Demand, recorded: true),
        // It names who told the customer, and leaves the house.
        Desk("GET", "/demands/{id}/notice", [Counsel], Thing.Demand, recorded: true),
        Desk("POST", "/demands/{id}/recuse", Workers, Thing.Demand, form: true), Desk("POST", "/demands/{id}/assign", Knowers, Thing.Demand, form: true),
        Desk("GET", "/live", Readers, recorded: true), Desk("GET", "/demands/{id}/live", Readers, Thing.Demand, recorded: true),
        Desk("GET", "/demands/{id}/original", Readers, Thing.Demand, recorded: true),
        // Calendar, docket, alerts, hand-over. A calendar program comes with an address that only it has.
        Desk("GET", "/calendar", Readers, recorded: true), Open(Door.Desk, "GET", "/calendar/feed/{token}", Thing.Token), Desk("POST", "/account/calendar", Readers, form: true), Desk("POST", "/account/calendar/end", Readers, form: true),
        Desk("GET", "/docket", Readers, recorded: true), Desk("GET", "/alerts", Readers, recorded: true), Desk("GET", "/handover", Readers, recorded: true), Desk("POST", "/handover", Workers, form: true),
        Desk("POST", "/demands/{id}/docket", [Counsel], Thing.Demand, form: true),
        // What is done at a demand's page, with the roles and the weight of the same at the command's socket.
        Act("/demands/{id}/authenticate", Knowers, Thing.Demand), Desk("POST", "/demands/{id}/facts", Knowers, Thing.Demand, form: true),
        Act("/demands/{id}/decide", Deciders, Thing.Demand), Desk("POST", "/demands/{id}/look", Deciders, Thing.Demand, form: true, recorded: true),
        Act("/demands/{id}/orders", Keepers, Thing.Demand), Desk("POST", "/demands/{id}/poll", Workers, Thing.Demand, form: true),
        Desk("POST", "/demands/{id}/perform", Workers, Thing.Demand, form: true), Act("/demands/{id}/tell", [Counsel], Thing.Demand),
        Desk("POST", "/demands/{id}/stay", Workers, Thing.Demand, form: true), Desk("POST", "/demands/{id}/resume", Deciders, Thing.Demand, form: true),
        Act("/demands/{id}/withdraw", Knowers, Thing.Demand), Act("/demands/{id}/close", Deciders, Thing.Demand),
        Act("/demands/{id}/restrict", Knowers, Thing.Demand), Act("/demands/{id}/unrestrict", [Counsel], Thing.Demand),
        Desk("GET", "/quarantine", Readers, recorded: true), Desk("GET", "/directory", Readers),
        Desk("GET", "/compartments", Readers), Act("/compartments", [Counsel]), Act("/compartments/join", Readers), Act("/compartments/leave", Readers),

        // Officers of authorities, and messages with them.
        Desk("GET", "/officers", Knowers, recorded: true), Act("/officers/invite", Knowers), Act("/officers/requests/{request}/confirm", Knowers), Act("/officers/requests/{request}/refuse", Knowers), Act("/officers/requests/{request}/invite", Knowers),
        Act("/officers/{officer}/end", Knowers), Act("/officers/{officer}/sign-out", Knowers), Desk("POST", "/demands/{id}/messages", Workers, Thing.Demand, form: true),

        // Auditors.
        Desk("GET", "/views", [Auditor], recorded: true), Act("/audit", [Auditor]),

        // Attacks and reports.
        Desk("GET", "/attacks", Watchers), Desk("GET", "/attacks/figures", Watchers), Desk("GET", "/attacks/{id}", Watchers, Thing.Finding), Desk("GET", "/attacks/{id}/events/{version:int}/receipt", Watchers, Thing.Finding),
        Act("/attacks/{id}/decide", Deciders, Thing.Finding),
        Desk("GET", "/reports", Watchers),

        // The public's pages.
        Open(Door.Public, "GET", "/"), Open(Door.Public, "GET", "/ledger"), Open(Door.Public, "GET", "/checkpoint"), Open(Door.Public, "GET", "/tile/{**path}"),
        Open(Door.Public, "GET", "/ledger/check"), Open(Door.Public, "POST", "/ledger/check"), Open(Door.Public, "GET", "/ledger/entries"), Open(Door.Public, "GET", "/reader"), Open(Door.Public, "GET", "/authorities"),
        Open(Door.Public, "GET", "/rules"), Open(Door.Public, "GET", "/rules/books/{digest}"), Open(Door.Public, "GET", "/rules/{id}"),
        Open(Door.Public, "GET", "/tally"), Open(Door.Public, "POST", "/tally"), Open(Door.Public, "GET", "/tally/*"), Open(Door.Public, "GET", "/tally/tile/{**rest}"),
        Open(Door.Public, "GET", "/status/{token}", Thing.Token), Open(Door.Public, "GET", "/status/{token}/tally.json", Thing.Token), Open(Door.Public, "GET", "/status/{token}/{file}", Thing.Token), Open(Door.Public, "POST", "/demands"),
        Open(Door.Public, "GET", "/check"), Open(Door.Public, "POST", "/check"),
        Open(Door.Public, "GET", "/report"), Open(Door.Public, "GET", "/report/statements/{file}"), Open(Door.Public, "GET", "/report/{period}"), Open(Door.Public, "GET", "/report/{period}/forms"), Open(Door.Public, "GET", "/report/{period}/{file}"),
        Open(Door.Public, "GET", "/registry"), Open(Door.Public, "GET", "/registry/states/{code}"), Open(Door.Public, "GET", "/registry/instruments/{instrument}/{version}"), Open(Door.Public, "GET", "/registry/clauses/{instrument}/{version}/{clause}"),
        Open(Door.Public, "GET", "/registry/incidents"), Open(Door.Public, "GET", "/registry/incidents/{id}"), Open(Door.Public, "GET", "/registry/trends"), Open(Door.Public, "GET", "/registry/download/*"),
        Open(Door.Public, "GET", "/registry/vulnerabilities"), Open(Door.Public, "GET", "/registry/vulnerabilities/{id}"),
        Open(Door.Public, "GET", "/security"), Open(Door.Public, "GET", "/security/policy"), Open(Door.Public, "GET", "/security/intake-key"), Open(Door.Public, "GET", "/security/report"), Open(Door.Public, "POST", "/security/report"),
        Open(Door.Public, "GET", "/security/report/{id}", Thing.Token), Open(Door.Public, "GET", "/.well-known/security.txt"), Open(Door.Public, "GET", "/.well-known/csaf/{**path}"), Open(Door.Public, "GET", "{*path:nonfile}"),

        // The pages of officers: ways in.
        Open(Door.Portal, "GET", "/assets/*"), Open(Door.Portal, "GET", "/healthz"), Open(Door.Portal, "GET", "/sign-in"), Open(Door.Portal, "POST", "/sign-in", form: true), Open(Door.Portal, "GET", "/key/help"), Open(Door.Portal, "GET", "/reader"),
        Open(Door.Portal, "GET", "/request"), Open(Door.Portal, "POST", "/request", form: true), Open(Door.Portal, "GET", "/join/{token}", Thing.Token), Open(Door.Portal, "POST", "/join/{token}", Thing.Token, form: true),
        // Signed in, and of one's own authority.
        Officer("POST", "/sign-out", form: true), Officer("GET", "/"), Officer("GET", "/submit"), Officer("POST", "/submit", form: true), Officer("POST", "/submit/file", form: true),
        Officer("GET", "/demands/{id}", Thing.Demand, recorded: true), Officer("GET", "/demands/{id}/receipt", Thing.Demand, recorded: true), Officer("GET", "/demands/{id}/tally.json", Thing.Demand, recorded: true), Officer("GET", "/demands/{id}/files/{file}", Thing.Demand, recorded: true),
        Officer("POST", "/demands/{id}/messages", Thing.Demand, form: true), Officer("POST", "/demands/{id}/withdraw", Thing.Demand, form: true),
        Officer("GET", "/colleagues"), Officer("POST", "/colleagues", form: true), Officer("GET", "/key"), Officer("POST", "/key", fresh: true, form: true),
        Officer("GET", "/account"), Officer("POST", "/account/passkeys", fresh: true, form: true), Officer("POST", "/account/passkeys/drop", fresh: true, form: true), Officer("POST", "/account/sign-out-everywhere", form: true), Officer("GET", "{*path:nonfile}"),
        // The customers' pages: signed in is whom the company's product sent.
        Open(Door.Customer, "GET", "/assets/*"), Open(Door.Customer, "GET", "/healthz"), Open(Door.Customer, "GET", "/reader"), Open(Door.Customer, "GET", "/enter"), Open(Door.Customer, "POST", "/enter"), Open(Door.Customer, "GET", "{*path:nonfile}"),
        Customer("GET", "/"), Customer("GET", "/notices/{id}/proof.json", Thing.Notice), Customer("POST", "/notices/{id}/answer", Thing.Notice, form: true),
        Customer("GET", "/check"), Customer("POST", "/check", form: true), Customer("POST", "/sign-out", form: true),

        // The command's socket.
        Api("GET", "/api/demands", Readers, recorded: true), Api("POST", "/api/demands", Knowers),
        Api("GET", "/api/demands/{id}", Readers, Thing.Demand, recorded: true), Api("GET", "/api/demands/{id}/original", Readers, Thing.Demand, recorded: true),
        Api("POST", "/api/demands/{id}/authenticate", Knowers, Thing.Demand, fresh: true), Api("POST", "/api/demands/{id}/facts", Knowers, Thing.Demand),
        Api("POST", "/api/demands/{id}/decide", Deciders, Thing.Demand, fresh: true), Api("POST", "/api/demands/{id}/orders", Keepers, Thing.Demand, fresh: true), Api("POST", "/api/demands/{id}/poll", Workers, Thing.Demand),
        Api("POST", "/api/demands/{id}/perform", Workers, Thing.Demand), Api("POST", "/api/demands/{id}/tell", [Counsel], Thing.Demand, fresh: true), Api("POST", "/api/demands/{id}/stay", Workers, Thing.Demand),
        Api("POST", "/api/demands/{id}/resume", Deciders, Thing.Demand), Api("POST", "/api/demands/{id}/withdraw", Knowers, Thing.Demand, fresh: true), Api("POST", "/api/demands/{id}/close", Deciders, Thing.Demand, fresh: true),
        Api("POST", "/api/demands/{id}/docket", [Counsel], Thing.Demand), Api("POST", "/api/demands/{id}/recuse", Workers, Thing.Demand), Api("POST", "/api/demands/{id}/assign", Knowers, Thing.Demand),
        Api("POST", "/api/demands/{id}/restrict", Knowers, Thing.Demand, fresh: true), Api("POST", "/api/demands/{id}/unrestrict", [Counsel], Thing.Demand, fresh: true),
        Api("GET", "/api/demands/{id}/packages/{order}/{file}", [Custodian], Thing.Demand, fresh: true, recorded: true),
        Api("GET", "/api/quarantine", Readers, recorded: true), Api("GET", "/api/directory", Readers), Api("POST", "/api/directory", [Counsel, Custodian], fresh: true),
        Api("POST", "/api/audit", [Auditor], fresh: true, recorded: true),
        Api("GET", "/api/reports", Watchers), Api("GET", "/api/reports/{period}", Watchers), Api("POST", "/api/reports/{period}", [Counsel], fresh: true), Api("POST", "/api/reports/{period}/errata", [Counsel], fresh: true),
        Api("POST", "/api/reports/statements", [Counsel], fresh: true), Api("GET", "/api/reports/forms/{form}/{year:int}", [Counsel, Auditor]),
    ];

    /// <summary>The line of a route; <c>null</c> when there is none, and then nobody comes through.</summary>
    public static AccessRow? Find(Door door, string method, string pattern) => FindTrimmed(door, method, pattern.Length > 1 ? pattern.TrimEnd('/') : pattern);

    // The first route of a group ends with a stroke that its addresses do not need.
    private static AccessRow? FindTrimmed(Door door, string method, string pattern) => Rows.FirstOrDefault(row => row.Door == door && row.Method == method && row.IsOf(pattern));

    private static AccessRow Open(Door door, string method, string pattern, Thing thing = Thing.None, bool form = false) => new(door, method, pattern, Who.Anyone, [], thing, false, form, false);

    private static AccessRow Signed(string method, string pattern, bool fresh = false, bool form = false) => new(Door.Desk, method, pattern, Who.Signed, [], Thing.None, fresh, form, false);

    /// <summary>For officers of authorities who are signed in; none has a role.</summary>
    private static AccessRow Officer(string method, string pattern, Thing thing = Thing.None, bool fresh = false, bool form = false, bool recorded = false) => new(Door.Portal, method, pattern, Who.Signed, [], thing, fresh, form, recorded);

    private static AccessRow Desk(string method, string pattern, IReadOnlyList<Role> roles, Thing thing = Thing.None, bool form = false, bool recorded = false) => new(Door.Desk, method, pattern, Who.OfRole, roles, thing, false, form, recorded);

    private static AccessRow Customer(string method, string pattern, Thing thing = Thing.None, bool form = false) => new(Door.Customer, method, pattern, Who.Signed, [], thing, false, form, false);

    /// <summary>A weighty act on the pages.</summary>
    private static AccessRow Act(string pattern, IReadOnlyList<Role> roles, Thing thing = Thing.None) => new(Door.Desk, "POST", pattern, Who.OfRole, roles, thing, Fresh: true, Form: true, Recorded: false);

    private static AccessRow Api(string method, string pattern, IReadOnlyList<Role> roles, Thing thing = Thing.None, bool fresh = false, bool recorded = false) => new(Door.Staff, method, pattern, Who.OfRole, roles, thing, fresh, false, recorded);
}
