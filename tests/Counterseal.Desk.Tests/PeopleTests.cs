using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Desk.Tests;

/// <summary>Laws of the people: they hold after any events whatever, since what may not follow changes nothing.</summary>
public sealed class PeopleTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Accounts = ["a", "b", "c", "d"], Names = ["Ada", "Ben", "Cyd", "Dora", "ada"], Codes = ["k1", "k2", "k3"];
    private static readonly Role[][] Sets = [[Role.Administrator], [Role.Counsel], [Role.Reviewer, Role.Auditor], [Role.Administrator, Role.Counsel], []];

    [Fact]
    public void After_any_events_an_administrator_is_left_has_no_other_role_and_is_in_no_compartment_and_no_name_is_two_peoples() =>
        Prop.ForAll(Events().ArrayOf().ToArbitrary(), steps =>
        {
            var (people, version, at) = (People.Nobody, 0, Start);
            foreach (var (by, body, minutes) in steps)
            {
                at += TimeSpan.FromMinutes(minutes);
                var before = people;
                people = people.Next(DeskEvent.Of(DeskEvent.Own, ++version, at, by, body));
                if (people.Void.Count > before.Void.Count)
                    Assert.Equal(before with { Version = version, Void = people.Void }, people);
            }
            var standing = people.All.Values.Where(person => person.Ended is null).ToList();
            Assert.Equal(version, people.Version);
            Assert.True(!people.Founded || standing.Any(person => person.Has(Role.Administrator)));
            Assert.All(standing, person => Assert.True(!person.Roles.Contains(Role.Administrator) || person.Roles.Count == 1));
            Assert.All(standing, person => Assert.NotEmpty(person.Passkeys));
            Assert.Equal(people.All.Count, people.All.Values.Select(person => person.Name.ToUpperInvariant()).Distinct().Count());
            Assert.All(people.Compartments.Values.SelectMany(one => one.Members), member => Assert.True(people.Find(member)?.Has(Role.Administrator) == false));
            Assert.All(people.Tokens.Values, token => Assert.NotNull(people.Find(token.Account)));
            Assert.Equal(people.All.Values.SelectMany(person => person.Passkeys).Distinct().Count(), people.All.Values.Sum(person => person.Passkeys.Count));
            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_sight_of_queries_and_a_sight_of_states_are_the_same_word()
    {
        var sight = People.Nobody.SightOf("a");
        Assert.False(sight.IsWhole);
        Assert.True(Sight.Whole.Sees(DemandState.None with { Compartment = "x" }));
        Assert.False(sight.Sees(DemandState.None with { Compartment = "x" }));
        Assert.False(Sight.None.Sees(DemandState.None));
        Assert.True(sight.Sees(DemandState.None));
    }

    private static Gen<(string By, EventBody Body, int Minutes)> Events() =>
        from who in Gen.Elements([.. Names, "set-up"])
        from account in Gen.Elements(Accounts)
        from other in Gen.Elements(Accounts)
        from name in Gen.Elements(Names)
        from code in Gen.Elements(Codes)
        from roles in Gen.Elements(Sets)
        from minutes in Gen.Choose(0, 2000)
        from kind in Gen.Choose(0, 13)
        select (who, (EventBody)(kind switch
        {
            0 or 1 => new Founded(account, name, "p" + account),
            2 or 3 => new Invited(account, name, roles, code, Start.AddDays(3)),
            4 or 5 => new Enrolled(account, "p" + other + code, code),
            6 => new Enrolled(account, "s" + other, null),
            7 => new PasskeyDropped(account, "p" + account),
            8 => new RolesChanged(account, roles, "why"),
            9 => new AccountEnded(account, "why"),
            10 => new RecoveryAsked(account, "why"),
            11 => new RecoveryApproved(account, code, Start.AddDays(3)),
            12 => new CompartmentMade(code, []),
            _ => new CompartmentJoined(code, account),
        }), minutes);
}
