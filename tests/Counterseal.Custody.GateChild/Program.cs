using System.Globalization;
using Counterseal.Custody;
using Microsoft.Extensions.Logging;

// The gate that the kill tests kill: a process of its own on a test's folder, by a clock that begins when the test says.
//   HOME SOCKET INSTANT
using var ended = new CancellationTokenSource();
await GateHost.Run(args[0], args[1], new Clock(DateTimeOffset.Parse(args[2], CultureInfo.InvariantCulture)), ended.Token, () => Console.WriteLine("ready"), logging => logging.SetMinimumLevel(LogLevel.None));

internal sealed class Clock(DateTimeOffset start) : TimeProvider
{
    private readonly long began = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => start + System.GetElapsedTime(began);
}
