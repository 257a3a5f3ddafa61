using System.Globalization;

namespace Counterseal.Watch;

/// <summary>The way to a property of an observed object (STIX 2.1, 9.7): a type and one or more steps.</summary>
/// <param name="Type">The object's type.</param>
/// <param name="Steps">The first is always a <see cref="KeyStep"/>.</param>
public sealed record ObjectPath(string Type, IReadOnlyList<PathStep> Steps)
{
    /// <summary>The path as a pattern writes it.</summary>
    public override string ToString() => Type + ":" + string.Concat(Steps.Select((s, i) => s switch
    {
        KeyStep key => (i == 0 ? "" : ".") + (PatternScanner.NeedsQuotes(key.Name) ? "'" + key.Name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'" : key.Name),
        IndexStep index => string.Create(CultureInfo.InvariantCulture, $"[{index.Index}]"),
        _ => "[*]",
    }));

    /// <summary>Both ask for the same; a record's own equality would compare the lists' places in memory.</summary>
    /// <param name="other">The other path.</param>
    public bool Equals(ObjectPath? other) => other is not null && Type == other.Type && Steps.SequenceEqual(other.Steps);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, Steps.Count, Steps[^1]);
}

/// <summary>One step of a path.</summary>
public abstract record PathStep;

/// <summary>Into a property or a dictionary's entry (9.7.1, 9.7.3).</summary>
/// <param name="Name">The name, without quotes.</param>
public sealed record KeyStep(string Name) : PathStep;

/// <summary>To one item of a list (9.7.2).</summary>
/// <param name="Index">From 0.</param>
public sealed record IndexStep(int Index) : PathStep;

/// <summary>To any item of a list (9.7.2), or any entry of a dictionary.</summary>
public sealed record AnyStep : PathStep;
