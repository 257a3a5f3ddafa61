using System.Security.Cryptography;
using Counterseal.Ledger;

// The process that the crash tests kill. It says on standard output what was acknowledged to it, and nothing before that.
//   create HOME            makes a home
//   plan HOME              gives the ledger a tally
//   tally HOME COUNT       opens the tally, sends leaves and lets slots pass
//   append HOME FROM TO    opens the log and appends leaves, two at a time
//   rotate HOME            gives the log another key
//   witness HOME FILE…     opens the witness and asks it to add the checkpoint of each file
switch (args[0])
{
    case "create":
        LedgerHome.Create(args[1], "ledger.example/log");
        Console.WriteLine("created");
        return 0;
    case "append":
        var home = new LedgerHome(args[1]);
        using (var signer = home.OpenKey())
        {
            await using var log = await Log.Open(home.LogFolder, signer);
            var to = int.Parse(args[3], System.Globalization.CultureInfo.InvariantCulture);
            for (var i = int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture); i < to; i += 2)
            {
                var pair = new[] { i, Math.Min(i + 1, to - 1) }.Select(async n =>
                {
                    var proof = await log.Append(Leaf(n), CancellationToken.None);
                    lock (log)
                        Console.WriteLine($"{n} {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(proof.Text()))}");
                });
                await Task.WhenAll(pair);
            }
        }
        Console.WriteLine("done");
        return 0;
    case "rotate":
        await LedgerKeyChange.Rotate(new LedgerHome(args[1]));
        Console.WriteLine("rotated");
        return 0;
    case "witness":
        using (var witness = Witness.Open(args[1], TimeProvider.System))
        {
            foreach (var file in args[2..])
                Console.WriteLine(witness.AddCheckpoint(File.ReadAllBytes(file)).Status);
        }
        return 0;
    case "plan":
        new TallyHome(new LedgerHome(args[1])).Create([.. "{}"u8]);
        Console.WriteLine("planned");
        return 0;
    case "tally":
        var second = new TallyHome(new LedgerHome(args[1]));
        using (var signer = new LedgerHome(args[1]).OpenKey())
        {
            var clock = new DateTimeOffset(2026, 11, 24, 2, 0, 0, TimeSpan.Zero);
            await using var slots = TallySlots.Open(second, Counterseal.Ledger.Tests.TallyToy.Work(second, ""), signer, null, TimeProvider.System);
            for (var n = 0; n < int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture); n++)
            {
                // What an earlier run had sent is known to its writer, who sends the same again.
                var note = Path.Combine(args[1], $"sent-{n}");
                var index = File.Exists(note) ? long.Parse(File.ReadAllText(note), System.Globalization.CultureInfo.InvariantCulture) : slots.Reserve("desk").Index;
                File.WriteAllText(note, index.ToString(System.Globalization.CultureInfo.InvariantCulture));
                if (slots.Deliver("desk", index, Counterseal.Ledger.Tests.TallyToy.Leaf(1, $"leaf-{n}")) != TallyStanding.Lapsed)
                    Console.WriteLine($"taken {index} leaf-{n}");
                await slots.Slot(clock, CancellationToken.None);
            }
            for (var n = 0; n < 4; n++)
                await slots.Slot(clock, CancellationToken.None);
        }
        Console.WriteLine("done");
        return 0;
    default:
        return 2;
}

static Leaf Leaf(int i) => new(SHA256.HashData([1, .. BitConverter.GetBytes(i)]), SHA256.HashData([2, 0, .. BitConverter.GetBytes(i)]));
