using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Web;

/// <content>The authorities' portal over a desk in the same process, and the staff's side of it.</content>
public static partial class FromDesk
{
    /// <summary>The portal.</summary>
    /// <param name="desk">The desk.</param>
    /// <param name="ground">Where it listens, and how pages look.</param>
    /// <param name="officers">The officers.</param>
    /// <param name="accounts">Where looks are recorded.</param>
    public static PortalFaceOptions PortalFace(Desk.Desk desk, FaceGround ground, Officers officers, Accounts accounts) => new()
    {
        Ground = ground,
        Officers = Door(officers, accounts),
        Filings = Filings(desk, officers),
        Authority = async (authority, cancel) => await desk.EntryOf(authority, cancel) is { } entry ? new(entry.Authority, entry.Name, entry.Country, entry.Format, entry.Fingerprints, entry.Confirmed, entry.Keys) : null,
        Instruments = () => [.. desk.Book.Instruments.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => (one.Key, one.Value.Name))],
    };

    /// <summary>Officers on the staff's pages.</summary>
    /// <param name="desk">The desk.</param>
    /// <param name="officers">The officers.</param>
    /// <param name="portal">The portal's address as others reach it, without a slash at the end.</param>
    public static OfficerPages OfficerPages(Desk.Desk desk, Officers officers, string portal) => new()
    {
        Officers = officers,
        Portal = portal.TrimEnd('/'),
        Entries = async cancel => [.. (await desk.Entries(cancel)).GroupBy(entry => entry.Authority, StringComparer.Ordinal).Select(same => same.MaxBy(entry => entry.Version)!).OrderBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase)],
        Write = (demand, by, text, cancel) => desk.Write(demand, by, text, cancel),
        Unanswered = (sight, cancel) => desk.UnansweredMessages(sight, 100, cancel),
    };

    private static OfficerDoor Door(Officers officers, Accounts accounts) => new()
    {
        Limits = officers.Limits,
        OfSession = officers.OfSession,
        Begin = officers.Begin,
        End = officers.EndSession,
        EndAll = (officer, cancel) => officers.SignOutEverywhere(officer.By, officer.Id, cancel),
        Sessions = officers.SessionsOf,
        Find = async (id, cancel) => (await officers.Now(cancel)).Find(id),
        Colleagues = async (authority, cancel) => (await officers.Now(cancel)).Of(authority),
        Waiting = async (authority, cancel) => [.. (await officers.Now(cancel)).Requests.Values.Where(one => one.IsOpen && one.Asked.Colleague is not null && one.Asked.Authority == authority).OrderBy(one => one.At)],
        Opens = async (code, cancel) => (await officers.Opens(code, cancel))?.Made,
        Enrol = officers.Enrol,
        Add = (officer, passkey, cancel) => officers.AddPasskey(officer, passkey, cancel),
        Drop = (officer, passkey, cancel) => officers.DropPasskey(officer, passkey, cancel),
        KeptOf = officers.KeptOf,
        KeptFor = officers.KeptFor,
        Keep = officers.Keep,
        Ask = (asking, colleague, cancel) => officers.Ask(asking.Name, asking.Office, asking.Authority, asking.Mail, asking.Telephone, colleague, cancel),
        Propose = (officer, key, cancel) => officers.Propose(officer, key.Format, key.Key, key.Fingerprint, cancel),
        Proposed = async (authority, cancel) => [.. (await officers.Now(cancel)).Keys.Values.Where(one => one.Proposed.Authority == authority).OrderByDescending(one => one.At)],
        Record = (officer, what, demand, outcome) => accounts.Views.Record(officer?.Id ?? "", officer?.By ?? "", what, demand, outcome),
    };

    private static FilingDoor Filings(Desk.Desk desk, Officers officers) => new()
    {
        Has = desk.IsFiledBy,
        List = desk.FiledBy,
        One = desk.Filed,
        Receipt = async (authority, demand, cancel) => await desk.ReceiptOf(authority, demand, cancel) is { } receipt ? ReceiptAgain(demand, receipt.Event, receipt.Reference, receipt.Digest, receipt.At) : null,
        Tally = async (authority, demand, cancel) => desk.TallyPlan is not null && await desk.IsFiledBy(authority, demand, cancel) ? await desk.TallyOfDemand(demand, cancel) : null,
        Package = async (officer, demand, file, range, cancel) => await desk.Filed(officer.Authority, demand, cancel) is { View.Package: not null }
            ? await Package(desk, demand, file, range, officer.By, "fetched from the portal", cancel) : null,
        Check = original => desk.Check(original),
        File = async (officer, original, cancel) => await desk.Receive(original, "portal", new Filing(officer.Authority, officer.Id, officer.Name, officer.Office), cancel) switch
        {
            Receipt receipt => (receipt.Demand, []),
            Quarantined kept => (null, kept.Faults),
            var other => throw new InvalidOperationException($"an arrival that the face does not know: {other.GetType().Name}"),
        },
        Write = (officer, demand, text, cancel) => desk.Write(demand, officer, text, cancel),
        Withdraw = (officer, demand, reason, cancel) => desk.Withdraw(demand, officer, reason, cancel),
        Read = officers.ReadBy,
        HasRead = officers.HasRead,
    };

    /// <summary>The receipt without the token of a status page: officers have the portal, and the desk keeps only the token's digest.</summary>
    private static byte[] ReceiptAgain(string demand, ProvenEvent received, string reference, string digest, DateTimeOffset at) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["counterseal"] = "receipt/v1",
        ["demand"] = demand,
        ["reference"] = reference,
        ["originalDigest"] = digest,
        ["at"] = Instant.Text(at),
        ["index"] = TlogProof.Parse(received.Proof).Index,
        ["received"] = new JsonObject
        {
            ["event"] = Convert.ToBase64String(received.Event),
            ["salt"] = received.Salt,
            ["tag"] = received.Tag,
            ["proof"] = received.Proof,
        },
    }.ToJsonString());
}
