using Counterseal.Law;
using static Counterseal.Intake.Vocabulary;

namespace Counterseal.Intake;

/// <summary>The tasks' RequestDetails to a <see cref="Scope"/>: never wider than what was asked for, and nothing guessed.</summary>
internal sealed class RequestedScope(Remarks remarks)
{
    private const string Look = "A person compares the demand with the original.";
    private const string Mapped = "docs/intake.md, mapping";
    private const string Improper = " (improper value)";

    public Scope Of(IReadOnlyList<Element> tasks, DateTimeOffset sent)
    {
        var items = new List<ScopeItem>();
        foreach (var task in tasks)
        {
            if (task.Child(Task, "RequestDetails") is { } details) items.AddRange(Items(details, sent));
            else remarks.Fault(task, Rules.Error(3005) + " (improper request)", "The task has no RequestDetails, so it asks for nothing.", "Say what is sought, in RequestDetails.");
            if (items.Count <= Limits.Selectors) continue;
            remarks.Fault(task, "docs/intake.md, limits", $"The message names more than {Limits.Selectors} selectors.", "Split it; nothing of it was applied.");
            return Scope.Nothing;
        }
        return new(items);
    }

    private IEnumerable<ScopeItem> Items(Element details, DateTimeOffset sent)
    {
        var categories = Categories(details);
        var from = SimpleType.At(details.Value(Task, "StartTime"));
        var to = SimpleType.At(details.Value(Task, "EndTime"));
        if (details.Child(Task, "EndTime") is { } end && to is not null)
        {
            if (from >= to)
                remarks.Fault(end, Rules.Error(3007) + Improper, "EndTime is not after StartTime.", "Mend the times and send the message again.");
            else if (to > sent)
                remarks.Warn(end, Mapped, "EndTime is later than the message's Timestamp; what is not yet stored is not collected.", Look);
        }
        foreach (var subtype in details.All(Task, "Subtype"))
            remarks.Warn(subtype, Mapped, "The task narrows its data type (Subtype), which was not read.", "A person narrows the scope.");
        return Selectors(details).Select(s => new ScopeItem(s, categories, from, to));
    }

    private DataCategory[] Categories(Element details)
    {
        if (details.Child(Task, "Type") is not { } type) return [];
        var (owner, name, value) = (type.Value(Common, "Owner")!, type.Value(Common, "Name")!, type.Value(Common, "Value")!);
        if (owner == "ETSI" && name == "RequestType" && Dictionary103120.Categories.TryGetValue(value, out var categories)) return categories;
        remarks.Warn(type, Mapped, $"The data type {Remarks.Quote(value)} ({Remarks.Quote(name)} of {Remarks.Quote(owner)}) is no data category that is known here.", "A person asks the authority which data category it means.");
        return [];
    }

    private List<Selector> Selectors(Element details)
    {
        var values = details.Child(Task, "RequestValues")?.All(Task, "RequestValue").ToList() ?? [];
        var ports = values.Where(v => Format(v) is ("ETSI", "TCPPort" or "UDPPort")).ToList();
        var subjects = values.Except(ports).ToList();
        if (subjects.Count == 0)
        {
            remarks.Fault(details, Rules.Error(3005) + " (improper request)", "The task names nobody: it has no RequestValue with an identifier.", "Name the identifier sought in a RequestValue.");
            return [];
        }
        if (subjects.Count > 1 || ports.Count > 1)
        {
            var more = subjects.Count > 1 ? subjects[1] : ports[1];
            remarks.Fault(more, Rules.Error(3001) + " (feature not supported)",
                "The task has more than one RequestValue, which may mean all of them together or any of them.", "Send one LDTask for each identifier; a port may stand beside one IP address.");
            return [];
        }
        var kind = KindOf(subjects[0]);
        int? port = null;
        foreach (var value in ports)
        {
            var type = Format(value).Name == "TCPPort" ? SimpleType.TcpPort : SimpleType.UdpPort;
            if (!type.Holds(Value(value)))
                remarks.Fault(value, Rules.Error(3007) + Improper + "; " + type.Rule, $"The port is {Remarks.Quote(Value(value))}; it takes {type.Shape}.", "Mend it and send the message again.");
            else if (kind != SelectorKind.IpAddress)
                remarks.Fault(value, Rules.Error(3007) + Improper, "A port stands beside something that is no IP address.", "Send the port with its IP address.");
            else
                port = (int)SimpleType.Whole(Value(value));
        }
        if (Read(subjects[0], kind) is not { } selector) return [];
        var observed = details.All(Task, "ObservedTime").Concat(details.All(Task, "ObservedTimes")).ToList();
        if (selector.Kind == SelectorKind.IpAddress)
            return observed.Count == 0
                ? [selector with { Port = port }]
                : [.. observed.Select(o => SimpleType.At(o.Text)!.Value).Distinct().Select(at => selector with { Port = port, At = at })];
        foreach (var time in observed.Take(1))
            remarks.Warn(time, Mapped, "The time at which the identifier was observed has a place only beside an IP address; it was not read.", Look);
        return [selector];
    }

