namespace Counterseal.Watch;

/// <summary>Patterns that ask for nothing but the equality of one property, or of one of several: they need no matcher and go to the <see cref="IndicatorIndex"/>.</summary>
public static class SimplePattern
{
    /// <summary>What a pattern looks for, or <c>null</c> where it is not simple or one of its values cannot be looked up.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="remarks">Takes what was put right, one sentence for each value.</param>
    public static IReadOnlyList<Observable>? Of(Pattern pattern, List<string> remarks)
    {
        if (pattern.Root is not ObservationTest { Comparison: var comparison }) return null;
        var found = new List<Observable>();
        return Add(comparison, found, remarks) ? found : null;
    }

    private static bool Add(ComparisonExpression comparison, List<Observable> found, List<string> remarks)
    {
        if (comparison is ComparisonOr or) return or.Parts.All(part => Add(part, found, remarks));
        if (comparison is not PropertyTest { Negated: false } test || test.Values.Count == 0) return false;
        var subset = test.Operator == ComparisonOperator.IsSubset;
        if (!subset && test.Operator is not (ComparisonOperator.Equal or ComparisonOperator.In)) return false;
        foreach (var constant in test.Values)
        {
            if (constant is not TextConstant text) return false;
            var (kind, scope) = KindOf(test.Path, text.Value);
            if (subset && kind != ObservableKind.Address) return false;
            if (!Observable.TryRead(kind, scope, text.Value, out var observable, out var problem))
            {
                remarks.Add($"{PatternScanner.Quote(text.Value)} {problem}; matched as a pattern, as it stands.");
                return false;
            }

            if (problem.Length > 0) remarks.Add($"{PatternScanner.Quote(text.Value)} {problem}.");
            if (kind == ObservableKind.Hash && test.Path.Steps[^1] is KeyStep written && written.Name != scope) remarks.Add($"The hash algorithm {PatternScanner.Quote(written.Name)} is {scope} in STIX 2.1.");
            found.Add(observable!);
        }

        return true;
    }

    private static (ObservableKind Kind, string Scope) KindOf(ObjectPath path, string value)
    {
        var name = path.ToString();
        if (path.Steps is [.., KeyStep { Name: "hashes" }, KeyStep algorithm] && HashName.Canonical(algorithm.Name) is { } canonical) return (ObservableKind.Hash, canonical);
        return KindOf(name, value) is { Field: not "text" } known ? (known.Kind, known.Scope) : (ObservableKind.Text, name);
    }

    /// <summary>How a value of a property is looked up, and as which field of an event it counts.</summary>
    internal static (ObservableKind Kind, string Scope, string Field) KindOf(string property, string value)
    {
        // An address that the log has beside that of the other side does not say where a sign-in came from.
        return property switch
        {
            "domain-name:value" => (ObservableKind.Domain, "", "domain"),
            "ipv4-addr:value" or "ipv6-addr:value" => (ObservableKind.Address, "", "address"),
            "email-addr:value" or "email-message:from_ref.value" or "email-message:sender_ref.value" => (ObservableKind.Mail, "", "mailAddress"),
            "url:value" => (ObservableKind.Url, "", "url"),
            "network-traffic:dst_ref.value" or "network-traffic:src_ref.value" => Network.TryParse(value, out _) ? (ObservableKind.Address, "", property == "network-traffic:src_ref.value" ? "sourceIp" : "address") : (ObservableKind.Domain, "", "domain"),
            _ => (ObservableKind.Text, property, "text"),
        };
    }
}
