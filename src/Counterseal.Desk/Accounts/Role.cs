namespace Counterseal.Desk;

/// <summary>What a person may do at the desk. One person may have several; only administrator stands alone.</summary>
public enum Role
{
    /// <summary>Takes demands in, establishes who sent them and what is known.</summary>
    Intake,
    /// <summary>Decides.</summary>
    Reviewer,
    /// <summary>Decides, tells customers, keeps compartments, publishes.</summary>
    Counsel,
    /// <summary>Orders of the gate, and hands over what it sealed.</summary>
    Custodian,
    /// <summary>Sees, changes nothing; can take a sealed audit file along.</summary>
    Auditor,
    /// <summary>Changes accounts, sees no demand.</summary>
    Administrator,
}

/// <summary>Sets of roles.</summary>
public static class Roles
{
    /// <summary>All that work with demands, so every one but <see cref="Role.Administrator"/>.</summary>
    public static IReadOnlyList<Role> WithDemands { get; } = [Role.Intake, Role.Reviewer, Role.Counsel, Role.Custodian, Role.Auditor];

    /// <summary>Why a person cannot have these roles together, as a sentence; <c>null</c> when it can.</summary>
    public static string? Objection(IReadOnlyCollection<Role> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        return roles.Count == 0 ? "a person has at least one role"
            : roles.Contains(Role.Administrator) && roles.Distinct().Count() > 1 ? "an administrator changes accounts and sees no demand, so has no other role; give another person the others"
            : roles.Distinct().Count() != roles.Count ? "a role is named twice"
            : null;
    }

    /// <summary>A role as people and JSON write it, e.g. <c>reviewer</c>.</summary>
    public static string Word(Role role) => role.ToString().ToLowerInvariant();

    /// <summary>Reads such a word.</summary>
    public static Role? Read(string? word) => Enum.TryParse<Role>(word, ignoreCase: true, out var role) && Word(role) == word ? role : null;
}
