using System.Text.Json;
using Counterseal.Intake;
using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>A letter of a demand as its page shows it.</summary>
/// <param name="Name">The letter, by its file's name.</param>
/// <param name="Ground">The one ground that it gives, by its id; <c>null</c> for all that were raised and fit it.</param>
/// <param name="Draft">The draft as plain text; <c>null</c> when it cannot be drafted.</param>
/// <param name="No">Why not.</param>
/// <param name="RestsOn">The objections that it gives.</param>
public sealed record LetterView(string Name, string? Ground, Draft? Draft, string? No, IReadOnlyList<Said> RestsOn)
{
    /// <summary>A message has at most so many characters (<c>docs/desk.md</c>, Messages).</summary>
    public const int MostMessage = 4000;

    /// <summary>What stands in a draft where something is left to counsel.</summary>
    public const string Gap = "[to be completed by counsel:";

    /// <summary>The id of its part of the page.</summary>
    public string Place => "letter-" + Name + (Ground is null ? "" : "-one");

    /// <summary>What is after the page's address to ask for this very draft.</summary>
    public string Query => $"letter={Uri.EscapeDataString(Name)}{(Ground is null ? "" : $"&ground={Uri.EscapeDataString(Ground)}")}";

    /// <summary>The draft as the text of a message: without the first line that says that it is a draft.</summary>
    public string Message => Draft is not { } draft ? "" : draft.Text.StartsWith("DRAFT", StringComparison.Ordinal) && draft.Text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end ? draft.Text[end..].Trim('\n') : draft.Text.Trim('\n');

    /// <summary>Drafts one; what cannot be drafted says why.</summary>
    /// <param name="letters">The letters.</param>
    /// <param name="matter">What it is drafted from.</param>
    /// <param name="letter">Which; <c>null</c> for the one that the ground names, or that is called for most.</param>
    /// <param name="ground">The one ground to give; <c>null</c> for all.</param>
    public static LetterView Of(Letters letters, Matter matter, string? letter, string? ground)
    {
        try
        {
            var draft = letters.Write(matter, letter, ground, DraftFormat.Text);
            return new(draft.Letter, ground, draft, null, [.. matter.Objections.Where(said => ground is null ? said.Letter == draft.Letter : said.Ground == ground)]);
        }
        catch (LetterException no)
        {
            return new(letter ?? "", ground, null, no.Message, []);
        }
    }
}

/// <summary>A fact that letters are drafted from, and where it came from.</summary>
/// <param name="Name">The fact's name in the rule book.</param>
/// <param name="Value">What it is.</param>
/// <param name="From">The event that established it; <c>null</c> when none of those shown did.</param>
public sealed record FactOrigin(string Name, string Value, EventView? From)
{
    /// <summary>The facts of a demand, each with the last event that said it.</summary>
    public static IReadOnlyList<FactOrigin> Of(DemandView view) =>
        [.. view.Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal).Select(fact => new FactOrigin(fact.Key, fact.Value, view.Events.LastOrDefault(one => Says(one) == fact.Key)))];

    // An event's kind says which fact it makes; of what people establish the event itself names it.
    private static string? Says(EventView happened) => happened.Type switch
    {
        "authenticated" => "authenticated",
        "counted" => "data.exists",
        "preserved" => "preservation.from",
        "released" => "released.at",
        "told" => "customer.told",
        "closed" => "closed.at",
        "established" when happened.Proof is { } proof => Named(proof.Canonical),
        _ => null,
    };

    private static string? Named(string canonical)
    {
        try
        {
            using var document = JsonDocument.Parse(canonical);
            return document.RootElement.TryGetProperty("body", out var body) && body.TryGetProperty("fact", out var fact) ? fact.GetString() : null;
        }
        catch (Exception none) when (none is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>What the page of a demand's letters is made from.</summary>
/// <param name="Demand">The demand.</param>
/// <param name="Matter">What may be said of it; <c>null</c> when nothing is drafted from it.</param>
/// <param name="Book">The rule book.</param>
/// <param name="CalledFor">The letters that it calls for, the most pressing first.</param>
/// <param name="Chosen">One that was asked for besides; <c>null</c> when none was.</param>
/// <param name="Names">All letters that there are.</param>
public sealed record LettersView(DemandView Demand, Matter? Matter, RuleBook Book, IReadOnlyList<LetterView> CalledFor, LetterView? Chosen, IReadOnlyList<string> Names)
{
    /// <summary>Drafts what a demand calls for, and one more.</summary>
    /// <param name="letters">The letters.</param>
    /// <param name="view">The demand.</param>
    /// <param name="book">The rule book in force.</param>
    /// <param name="now">The time to draft for.</param>
    /// <param name="letter">A letter that is asked for besides.</param>
    /// <param name="ground">A ground that is asked for alone.</param>
    public static LettersView Of(Letters letters, DemandView view, RuleBook book, DateTimeOffset now, string? letter, string? ground)
    {
        // What the database says otherwise than the ledger goes into no letter.
        if (view.Tampered is not null)
            return new(view, null, book, [], null, letters.Names);
        var matter = MatterOf(view, book, now);
        return new(view, matter, book, [.. matter.CalledFor.Select(name => LetterView.Of(letters, matter, name, null))], letter is null && ground is null ? null : LetterView.Of(letters, matter, letter, ground), letters.Names);
    }

    /// <summary>What letters of a demand are drafted from: as <c>counterseal draft</c> has it, with the facts that the desk knows.</summary>
    public static Matter MatterOf(DemandView view, RuleBook book, DateTimeOffset now) => Matter.Of(view.Demand, new Facts(view.Facts), book, view.Received, now > view.Received ? now : view.Received);
}
