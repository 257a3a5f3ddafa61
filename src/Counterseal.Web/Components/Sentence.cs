using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Counterseal.Web.Components;

/// <summary>A sentence of the reader's language whose places hold markup, so that each language has its own order of words: its attributes fill the places, with text or with a fragment.</summary>
public sealed class Sentence : ComponentBase
{
    [Inject] private Reader Reader { get; set; } = null!;

    /// <summary>The sentence's name.</summary>
    [Parameter, EditorRequired] public required string Name { get; set; }

    /// <summary>What stands in its places, by their names.</summary>
    [Parameter(CaptureUnmatchedValues = true)] public IReadOnlyDictionary<string, object> Places { get; set; } = new Dictionary<string, object>();

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Pages are rendered once, so that nothing is compared by these numbers.
        foreach (var (text, place) in Words.Parts(Reader.Say(Name)))
        {
            if (place is null)
                builder.AddContent(0, text);
            else if (Places[place] is RenderFragment fragment)
                Isolated(fragment);
            else
                Isolated(inner => inner.AddContent(0, Places[place]));
        }

        // As a sentence without markup does it: what is filled in cannot turn the words around it (UAX 9, 2.4.2).
        void Isolated(RenderFragment what)
        {
            if (Reader.Language.RightToLeft)
                builder.AddContent(1, "\u2068");
            builder.AddContent(2, what);
            if (Reader.Language.RightToLeft)
                builder.AddContent(3, "\u2069");
        }
    }
}
