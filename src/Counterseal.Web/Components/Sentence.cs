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
        var text = Reader.Say(Name, [.. Places.Keys.Select(key => (key, "\uE000" + key + "\uE000"))]);
        foreach (var (part, i) in text.Split('\uE000').Select((part, i) => (part, i)))
        {
            if (i % 2 == 0)
                builder.AddContent(0, part);
            else if (Places[part] is RenderFragment fragment)
                builder.AddContent(1, fragment);
            else
                builder.AddContent(2, Places[part]);
        }
    }
}
