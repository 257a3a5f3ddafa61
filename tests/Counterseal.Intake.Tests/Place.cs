namespace Counterseal.Intake.Tests;

/// <summary>Where the tests find files: the project's own, and the shared ones that a fresh clone does not have.</summary>
internal static class Place
{
    public static string Root { get; } = FindRoot();

    public static string Sample(string name) => Path.Combine(Root, "samples", name);

    public static byte[] SampleBytes(string name) => File.ReadAllBytes(Sample(name));

    public static string Schemas => Shared("schema");

    public static byte[] Example(string name) => File.ReadAllBytes(Path.Combine(Shared("examples"), name));

    public static string[] Examples => Directory.GetFiles(Shared("examples"), "*.xml");

    private static string Shared(string folder)
    {
        var path = Path.Combine(Root, "..", "shared", "etsi-103120", folder);
        if (!Directory.Exists(path)) Assert.Skip("ETSI's examples and schemas are not shipped with the project; ../shared/etsi-103120 is absent.");
        return path;
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "counterseal.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("counterseal.slnx was not found above the tests.");
        return folder;
    }
}
