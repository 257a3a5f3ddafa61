namespace Counterseal.Web.Tests;

/// <summary>Where the project is.</summary>
internal static class Place
{
    public static string Root
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "counterseal.slnx")))
                folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not inside the project");
            return folder;
        }
    }
}
