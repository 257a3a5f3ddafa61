using Microsoft.AspNetCore.Components;

namespace Counterseal.Web.Components;

/// <summary>What stands in a place of a <see cref="Sentence"/> and is more than words.</summary>
internal static class Part
{
    /// <summary>A moment.</summary>
    public static RenderFragment At(DateTimeOffset at, bool brief = false) => builder =>
    {
        builder.OpenComponent<Moment>(0);
        builder.AddComponentParameter(1, nameof(Moment.At), at);
        builder.AddComponentParameter(2, nameof(Moment.Short), brief);
        builder.CloseComponent();
    };

    /// <summary>A digest, shortened.</summary>
    /// <param name="value">The whole digest.</param>
    /// <param name="name">What it is a digest of, for those who hear it.</param>
    public static RenderFragment Digest(string value, string name) => builder =>
    {
        builder.OpenComponent<Digest>(0);
        builder.AddComponentParameter(1, nameof(Components.Digest.Value), value);
        builder.AddComponentParameter(2, nameof(Components.Digest.Name), name);
        builder.CloseComponent();
    };

    /// <summary>A name or a reference, whatever its script.</summary>
    public static RenderFragment Name(string name) => In("bdi", name);

    /// <summary>Something for machines: an id, a file, a command.</summary>
    public static RenderFragment Code(string code) => In("code", code);

    /// <summary>What our rooms and rules say in English, whatever the reader's language.</summary>
    public static RenderFragment English(string text) => builder =>
    {
        builder.OpenComponent<InEnglish>(0);
        builder.AddComponentParameter(1, nameof(InEnglish.Text), text);
        builder.CloseComponent();
    };

    /// <summary>What somebody said.</summary>
    public static RenderFragment Quote(string said) => builder =>
    {
        builder.OpenElement(0, "q");
        builder.AddContent(1, In("bdi", said));
        builder.CloseElement();
    };

    /// <summary>What weighs.</summary>
    public static RenderFragment Strong(string text) => In("strong", text);

    /// <summary>A name that weighs.</summary>
    public static RenderFragment StrongName(string name) => builder =>
    {
        builder.OpenElement(0, "strong");
        builder.AddContent(1, Name(name));
        builder.CloseElement();
    };

    /// <summary>The number of a page's head.</summary>
    public static RenderFragment Figure(string number) => In("b", number);

    /// <summary>A link.</summary>
    public static RenderFragment Link(string href, string text) => builder =>
    {
        builder.OpenElement(0, "a");
        builder.AddAttribute(1, "href", href);
        builder.AddContent(2, text);
        builder.CloseElement();
    };

    /// <summary>A link whose words are a name: of a file, an address.</summary>
    public static RenderFragment LinkName(string href, string name) => builder =>
    {
        builder.OpenElement(0, "a");
        builder.AddAttribute(1, "href", href);
        builder.AddAttribute(2, "translate", "no");
        builder.AddContent(3, name);
        builder.CloseElement();
    };

    /// <summary>Text in an element.</summary>
    public static RenderFragment In(string element, string text) => builder =>
    {
        builder.OpenElement(0, element);
        builder.AddContent(1, text);
        builder.CloseElement();
    };
}
