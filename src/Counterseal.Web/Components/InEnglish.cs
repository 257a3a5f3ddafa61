using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Counterseal.Web.Components;

/// <summary>Words that stay as they are in whatever language one reads: those of rules, of the law's findings, of refusals by the desk or the gate. On a page in another language they are marked as English.</summary>
public sealed class InEnglish : ComponentBase
{
    [Inject] private Reader Reader { get; set; } = null!;

    /// <summary>The words.</summary>
    [Parameter, EditorRequired] public required string Text { get; set; }

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (Reader.Language.Tag == "en")
        {
            builder.AddContent(0, Text);
            return;
        }
        builder.OpenElement(1, "span");
        builder.AddAttribute(2, "lang", "en");
        builder.AddAttribute(3, "dir", "ltr");
        builder.AddContent(4, Text);
        builder.CloseElement();
    }
}
