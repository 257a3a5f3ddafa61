namespace Counterseal.Intake;

/// <summary>What may stand inside an element: the grammar of a message as data, walked by <see cref="ShapeWalk"/>.</summary>
internal abstract record Shape
{
    /// <summary>Text of a simple type.</summary>
    public sealed record Text(SimpleType Type) : Shape;

    /// <summary>Child elements in an order. A choice is one place with several names.</summary>
    public sealed record Sequence(string Type, string Schema, params Place[] Places) : Shape
    {
        public string Rule => Rules.Type(Schema, Type);
    }

    /// <summary>Anything: a nation's own parameters, a signature. Kept with the original, not read.</summary>
    public sealed record Unread(string What) : Shape;

    /// <summary>Something this door knows and does not take.</summary>
    public sealed record Refused(string What) : Shape;

    /// <summary>An abstract type whose <c>xsi:type</c> says what it is.</summary>
    public sealed record ByType(string Type, string Schema, IReadOnlyDictionary<(Vocabulary, string), Shape> Types, Func<string, Shape> Otherwise) : Shape;

    public static implicit operator Shape(SimpleType type) => new Text(type);
}

/// <summary>One place in a sequence: how often, and which element or elements may stand there.</summary>
internal sealed record Place(int Least, int Most, params (Vocabulary Vocabulary, string Name, Shape Shape)[] Elements)
{
    public bool Takes(Element element, out Shape shape)
    {
        foreach (var (vocabulary, name, inside) in Elements)
        {
            if (!element.Is(vocabulary, name)) continue;
            shape = inside;
            return true;
        }
        shape = null!;
        return false;
    }

    /// <summary>Its names for people.</summary>
    public string Names => Elements.Length == 1 ? Elements[0].Name : "one of " + string.Join(", ", Elements.Select(e => e.Name));
}
