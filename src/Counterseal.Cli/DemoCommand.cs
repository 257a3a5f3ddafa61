using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>demo</c>: the main job on real input, and every cheat refused.</summary>
internal static class DemoCommand
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var mail = new Option<FileSystemInfo?>("--mail") { Description = "A Maildir or mbox of your own; the second demand is then for its content." };
        var folder = new Option<string>("--folder") { Description = "Where everything goes; an earlier demo's folder is replaced.", DefaultValueFactory = _ => "demo-folder" };
        return Flags.Make("demo", "Three demands from arrival to their end through three processes, then the cheats and their refusals.", "demo --mail ~/Maildir", [mail, folder],
            async (parsed, answer, cancel) =>
            {
                var place = Path.GetFullPath(parsed.GetValue(folder)!);
                var story = new DemoStory(answer.Json ? null : Answer.Output, TimeProvider.System);
                await DemoScript.Run(place, parsed.GetValue(mail)?.FullName, story, cancel);
                answer.Give(new { good = story.Good, folder = place, steps = story.Steps, cheats = story.Cheats }, console =>
                {
                    console.WriteLine();
                    console.MarkupLine(story.Good
                        ? string.Create(CultureInfo.InvariantCulture, $"[green]Every step held and every cheat was refused[/] ({story.Steps.Count} steps, {story.Cheats.Count} cheats).")
                        : "[red]Something did not come out as it should; see above.[/]");
                    console.WriteLine($"To look at:  {place}");
                    console.WriteLine($"In a browser: counterseal serve --home {Path.Combine(place, "home")}");
                });
                return story.Good ? 0 : 1;
            });
    }
}

/// <summary>One step of the walk as it is told.</summary>
/// <param name="Demand">Which demand: the reference that its authority uses.</param>
/// <param name="What">What happened.</param>
/// <param name="Who">Who did it.</param>
/// <param name="Proof">The finding or proof behind it.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record DemoStep(string Demand, string What, string Who, string Proof, double Milliseconds);

/// <summary>One cheat and what came of it.</summary>
/// <param name="What">What was tried.</param>
/// <param name="Refused">Whether it was refused.</param>
/// <param name="Words">The refusal.</param>
internal sealed record DemoCheat(string What, bool Refused, string Words);

/// <summary>Tells the walk as it happens, and remembers it.</summary>
internal sealed class DemoStory(IAnsiConsole? console, TimeProvider time)
{
    /// <summary>The steps so far.</summary>
    public List<DemoStep> Steps { get; } = [];

    /// <summary>The cheats so far.</summary>
    public List<DemoCheat> Cheats { get; } = [];

    /// <summary>Whether everything came out as it should.</summary>
    public bool Good => Steps.Count > 0 && Cheats.Count > 0 && Cheats.TrueForAll(c => c.Refused);

    /// <summary>A heading.</summary>
    public void Chapter(string title)
    {
        console?.WriteLine();
        console?.MarkupLine($"[bold]{Markup.Escape(title)}[/]");
    }

    /// <summary>Does a step, times it, and tells it.</summary>
    public async Task<T> Step<T>(string demand, string what, string who, Func<Task<T>> act, Func<T, string> proof)
    {
        var start = time.GetTimestamp();
        var got = await act();
        var took = time.GetElapsedTime(start).TotalMilliseconds;
        var step = new DemoStep(demand, what, who, proof(got), Math.Round(took, 1));
        Steps.Add(step);
        console?.MarkupLine($"[green]✓[/] {Markup.Escape(what.PadRight(34))} [blue]{Markup.Escape(who.PadRight(12))}[/] [grey]{took.ToString("0", CultureInfo.InvariantCulture),5} ms[/]  {Markup.Escape(Answer.Visible(step.Proof))}");
        return got;
    }

    /// <summary>Tries a cheat; <paramref name="act"/> gives the refusal's words, or <c>null</c> when it went through.</summary>
    public async Task Cheat(string what, Func<Task<string?>> act)
    {
        var words = await act();
        Cheats.Add(new DemoCheat(what, words is not null, words ?? "NOT REFUSED"));
        console?.MarkupLine(words is null
            ? $"[red]✗ {Markup.Escape(what)}: NOT REFUSED[/]"
            : $"[green]✓[/] {Markup.Escape(what.PadRight(44))} [grey]→[/] {Markup.Escape(Answer.Visible(words))}");
    }

    /// <summary>A remark.</summary>
    public void Say(string text) => console?.WriteLine(Answer.Visible(text));
}
