using Counterseal.Law;
using static Counterseal.Intake.Vocabulary;

namespace Counterseal.Intake;

/// <summary>A faultless message to a <see cref="Demand"/>. What has no place in a demand is a warning, so that a person looks.</summary>
internal sealed class Mapping(Remarks remarks)
{
    private const string Look = "A person compares the demand with the original.";
    private const string Mapped = "docs/intake.md, mapping";

    public Demand Demand(Element root, Element authorisation, IReadOnlyList<Element> tasks)
    {
        var header = root.Child(Core, "Header")!;
        var flags = Flags(authorisation);
        var preserves = tasks[0].Type!.Value.Name == "LPTaskObject";
        if (preserves)
            remarks.Warn(tasks[0], Rules.NotInKnown, "The LPTaskObject, a preservation task, came with V1.14.1; what it shares with an LDTaskObject was read.", Look);
        var approvals = Approvals(authorisation, tasks);
        var (issuing, validating, issued, ground) = Authorities(header, authorisation, approvals);
        var emergency = flags.Contains("IsEmergency") || approvals.Any(a => SimpleType.Flag(a.Value(Common, "ApprovalIsEmergency")) == true);
        Unmapped(authorisation, tasks);
        return new()
        {
            Reference = Reference(header, authorisation, tasks),
            Instrument = Instrument(authorisation, preserves),
            Issuing = issuing,
            Validating = validating,
            Addressee = Addressee(header, authorisation, tasks),
            Issued = issued ?? SimpleType.At(authorisation.Value(Authorisation, "AuthorisationCreationTimestamp")),
            Scope = new RequestedScope(remarks).Of(tasks, SimpleType.AtMicrosecond(header.Value(Core, "Timestamp"))!.Value),
            Emergency = emergency ? true : null,
            EmergencyGround = emergency ? ground : null,
            Offence = authorisation.Child(Authorisation, "AuthorisationTypeOfCase") is { } matter ? Line(matter.Child(Common, "Value"), 255) : null,
            Secrecy = flags.Contains("DelayInformingUser") ? new(null, null) : null,
            EnforcingAuthorityNotified = flags.Contains("EnforcingAuthorityNotified") ? true : null,
        };
    }

    private string Reference(Element header, Element authorisation, IReadOnlyList<Element> tasks)
    {
        var ofTask = Line(tasks[0].Child(Task, "Reference"), 255);
        var ofAuthorisation = Line(authorisation.Child(Authorisation, "AuthorisationReference"), 255);
        if (tasks.Count == 1 && ofTask is not null) return ofTask;
        if (ofAuthorisation is not null) return ofAuthorisation;
        if (ofTask is not null) return ofTask;
        remarks.Warn(authorisation, Mapped, "Neither the task nor the Authorisation has a reference; the message's TransactionIdentifier stands for one.", Look);
        return SimpleType.Collapse(header.Value(Core, "TransactionIdentifier")!);
    }

    private string? Instrument(Element authorisation, bool preserves)
    {
        if (authorisation.Child(Authorisation, "AuthorisationLegalType") is not { } type) return null;
        var (owner, value) = (type.Value(Common, "Owner")!, type.Value(Common, "Value")!);
        if (owner == "ETSI" && Dictionary103120.Instruments.TryGetValue(value, out var known) && known.Preserves == preserves) return known.Instrument;
        remarks.Warn(type, Mapped,
            owner == "ETSI" && Dictionary103120.Instruments.ContainsKey(value)
                ? $"The legal type {Remarks.Quote(value)} does not go with a {(preserves ? "preservation" : "disclosure")} task; the instrument is left unknown."
                : $"The legal type {Remarks.Quote(value)} of {Remarks.Quote(owner)} names no instrument that is known here.",
            "A person says which instrument it is.");
        return null;
    }

