using System.Globalization;
using Counterseal.Law;
using static Counterseal.Intake.Vocabulary;

namespace Counterseal.Intake;

/// <summary>
/// Reads one TS 103 120 request that CREATEs an Authorisation with its tasks. First the structure (<see cref="MessageShapes"/>),
/// then the rules between objects, and only over a message without a fault the mapping (<see cref="Mapping"/>).
/// </summary>
internal static class Ts103120
{
    private const string Again = "Mend the message and send it again; nothing of it was applied.";

    public static Demand? Read(ReadOnlySpan<byte> bytes, Script script, EtsiSchemas? schemas, Remarks remarks)
    {
        var root = XmlTree.Read(bytes, script, remarks, out var text);
        if (root is null) return null;
        if (!root.Is(Core, "HI1Message"))
        {
            remarks.Fault(root, Rules.Type("Core", "HI1Message"),
                $"The document's element is {Remarks.Quote(root.Name)} in the namespace {Remarks.Quote(root.Space)}; a message of this standard is an HI1Message in ETSI's Core namespace.",
                "Send a TS 103 120 message or the project's JSON form (docs/demand.schema.json).");
            return null;
        }
        new ShapeWalk(remarks).Check(root, MessageShapes.Message);
        Version(root, remarks);
        var objects = Objects(root, remarks);
        schemas?.Validate(text, remarks);
        if (!remarks.Clean) return null;
        var authorisation = Linked(root, objects, remarks);
        return authorisation is null ? null : new Mapping(remarks).Demand(root, authorisation, [.. objects.Where(IsTask)]);
    }

    internal static bool IsTask(Element o) => o.Type is (Task, "LDTaskObject" or "LPTaskObject");

    private static void Version(Element root, Remarks remarks)
    {
        if (root.Child(Core, "Header")?.Child(Core, "Version")?.Child(Core, "ETSIVersion") is not { } version || !SimpleType.EtsiVersion.Holds(version.Text)) return;
        var numbers = version.Text[1..].Split('.').Select(n => n.Length > 6 ? int.MaxValue : int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        if (numbers[0] != 1 || numbers[1] < 12)
            remarks.Fault(version, Rules.Error(3021), $"The message declares {Remarks.Quote(version.Text)}; V1.12.1 and later versions 1 are read.", Again);
        else if (numbers[1] > 22)
            remarks.Warn(version, Rules.NotInKnown, $"The message declares {Remarks.Quote(version.Text)}, which is later than V1.22.1, the last version looked at.", "A person compares the demand with the original.");
    }

    /// <summary>The objects to be created, after the rules that hold for each request and object by itself.</summary>
    private static List<Element> Objects(Element root, Remarks remarks)
    {
        var requests = root.Child(Core, "Payload")?.Child(Core, "RequestPayload")?.Child(Core, "ActionRequests")?.All(Core, "ActionRequest") ?? [];
        var objects = new List<Element>();
        var actions = new HashSet<long>();
        var identifiers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var request in requests)
        {
            if (request.Child(Core, "ActionIdentifier") is { } action && SimpleType.Whole(action.Text) is >= 0 and var number && !actions.Add(number))
                remarks.Fault(action, Rules.Error(3002) + " (duplicate action identifier)", $"The ActionIdentifier {number} stands in more than one ActionRequest.", "Number the requests of a message differently.");
            if (request.Child(Core, "CREATE")?.Child(Core, "HI1Object") is not { } made) continue;
            objects.Add(made);
            if (made.Child(Core, "ObjectIdentifier") is { } identifier && !identifiers.Add(SimpleType.Collapse(identifier.Text)))
                remarks.Fault(identifier, Rules.Error(3010) + " (identifier exists)", $"The ObjectIdentifier {Remarks.Quote(identifier.Text)} names more than one object.", "Give each object an identifier of its own.");
            foreach (var child in made.Children)
            {
                if (child.Vocabulary is not (Authorisation or Task or Document)) continue;
                if (child.Name is "AuthorisationStatus" or "Status" or "DocumentStatus")
                    remarks.Fault(child, Rules.Error(3006) + " (status supplied by the sender)", $"{child.Name} is the provider's alone to set.", $"Leave it out; what is wished for goes into {(child.Name == "Status" ? "" : child.Name[..^6])}DesiredStatus.");
                if (child.Name is "AuthorisationDesiredStatus" or "DesiredStatus" && child.Value(Common, "Value") is { } wish && Dictionary103120.EndStates.Contains(wish))
                    remarks.Fault(child, Rules.Error(3005) + " (improper request)", $"{child.Name} is {Remarks.Quote(wish)}, and yet the object is only being created.", Again);
            }
        }
        return objects;
    }

    /// <summary>The one Authorisation, with every task linked to it and every link leading somewhere.</summary>
    private static Element? Linked(Element root, List<Element> objects, Remarks remarks)
    {
        var authorisations = objects.Where(o => o.Type is (Authorisation, "AuthorisationObject")).ToList();
        var tasks = objects.Where(IsTask).ToList();
        if (authorisations.Count == 0)
            remarks.Fault(root, Rules.Error(3005) + " (improper request)", "The message creates no AuthorisationObject, so it names no legal ground.", "Send the Authorisation and its LDTask objects in one message.");
        foreach (var more in authorisations.Skip(1))
            remarks.Fault(more, Rules.Error(3001) + " (feature not supported)", "The message creates more than one AuthorisationObject.", "Send one message for each Authorisation.");
        if (tasks.Count == 0)
            remarks.Fault(root, Rules.Error(3005) + " (improper request)", "The message creates no LDTaskObject, so it asks for no data.", "Send the Authorisation and its LDTask objects in one message.");
        if (tasks.Select(t => t.Type!.Value.Name).Distinct().Count() > 1)
            remarks.Fault(tasks[0], Rules.Error(3001) + " (feature not supported)", "The message creates disclosure and preservation tasks under one Authorisation.", "Send them in two messages.");
        var known = objects.Select(Identifier).ToHashSet(StringComparer.Ordinal);
        foreach (var made in objects)
            foreach (var link in Links(made).Where(l => !known.Contains(SimpleType.Collapse(l.Text))))
                remarks.Fault(link, Rules.Error(3016) + " (unresolved link)", $"The object {Remarks.Quote(link.Text)} is not in this message.", "Send what belongs together in one message.");
        if (authorisations.Count == 1)
            foreach (var task in tasks.Where(t => !Links(t).Any(l => SimpleType.Collapse(l.Text) == Identifier(authorisations[0]))))
                remarks.Fault(task, Rules.Error(3016) + " (unresolved link)", "The task is not linked to the Authorisation.", "Name the Authorisation's ObjectIdentifier in the task's AssociatedObjects.");
        return remarks.Clean ? authorisations[0] : null;
    }

    private static string Identifier(Element made) => SimpleType.Collapse(made.Value(Core, "ObjectIdentifier") ?? "");

    private static IEnumerable<Element> Links(Element made) => made.Child(Core, "AssociatedObjects")?.All(Core, "AssociatedObject") ?? [];
}
