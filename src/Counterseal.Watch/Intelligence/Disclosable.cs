using System.Diagnostics.CodeAnalysis;

namespace Counterseal.Watch;

/// <summary>
/// Content that a notice may carry. A notice takes its content in this form only, and the one way to get it asks for the mark: content under TLP:RED, TLP:AMBER+STRICT
/// or a mark that cannot be read has none.
/// </summary>
/// <typeparam name="T">What the content is.</typeparam>
[SuppressMessage("Design", "CA1000", Justification = "A factory elsewhere would need a constructor that others could call too.")]
public sealed class Disclosable<T>
{
    private Disclosable(T content) => Content = content;

    /// <summary>The content.</summary>
    public T Content { get; }

    /// <summary>The content for a notice, or <c>null</c> where its mark forbids it.</summary>
    /// <param name="content">The content.</param>
    /// <param name="mark">The strictest mark of all that it was drawn from.</param>
    public static Disclosable<T>? Of(T content, Tlp mark) => TlpMarks.MayReachCustomers(mark) ? new(content) : null;
}