    private HashSet<string> Flags(Element authorisation)
    {
        var flags = new HashSet<string>(StringComparer.Ordinal);
        foreach (var flag in authorisation.Child(Authorisation, "AuthorisationFlags")?.All(Authorisation, "AuthorisationFlag") ?? [])
        {
            var (owner, value) = (flag.Value(Common, "Owner")!, flag.Value(Common, "Value")!);
            if (owner == "ETSI") flags.Add(value);
            if (owner == "ETSI" && value is "IsEmergency" or "EnforcingAuthorityNotified") continue;
            remarks.Warn(flag, Mapped, (owner, value) switch
            {
                ("ETSI", "IsTest") => "The authority marks this as a test (IsTest); it is read like any demand.",
                ("ETSI", "DelayInformingUser") => "The authority asks that the customer is not told (DelayInformingUser), naming no law and no end.",
                _ => $"The flag {Remarks.Quote(value)} of {Remarks.Quote(owner)} has no place in a demand.",
            }, Look);
        }
        return flags;
    }

    private List<Element> Approvals(Element authorisation, IReadOnlyList<Element> tasks)
    {
        var approvals = authorisation.All(Authorisation, "AuthorisationApprovalDetails").ToList();
        var ofTasks = tasks.SelectMany(t => t.All(Task, "ApprovalDetails")).ToList();
        if (approvals.Count == 0) return ofTasks;
        foreach (var approval in ofTasks)
            remarks.Warn(approval, Mapped, "The task has an approval of its own; the Authorisation's was used.", Look);
        return approvals;
    }

    private (Authority Issuing, Authority? Validating, DateTimeOffset? Issued, string? Ground) Authorities(Element header, Element authorisation, List<Element> approvals)
    {
        var sender = header.Child(Core, "SenderIdentifier")!;
        var country = SimpleType.Collapse(sender.Value(Core, "CountryCode")!);
        var name = Line(sender.Child(Core, "UniqueIdentifier"), 255);
        if (authorisation.Child(Core, "CountryCode") is { } ownCountry && SimpleType.Collapse(ownCountry.Text) is var stated && stated != country)
        {
            remarks.Warn(ownCountry, Mapped, $"The Authorisation's owner is of {stated}, the sender of {country}; the owner is taken for the issuing authority.", Look);
            country = stated;
        }
        if (authorisation.Child(Core, "OwnerIdentifier") is { } owner && Line(owner, 255) is { } owned && owned != name)
        {
            remarks.Warn(owner, Mapped, $"The Authorisation is owned by {Remarks.Quote(owned)} and was sent by {Remarks.Quote(name ?? "")}; the owner is taken for the issuing authority.", Look);
            name = owned;
        }
        if (name is null)
            remarks.Fault(sender, Rules.Error(3007) + " (improper value)", "Neither the sender nor the Authorisation's owner has an identifier.", "Say who issues the demand.");
        Authority issuing = new(name ?? "", country);
        Authority? validating = null;
        DateTimeOffset? issued = null;
        string? ground = null;
        var approver = false;
        foreach (var approval in approvals)
        {
            if (SimpleType.Flag(approval.Value(Common, "ApprovalIsEmergency")) == true) ground ??= Line(approval.Child(Common, "ApprovalDescription"), 4000, breaks: true);
            var details = approval.Child(Common, "ApproverDetails");
            var type = approval.Value(Common, "ApprovalType");
            var contact = details?.Child(Common, "ApproverContactDetails");
            var approverName = Line(details?.Child(Common, "ApproverName"), 255);
            var kind = Dictionary103120.KindOf(details?.Value(Common, "ApproverRole"));
            var mail = Line(contact?.Child(Common, "ApproverEmailAddress") ?? contact?.Child(Common, "EmailAddress"), 255);
            var telephone = Line(contact?.Child(Common, "ApproverPhoneNumber") ?? contact?.Child(Common, "PhoneNumber"), 64);
            var officer = Line(contact?.Child(Common, "Name"), 255);
            if (details?.Child(Common, "ApproverRole") is { } role && kind == AuthorityKind.Unknown)
                remarks.Warn(role, Mapped, $"The approver's role {Remarks.Quote(role.Text)} is no kind of authority that is known here.", "A person says what kind of authority it is.");
            if (type == "ValidatingAuthority" && validating is null && approverName is not null)
            {
                validating = new(approverName, country, kind, officer, mail, telephone);
            }
            else if (type != "ValidatingAuthority" && !approver)
            {
                approver = true;
                issued = SimpleType.At(approval.Value(Common, "ApprovalTimestamp"));
                // The EPOC profile puts the authority's name where others put the approver's own.
                issuing = type == "IssuingAuthority" && approverName is not null
                    ? new($"{approverName} ({issuing.Name})", country, kind, officer, mail, telephone)
                    : issuing with { Kind = kind, Officer = approverName ?? officer, Mail = mail, Telephone = telephone };
            }
            else
            {
                remarks.Warn(approval, Mapped, "There is more than one approval of this kind; this one was not used.", Look);
            }
        }
        return (issuing, validating, issued, ground);
    }

