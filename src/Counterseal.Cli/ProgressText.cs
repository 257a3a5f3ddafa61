using System.Globalization;
using System.Text.Json.Nodes;

namespace Counterseal.Cli;

/// <summary>How far an order is, in one line for a person who waits.</summary>
internal static class ProgressText
{
    /// <summary>The line: records, bytes, pace, and how long it still takes where the gate knows how much there is to read.</summary>
    /// <param name="progress">The member <c>progress</c> of the gate's or the desk's answer.</param>
    /// <param name="now">The reader's clock.</param>
    public static string Of(JsonNode progress, DateTimeOffset now)
    {
        long Number(string member) => progress[member] is { } value ? (long)value : 0;
        var (read, of) = (Number("read"), Number("ofBytes"));
        var taken = DateTimeOffset.TryParse((string?)progress["startedAt"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since) ? (now - since).TotalSeconds : 0;
        var text = string.Create(CultureInfo.InvariantCulture, $"{Number("records"):N0} records, {Mega(Number("bytes"))} collected");
        if (read > 0)
            text += of > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {Mega(read)} of {Mega(of)} read ({100 * read / of} %)") : $"; {Mega(read)} read";
        if (taken > 0.5 && read > 0)
            text += $", {Mega((long)(read / taken))}/s";
        if (taken > 0.5 && read > 0 && of >= read)
            text += $", {Time(TimeSpan.FromSeconds(taken * (of - read) / read))} left";
        return text;
    }

    /// <summary>Writes it over the last on a terminal, and below it elsewhere.</summary>
    public static void Show(string line)
    {
        if (Console.IsErrorRedirected)
            Console.Error.WriteLine(line);
        else
            Console.Error.Write($"\r{line.PadRight(Math.Min(100, Math.Max(20, Console.WindowWidth - 1)))}");
    }

    /// <summary>Goes on below what was shown.</summary>
    public static void End()
    {
        if (!Console.IsErrorRedirected)
            Console.Error.WriteLine();
    }

    private static string Mega(long bytes) => bytes < 1_000_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00} GB");

    private static string Time(TimeSpan time) => time.TotalMinutes < 2
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds):0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalMinutes):0} min");
}
