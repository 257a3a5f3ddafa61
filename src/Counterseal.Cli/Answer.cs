using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary>
/// How a command speaks: for people with colour and words on standard output, for programs with <c>--json</c> as one JSON
/// document; what went wrong on standard error, always as a sentence.
/// </summary>
/// <param name="json">Whether <c>--json</c> was given.</param>
internal sealed class Answer(bool json)
{
    private static readonly JsonSerializerOptions Pretty = new(Counterseal.Law.LawJson.Options)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        // Answers are written and never read back here: the strictness of reading does not apply, and anonymous types have no setters.
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
        RespectRequiredConstructorParameters = false,
    };

    /// <summary>Standard error, for sentences to people.</summary>
    public static IAnsiConsole Error { get; } = Wide(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }), Console.IsErrorRedirected);

    /// <summary>Whether a program reads.</summary>
    public bool Json => json;

    /// <summary>Gives the result: as JSON to programs, through <paramref name="people"/> to people.</summary>
    public void Give(object result, Action<IAnsiConsole> people)
    {
        if (json)
            Console.Out.WriteLine(result is JsonNode node ? node.ToJsonString(Pretty) : JsonSerializer.Serialize(result, Pretty));
        else
            people(Output);
    }

    /// <summary>Standard output for people.</summary>
    public static IAnsiConsole Output { get; } = Wide(AnsiConsole.Console, Console.IsOutputRedirected);

    /// <summary>What goes into a file or a pipe is not folded at 80 columns.</summary>
    private static IAnsiConsole Wide(IAnsiConsole console, bool redirected)
    {
        if (redirected)
            console.Profile.Width = 200;
        return console;
    }

    /// <summary>Says what went wrong; the exit code is 1.</summary>
    public static int Fail(string sentence)
    {
        Error.MarkupLineInterpolated($"[red]counterseal:[/] {Visible(sentence)}");
        return 1;
    }

    /// <summary>Foreign text for a terminal: control characters and bidirectional overrides made visible, so that nothing can redraw the screen.</summary>
    public static string Visible(string text) =>
        string.Concat(text.EnumerateRunes().Select(r =>
            r.Value is '\n' or '\t' || !(System.Text.Rune.IsControl(r) || System.Text.Rune.GetUnicodeCategory(r) == System.Globalization.UnicodeCategory.Format)
                ? r.ToString()
                : $"\\u{r.Value:x4}"));
}

/// <summary>Something that the user asked for is not so; said as one sentence, exit code 1.</summary>
internal sealed class Refused(string message) : Exception(message);
