namespace Counterseal.Web;

/// <summary>A form that cannot be read, in the language of whoever sent it; what the desk itself refuses is a <see cref="Desk.DeskException"/> and in English.</summary>
/// <param name="what">What is wrong with it: one sentence without its end.</param>
/// <param name="next">What to do.</param>
public sealed class FormException(string what, string next) : Exception(what)
{
    /// <summary>What to do.</summary>
    public string Next { get; } = next;
}
