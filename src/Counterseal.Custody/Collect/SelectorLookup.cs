using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>Asks every collector that can for the accounts that the scope's selectors name.</summary>
internal static class SelectorLookup
{
    /// <summary>What each selector comes to, from all collectors together.</summary>
    public static Dictionary<Selector, AccountsOf> Run(IReadOnlyList<ICollector> collectors, Scope scope, CancellationToken cancel)
    {
        var found = scope.Items.Select(item => item.Selector).Distinct().ToDictionary(selector => selector, _ => (Accounts: new List<string>(), Own: new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal), Why: (string?)null, Asked: false));
        foreach (var collector in collectors)
        {
            var selectors = found.Keys.Where(selector => WantedSelectors.WhyNot(selector) is null && collector.FindText(selector.Kind) is not null).ToList();
            if (selectors.Count == 0) continue;
            var texts = selectors.Select(selector => collector.FindText(selector.Kind)!).ToHashSet(StringComparer.Ordinal);
            var answers = collector.Find(selectors, new CollectorRun((text, _) => Collection.Planned(collector, texts.Contains(text) ? text : "", text), cancel));
            if (answers.Count != selectors.Count) throw new SourceException($"the collector \"{collector.Name}\" answered {answers.Count} selectors where {selectors.Count} were asked");
            for (var i = 0; i < selectors.Count; i++)
            {
                var (accounts, own, why, _) = found[selectors[i]];
                foreach (var account in answers[i].Accounts)
                {
                    if (account.Length == 0 || (selectors[i].Kind == SelectorKind.Account && account != selectors[i].Value))
                        throw new SourceException($"the collector \"{collector.Name}\" found an account of another name than the one that was asked for");
                    if (!accounts.Contains(account)) accounts.Add(account);
                    if (answers[i].Own.TryGetValue(account, out var known)) own[account] = [.. own.GetValueOrDefault(account) ?? [], .. known];
                }
                found[selectors[i]] = (accounts, own, why ?? answers[i].Why, true);
            }
        }
        return found.ToDictionary(f => f.Key, f => One(f.Key, f.Value));
    }

    /// <summary>The accounts in order of first mention, each with the items that lead to it.</summary>
    public static IEnumerable<(string Account, List<ScopeItem> Items)> Accounts(Scope scope, Dictionary<Selector, AccountsOf> found)
    {
        var order = new List<string>();
        var items = new Dictionary<string, List<ScopeItem>>(StringComparer.Ordinal);
        foreach (var item in scope.Items)
        {
            foreach (var account in found[item.Selector].Accounts)
            {
                if (!items.TryGetValue(account, out var reaching))
                {
                    items[account] = reaching = [];
                    order.Add(account);
                }
                reaching.Add(item);
            }
        }
        return order.Select(account => (account, items[account]));
    }

    private static AccountsOf One(Selector selector, (List<string> Accounts, Dictionary<string, IReadOnlyList<string>> Own, string? Why, bool Asked) found) => found.Accounts.Count switch
    {
        0 => new AccountsOf([], WantedSelectors.WhyNot(selector) ?? (found.Asked ? found.Why : "no source of this gate can look up this kind of identifier")),
        // Two accounts at one address, port and instant: one of the records is wrong, and guessing would name an innocent person.
        > 1 when selector.Kind == SelectorKind.IpAddress => new AccountsOf([], $"{found.Accounts.Count} accounts have a session at this address, port and time"),
        > 1 when selector.Kind == SelectorKind.Mailbox => throw new SourceException("two accounts of the gate's sources have one of the addresses asked for, so it is not known whose it is. Nothing was collected."),
        _ => new AccountsOf(found.Accounts) { Own = found.Own },
    };
}
