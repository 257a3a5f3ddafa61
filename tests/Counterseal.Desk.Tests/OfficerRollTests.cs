using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Desk.Tests;

/// <summary>Laws of the officers: they hold after any events whatever, since what may not follow changes nothing.</summary>
public sealed class OfficerRollTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Ids = ["a", "b", "c"], Requests = ["r1", "r2"], Authorities = ["court", "police"], Names = ["Maeve", "Pat", "maeve"], Codes = ["k1", "k2", "k3"];
    private static readonly string[] By = ["ines", "ada", "portal", "Maeve (court)", "Pat (police)", "Maeve (police)"];

    private static readonly People Staff = People.Nobody with
    {
        All = People.Nobody.All.Add("1", new Person("1", "ada", [Role.Administrator])).Add("2", new Person("2", "ines", [Role.Intake])),
    };

    [Fact]
    public void After_any_events_officers_have_passkeys_of_their_own_names_are_one_officers_and_every_account_goes_back_to_a_person_with_a_role() =>
        Prop.ForAll(Events().ArrayOf().ToArbitrary(), steps =>
        {
            var (roll, version, at) = (OfficerRoll.Nobody, 0, Start);
            var invited = new Dictionary<string, OfficerInvited>(StringComparer.Ordinal);
            foreach (var (by, body, minutes) in steps)
            {
                at += TimeSpan.FromMinutes(minutes);
                var before = roll;
                roll = roll.Next(DeskEvent.Of(DeskEvent.Own, ++version, at, by, body), Staff);
                if (roll.Void.Count > before.Void.Count)
                    Assert.Equal(before with { Version = version, Void = roll.Void }, roll);
                else if (body is OfficerInvited or OfficerConfirmed or OfficerRefused or OfficerEnded)
                    Assert.Equal("ines", by);
                if (roll.Void.Count == before.Void.Count && body is OfficerInvited made)
                {
                    invited[made.Officer] = made;
                    Assert.True(made.Request is null || before.Requests[made.Request] is { Confirmed: { } called, Refused: null, Invited: false } && called.What.Authority == made.Authority);
                }
            }
            var standing = roll.All.Values.Where(officer => officer.Ended is null).ToList();
            Assert.Equal(version, roll.Version);
            Assert.All(roll.All.Values, officer => Assert.Equal((officer.Authority, officer.Name), (invited[officer.Id].Authority, invited[officer.Id].Name)));
            Assert.All(standing, officer => Assert.NotEmpty(officer.Passkeys));
            Assert.All(roll.All.Values.Except(standing), officer => Assert.Empty(officer.Passkeys));
            Assert.Equal(standing.Sum(officer => officer.Passkeys.Count), standing.SelectMany(officer => officer.Passkeys).Distinct().Count());
            Assert.Equal(standing.Count, standing.Select(officer => officer.By.ToUpperInvariant()).Distinct().Count());
            Assert.All(roll.Keys.Values, key => Assert.Equal(roll.Find(key.Proposed.Officer)!.Authority, key.Proposed.Authority));
            Assert.All(roll.Requests.Values, request => Assert.False(request is { Refused: not null, Invited: true }));
            return true;
        }).QuickCheckThrowOnFailure();

    private static Gen<(string By, EventBody Body, int Minutes)> Events() =>
        from who in Gen.Elements(By)
        from officer in Gen.Elements(Ids)
        from authority in Gen.Elements(Authorities)
        from name in Gen.Elements(Names)
        from code in Gen.Elements(Codes)
        from request in Gen.Elements(Requests)
        from answers in Gen.Elements(true, false)
        from minutes in Gen.Choose(0, 900)
        from kind in Gen.Choose(0, 13)
        select (kind < 8 && kind > 1 ? "ines" : who, (EventBody)(kind switch
        {
            0 => new OfficerAsked(request, name, "clerk", authority, "m", "t"),
            1 => new OfficerAsked(request, name, "clerk", authority, "m", "t", officer),
            2 => new OfficerConfirmed(request, authority, "digest", "+1", "somebody", ""),
            3 => new OfficerRefused(request, "why"),
            4 or 5 => new OfficerInvited(officer, authority, name, "clerk", "why", code, Start.AddDays(3), answers ? request : null),
            6 => new OfficerInvited(officer, authority, name, "clerk", "why", code, Start.AddDays(3)),
            7 or 8 or 9 => new OfficerEnrolled(officer, $"p{officer}{code}", code),
            10 => new OfficerEnrolled(officer, $"s{code}"),
            11 => new OfficerPasskeyDropped(officer, $"p{officer}{code}"),
            12 => new OfficerEnded(officer, "why"),
            _ => new KeyProposed(officer, authority, "age-x25519", "age1", "ff"),
        }), minutes);
}