    private Selector? Read(Element request, SelectorKind kind)
    {
        var (owner, name) = Format(request);
        var at = request.Child(Task, "Value")!;
        var value = SimpleType.Collapse(at.Text);
        if (!NormalForm.IsLine(value) || value.Length > 1000)
            return Bad(at, $"The value is {Remarks.Quote(value)}; at most 1,000 characters without control or direction characters are taken.");
        switch (kind)
        {
            case SelectorKind.Telephone:
                if (value.StartsWith('0') && SimpleType.E164.Holds(value))
                {
                    remarks.Warn(at, Rules.Type("TS 103 280", "InternationalE164"), "The number begins with 0, as no country code does; it is looked up as written.", Look);
                    return new(kind, value);
                }
                return NormalForm.Telephone(value) is { } number ? new(kind, number) : Bad(at, $"The value is {Remarks.Quote(value)}; {name} takes {SimpleType.E164.Shape}.");
            case SelectorKind.IpAddress:
                var address = name == "IPv4Address" ? IPv4(value) : NormalForm.IPv6(value);
                return address is not null ? new(kind, address) : Bad(at, $"The value is {Remarks.Quote(value)}; {name} takes one address, no range.");
            case SelectorKind.Mailbox:
                if (NormalForm.Mailbox(value) is { } mailbox) return new(kind, mailbox);
                if (!SimpleType.InternationalizedEmailAddress.Holds(value)) return Bad(at, $"The value is {Remarks.Quote(value)}; {name} takes {SimpleType.EmailAddress.Shape}.");
                remarks.Warn(at, Mapped, $"The address {Remarks.Quote(value)} names no single mailbox.", "A person asks the authority which mailbox it means; a wildcard is refused.");
                break;
            default:
                remarks.Warn(request, Mapped, $"Identifiers of the format {Remarks.Quote(name)} of {Remarks.Quote(owner)} cannot be looked up here.", "A person asks the authority for another identifier.");
                break;
        }
        return new(SelectorKind.Unknown, $"{owner}/{name}:{value}");
    }

    private Selector? Bad(Element at, string what)
    {
        remarks.Fault(at, Rules.Error(3007) + Improper, what, "Mend the value and send the message again.");
        return null;
    }

    /// <summary>TS 103 280 allows leading zeros, and means them decimal.</summary>
    private static string? IPv4(string value) => SimpleType.IPv4Address.Holds(value)
        ? string.Join('.', value.Split('.').Select(n => n.TrimStart('0') is { Length: > 0 } digits ? digits : "0"))
        : null;

    private static SelectorKind KindOf(Element value) => Format(value) is ("ETSI", var name) && Dictionary103120.Formats.TryGetValue(name, out var kind) ? kind : SelectorKind.Unknown;

    private static (string Owner, string Name) Format(Element value)
    {
        var format = value.Child(Task, "FormatType")!;
        return (Remarks.Printable(format.Value(Task, "FormatOwner")!, 255), Remarks.Printable(format.Value(Task, "FormatName")!, 255));
    }

    private static string Value(Element value) => value.Value(Task, "Value")!;
}
