using System.Net;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>The members of one JSON object on a line, one after the other. After <see cref="Next"/> has given a name, exactly one of the others takes its value.</summary>
internal interface IJsonLine
{
    /// <summary>The next member of the object that is being read; <c>false</c> at its end.</summary>
    bool Next(out ReadOnlySpan<byte> name);

    /// <summary>Whether the value is an object, whose members come next; anything else is passed over.</summary>
    bool Enter();

    /// <summary>A text or a number as text; <c>null</c> for an empty text and for anything else.</summary>
    string? Text();

    /// <summary>As <see cref="Text"/>, for a value that many lines share.</summary>
    string? Shared();

    /// <summary>A whole number, also one written as text; <c>null</c> for anything else.</summary>
    long? Number();

    /// <summary>An address, without a port; <c>null</c> where there is none that can be read.</summary>
    IPAddress? Ip();

    /// <summary>Passes over the value.</summary>
    void Pass();
}

/// <summary>What a form wants of a line.</summary>
internal interface IJsonMembers
{
    /// <summary>Takes the members of the object that is being read.</summary>
    void Take<TLine>(ref TLine line) where TLine : struct, IJsonLine, allows ref struct;
}

/// <summary>Reads lines of JSON, the plain ones quickly, all others carefully; both give the same.</summary>
internal static class JsonLine
{
    /// <summary>What a form wants of a line, or why there is nothing.</summary>
    public static string? Read<TMembers>(ReadOnlySpan<byte> bytes, out TMembers members) where TMembers : struct, IJsonMembers
    {
        members = default;
        var plain = new PlainLine(bytes);
        if (plain.Enter())
        {
            members.Take(ref plain);
            if (plain.End())
                return null;
            members = default;
        }
        return Careful(bytes, ref members);
    }

    /// <summary>The same by the framework's reader alone, which says what is wrong.</summary>
    internal static string? Careful<TMembers>(ReadOnlySpan<byte> bytes, ref TMembers members) where TMembers : struct, IJsonMembers
    {
        try
        {
            var careful = new CarefulLine(bytes);
            if (!careful.Begin())
                return "not a JSON object; left out";
            members.Take(ref careful);
            careful.End();
            return null;
        }
        catch (JsonException e)
        {
            return JsonFields.NotJson(e);
        }
        catch (InvalidOperationException)
        {
            // The reader's word for text with a lone surrogate in it.
            return "a text holds half a character (a lone surrogate); left out";
        }
    }
}
