using System.Text;

namespace Counterseal.Intake;

/// <summary>One element of an XML message, with its place. Made by <see cref="XmlTree"/>, then only read.</summary>
internal sealed class Element(string name, string space, Vocabulary vocabulary, int line, Element? parent)
{
    private StringBuilder? _text;

    public string Name { get; } = name;

    /// <summary>The namespace as written.</summary>
    public string Space { get; } = space;

    public Vocabulary Vocabulary { get; } = vocabulary;

    /// <summary>From 1.</summary>
    public int Line { get; } = line;

    public Element? Parent { get; } = parent;

    public List<Element> Children { get; } = [];

    /// <summary>Characters directly inside, comments and processing instructions left out.</summary>
    public string Text => _text?.ToString() ?? "";

    /// <summary><c>xsi:type</c>, resolved.</summary>
    public (Vocabulary Vocabulary, string Name)? Type { get; set; }

    /// <summary><c>xsi:nil</c> stands there, whatever its value.</summary>
    public bool Nil { get; set; }

    /// <summary>Names of attributes that no element of V1.12.1 has.</summary>
    public List<string> OtherAttributes { get; } = [];

    public void Append(string text) => (_text ??= new()).Append(text);

    /// <summary>The first child of that name.</summary>
    public Element? Child(Vocabulary vocabulary, string name) => Children.FirstOrDefault(c => c.Is(vocabulary, name));

    /// <summary>All children of that name.</summary>
    public IEnumerable<Element> All(Vocabulary vocabulary, string name) => Children.Where(c => c.Is(vocabulary, name));

    /// <summary>The text of the first child of that name; <c>null</c> where there is none.</summary>
    public string? Value(Vocabulary vocabulary, string name) => Child(vocabulary, name)?.Text;

    public bool Is(Vocabulary vocabulary, string name) => Vocabulary == vocabulary && Name == name;

    /// <summary><c>/HI1Message/Payload/…/ActionRequest[2]</c>: a number where there are several of that name.</summary>
    public string Path
    {
        get
        {
            var steps = new Stack<string>();
            for (var e = this; e is not null; e = e.Parent) steps.Push(e.Step);
            return "/" + string.Join('/', steps);
        }
    }

    private string Step
    {
        get
        {
            var name = Name.Length <= 60 ? Name : Name[..60] + "…";
            if (Parent is null) return name;
            int before = 0, all = 0;
            foreach (var sibling in Parent.Children)
            {
                if (sibling == this) before = all;
                if (sibling.Name == Name) all++;
            }
            return all > 1 ? $"{name}[{before + 1}]" : name;
        }
    }
}