    private string? Addressee(Element header, Element authorisation, IReadOnlyList<Element> tasks)
    {
        var named = tasks.SelectMany(t => t.All(Task, "CSPID"))
            .Concat(authorisation.Child(Authorisation, "AuthorisationCSPID")?.All(Authorisation, "CSPID") ?? [])
            .Append(header.Child(Core, "ReceiverIdentifier")!)
            .Select(e => (At: e, Text: EndPoint(e)))
            .ToList();
        if (named.FirstOrDefault(n => n.At.Name == "CSPID" && n.Text != named[0].Text) is { At: not null } other)
            remarks.Warn(other.At, Mapped, $"The message names more than one provider: {Remarks.Quote(named[0].Text ?? "")} and {Remarks.Quote(other.Text ?? "")}; the first was taken.", Look);
        return named[0].Text;
    }

    private string? EndPoint(Element e) => Line(e.Child(Core, "UniqueIdentifier"), 255) is { } name ? $"{name} ({SimpleType.Collapse(e.Value(Core, "CountryCode")!)})" : null;

    private void Unmapped(Element authorisation, IReadOnlyList<Element> tasks)
    {
        foreach (var child in authorisation.Children.Where(c => c.Vocabulary == Authorisation))
        {
            var what = child.Name switch
            {
                "AuthorisationManualInformation" => "The Authorisation carries information for a person (AuthorisationManualInformation).",
                "AuthorisationTerminationTimestamp" => "The Authorisation says when it was terminated.",
                "AuthorisationInvalidReason" => "The Authorisation carries a reason for invalidity, which is the provider's to give.",
                "AuthorisationLegalEntity" => "The Authorisation names a legal entity.",
                _ => null,
            };
            if (what is not null) remarks.Warn(child, Mapped, what + " It was not read.", Look);
        }
        foreach (var child in tasks.SelectMany(t => t.Children).Where(c => c.Vocabulary == Task))
        {
            var what = child.Name switch
            {
                "DeliveryDetails" => "The task says where to deliver; a package goes only to the key in our directory.",
                "HandlingProfile" => "The task names a handling profile, which was not read.",
                "Flags" => "The task has flags of its own, which were not read.",
                "StatusReason" => "The task carries a reason for its status, which is the provider's to give.",
                _ => null,
            };
            if (what is not null) remarks.Warn(child, Mapped, what, Look);
        }
    }

    /// <summary>Text fit for a demand: <c>null</c> where blank or absent, a fault where too long or with hidden characters.</summary>
    private string? Line(Element? element, int most, bool breaks = false)
    {
        if (element is null || !element.Text.AsSpan().ContainsAnyExcept(" \t\r\n")) return null;
        var text = SimpleType.Collapse(element.Text);
        if (text.Length <= most && (breaks ? NormalForm.IsText(text) : NormalForm.IsLine(text))) return text;
        remarks.Fault(element, Rules.Error(3007) + " (improper value)",
            $"{element.Name} is {Remarks.Quote(text)}; at most {most} characters without control or direction characters are taken.", "Shorten or clean it and send the message again.");
        return null;
    }
}
