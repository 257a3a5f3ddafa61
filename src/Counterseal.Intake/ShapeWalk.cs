namespace Counterseal.Intake;

/// <summary>Holds a tree of elements against a <see cref="Shape"/>. The tree is bounded in depth before, so this may recurse.</summary>
internal sealed class ShapeWalk(Remarks remarks)
{
    private const string Mend = "Mend the message and send it again.";

    public void Check(Element element, Shape shape)
    {
        if (shape is Shape.Refused refused)
        {
            remarks.Fault(element, Rules.Error(3001) + " (feature not supported)", refused.What,
                "This door takes requests that CREATE an Authorisation with LDTask objects: demands for stored data. Nothing of the message was applied.");
            return;
        }
        if (element.Nil)
            remarks.Fault(element, "XML Schema Part 1, 2.6.2", $"{element.Name} carries xsi:nil; no element of this standard may.", Mend);
        foreach (var attribute in element.OtherAttributes)
            remarks.Warn(element, Rules.NotInKnown, $"The attribute {Remarks.Quote(attribute)} is not known and was not read.", "A person looks at the original.");
        if (element.Type is var (_, type) && shape is not (Shape.ByType or Shape.Unread))
            remarks.Warn(element, Rules.NotInKnown, $"The xsi:type {Remarks.Quote(type)} is not expected here and was not used.", "A person looks at the original.");
        switch (shape)
        {
            case Shape.Text text:
                Text(element, text.Type);
                break;
            case Shape.Sequence sequence:
                Sequence(element, sequence);
                break;
            case Shape.Unread unread:
                remarks.Warn(element, Rules.NotInKnown, unread.What, "A person looks at the original.");
                break;
            case Shape.ByType byType:
                if (element.Type is not { } named)
                    remarks.Fault(element, Rules.Type(byType.Schema, byType.Type), $"{element.Name} has no xsi:type; its type is abstract.",
                        "Say what the object is, e.g. xsi:type=\"task:LDTaskObject\".");
                else
                    Typed(element, byType.Types.TryGetValue(named, out var inside) ? inside : byType.Otherwise(named.Name));
                break;
            default:
                break;
        }
    }

    private void Typed(Element element, Shape shape)
    {
        // A sequence would complain of the xsi:type that led here.
        if (shape is Shape.Sequence sequence) Sequence(element, sequence);
        else Check(element, shape);
    }

    private void Text(Element element, SimpleType type)
    {
        if (element.Children.Count > 0)
        {
            remarks.Fault(element, type.Rule, $"{element.Name} has elements inside; it takes text alone.", Mend);
            return;
        }
        var value = element.Text;
        if (!type.Holds(value))
            remarks.Fault(element, type.Rule, $"{element.Name} is {Remarks.Quote(value)}; it takes {type.Shape}.", Mend);
    }

    private void Sequence(Element element, Shape.Sequence sequence)
    {
        if (element.Text.AsSpan().ContainsAnyExcept(" \t\r\n"))
            remarks.Fault(element, sequence.Rule, $"{element.Name} has text of its own, {Remarks.Quote(element.Text.Trim())}; it takes elements alone.", Mend);
        int at = 0, count = 0;
        foreach (var child in element.Children)
        {
            var to = at;
            Shape? shape = null;
            for (; to < sequence.Places.Length; to++)
                if (sequence.Places[to].Takes(child, out shape!))
                    break;
            if (to == sequence.Places.Length)
            {
                if (sequence.Places.Take(at).Any(p => p.Takes(child, out _)))
                    remarks.Fault(child, sequence.Rule, $"{child.Name} stands after {sequence.Places[at].Names}; it belongs before.", Mend);
                else
                    remarks.Warn(child, Rules.NotInKnown,
                        $"The element {Remarks.Quote(child.Name)} is not known in {element.Name}; it was not read.", "A person compares the demand with the original.");
                continue;
            }
            Missing(element, sequence, at, to, count);
            count = to > at ? 1 : count + 1;
            at = to;
            if (count == sequence.Places[at].Most + 1)
                remarks.Fault(child, sequence.Rule, $"{element.Name} has more than {sequence.Places[at].Most} of {sequence.Places[at].Names}.", Mend);
            Check(child, shape!);
        }
        Missing(element, sequence, at, sequence.Places.Length, count);
    }

    private void Missing(Element element, Shape.Sequence sequence, int from, int to, int count)
    {
        for (var i = from; i < to; i++)
            if ((i == from ? count : 0) < sequence.Places[i].Least)
                remarks.Fault(element, sequence.Rule, $"{element.Name} lacks {sequence.Places[i].Names}.", Mend);
    }
}
