using System.Globalization;
using Counterseal.Bench.Desk;

// fill DATABASE DEMANDS OPEN | serve DATABASE WARM SECONDS | load ADDRESS CODE SAMPLE PEOPLE WARM SECONDS   (desk.sh runs them one after another, each a process of its own)
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["fill", var database, var demands, var open]:
        await new ManyDemands(1, int.Parse(demands), int.Parse(open)).Fill(database);
        return 0;
    case ["serve", var database, var warm, var seconds]:
        return await Served.Run(database, TimeSpan.FromSeconds(int.Parse(warm)), TimeSpan.FromSeconds(int.Parse(seconds)));
    case ["load", var address, var code, var sample, var people, var warm, var seconds]:
        return await People.Work(new Uri(address), code, sample, int.Parse(people), TimeSpan.FromSeconds(int.Parse(warm)), TimeSpan.FromSeconds(int.Parse(seconds)));
    default:
        Console.Error.WriteLine("fill DATABASE DEMANDS OPEN | serve DATABASE WARM SECONDS | load ADDRESS CODE SAMPLE PEOPLE WARM SECONDS");
        return 2;
}
