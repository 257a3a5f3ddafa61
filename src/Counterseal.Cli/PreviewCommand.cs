using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>preview</c>: a reviewer looks, at the gate, at what would leave.</summary>
internal static class PreviewCommand
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var order = new Argument<string>("order") { Description = "The preview order's digest." };
        var key = Flags.File("--key", "Your key file. That you looked goes on the ledger.");
        var record = new Option<long?>("--record") { Description = "Show this record, at most its first megabyte. Without it: what there is." };
        var (home, reach) = (Flags.Home(), Reach.Gate());
        return Flags.Make("preview", "Shows a viewer what would leave: the streams, or one record. Each look is signed, and on record before anything is shown.",
            "preview 3f2a91c07be4d815… --key alice.key --record 0", [order, key, record, home, .. reach.Options],
            async (parsed, answer, cancel) =>
            {
                using var gate = reach.OpenGate(parsed, Home.Of(parsed.GetValue(home)));
                using var signer = KeyFile.Signer(parsed.GetValue(key)!);
                var digest = parsed.GetValue(order)!;
                var about = (await gate.About(cancel)).Json;
                var text = View.Text(about.GetProperty("gate").GetString()!, about.GetProperty("epoch").GetInt64(), signer.Name, digest,
                    TimeProvider.System.GetUtcNow(), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
                var listing = WaitingOrder.Told(await gate.Look(digest, SignedNote.Sign(text, signer).Bytes(), cancel));
                var viewing = (string)listing["viewing"]!;
                if (parsed.GetValue(record) is { } number)
                {
                    var one = WaitingOrder.Told(await gate.PreviewRecord(digest, viewing, number, cancel));
                    answer.Give(one, console =>
                    {
                        console.WriteLine(Readable(Convert.FromBase64String((string)one["bytes"]!)));
                        if (one["whole"]!.GetValueKind() == JsonValueKind.False)
                            console.WriteLine($"(only the first part of {Number(one["length"])} bytes is shown)");
                    });
                    return 0;
                }

                // The token is good for a quarter of an hour; this command is over before.
                listing.AsObject().Remove("viewing");
                answer.Give(listing, console =>
                {
                    console.WriteLine($"{Number(listing["records"])} records, {Number(listing["bytes"])} bytes");
                    foreach (var stream in listing["streams"]!.AsArray())
                        console.WriteLine(Answer.Visible($"{stream!["name"]}.{stream["extension"]}: records {Number(stream["first"])} to {((long)stream["first"]! + (long)stream["records"]! - 1).ToString(CultureInfo.InvariantCulture)}, {Number(stream["bytes"])} bytes"));
                    console.WriteLine("one of them: --record NUMBER");
                });
                return 0;
            });
    }

    private static string Number(JsonNode? node) => ((long)node!).ToString(CultureInfo.InvariantCulture);

    /// <summary>A customer's record on a terminal: lines stay lines, and nothing in it can command the terminal.</summary>
    private static string Readable(byte[] bytes) => Answer.Visible(Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\n"));
}
