using System.Diagnostics;
using System.Globalization;
using Counterseal.Desk;
using Counterseal.Reports;
using Counterseal.Reports.Tests;

// fill DATABASE DEMANDS | report DATABASE | read DATABASE   (report.sh runs them one after another, each a process of its own)
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
DateTimeOffset start = new(2021, 7, 1, 0, 0, 0, TimeSpan.Zero), end = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);
var watch = Stopwatch.StartNew();
switch (args)
{
    case ["fill", var database, var demands]:
        await new SyntheticLives(1, start, end).Fill(database, int.Parse(demands), end, made => Console.Error.Write($"\r{made} demands, {made / watch.Elapsed.TotalSeconds:0} a second, {(int.Parse(demands) - made) / (made / watch.Elapsed.TotalSeconds):0} s left "));
        Console.Error.WriteLine();
        return 0;
    case ["report", var database]:
        {
            var read = ReportMaking.Demands(database, end);
            var (reading, cpu) = (watch.Elapsed, Environment.CpuUsage.TotalTime);
            var ground = new ReportGround("Example Mail", true, ReportForms.Default);
            var reports = ReportMaking.All(read, ground, end);
            Print("ten half-years, all tables", $"{read.Count} demands, {reports.Sum(one => one.Totals.Answered)} answered, {reports.Sum(one => one.Bytes().Length)} bytes of report; reading {reading.TotalSeconds:0.00} s wall, {cpu.TotalSeconds:0.00} s cpu");
            return 0;
        }
    case ["read", var database]:
        {
            var (events, bytes) = (0L, 0L);
            foreach (var life in EventArchive.Lives(database, ["received", "established", "assessed", "decided", "counted", "released", "told", "withdrawn"]))
            {
                events += life.Count;
                bytes += life.Sum(one => (long)one.Canonical.Length);
            }
            Print("the floor: the same events read and let go", $"{events} events, {bytes} bytes");
            return 0;
        }
    default:
        Console.Error.WriteLine("fill DATABASE DEMANDS | report DATABASE | read DATABASE");
        return 2;
}

void Print(string what, string how)
{
    using var self = Process.GetCurrentProcess();
    Console.WriteLine($"{what,-44} {watch.Elapsed.TotalSeconds,6:0.00} s wall {self.TotalProcessorTime.TotalSeconds,6:0.00} s cpu {self.PeakWorkingSet64 >> 20,5} MiB   {how}");
}
