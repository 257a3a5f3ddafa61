using System.CommandLine;
using Counterseal.Custody;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>verify</c> and <c>open</c>: the officer's side. They need no server and no network.</summary>
internal static class PackageCommands
{
    /// <summary><c>counterseal verify</c>.</summary>
    public static Command Verify()
    {
        var package = PackageArgument();
        var trust = TrustOption();
        return Flags.Make("verify", "Checks a package offline against a trust file of public keys got another way.",
            "verify cs-3f2a91c07be4d815 --trust trust.json", [package, trust],
            (parsed, answer, cancel) =>
            {
                var checks = Package.Verify(parsed.GetValue(package)!, ReadTrust(parsed.GetValue(trust)!), cancel);
                var good = checks.Count > 0 && checks.All(c => c.Holds);
                answer.Give(new { good, checks }, console =>
                {
                    Show(console, checks);
                    console.MarkupLine(good ? "[green]yes: the package is what the gate sealed, and the seal is on the ledger[/]" : "[red]no: see the line marked ✗[/]");
                });
                return Task.FromResult(good ? 0 : 1);
            });
    }

    /// <summary><c>counterseal open</c>.</summary>
    public static Command Open()
    {
        var package = PackageArgument();
        var trust = TrustOption();
        var key = new Option<FileInfo>("--key") { Description = "The recipient's key file (age identity)." }.AcceptExistingOnly();
        var archive = new Option<FileInfo>("--archive") { Description = "Instead of a key: the archive that another program has decrypted (OpenPGP: gpg --decrypt --output NAME.tar NAME.pgp)." }.AcceptExistingOnly();
        var noIndex = new Option<bool>("--no-index") { Description = "Do not write the readable index (INTO-index/index.html)." };
        var into = Flags.Text("--into", "The folder to make; it must not exist.");
        return Flags.Make("open", "Verifies a package, decrypts it and checks the bag; shows nothing until the last chunk has verified.",
            "open cs-3f2a91c07be4d815 --trust trust.json --key garda.key --into ./case-17", [package, trust, key, archive, into, noIndex],
            (parsed, answer, cancel) =>
            {
                var folder = Path.GetFullPath(parsed.GetValue(into)!);
                var checks = Open(parsed.GetValue(package)!, ReadTrust(parsed.GetValue(trust)!), parsed.GetValue(key), parsed.GetValue(archive), folder, cancel);
                var index = parsed.GetValue(noIndex) ? null : Package.Index(parsed.GetValue(package)!, folder, checks, cancel);
                answer.Give(new { good = true, folder, index, checks }, console =>
                {
                    Show(console, checks);
                    console.MarkupLineInterpolated($"[green]opened:[/] {folder}");
                    if (index is not null)
                        console.WriteLine($"what is in it: {index}");
                });
                return Task.FromResult(0);
            });
    }

    private static IReadOnlyList<Check> Open(string package, Trust trust, FileInfo? key, FileInfo? archive, string folder, CancellationToken cancel)
    {
        if (key is null == archive is null)
            throw new Refused("give either --key or --archive");
        if (archive is not null)
            return Package.OpenArchive(package, trust, archive.FullName, folder, cancel);
        using var identity = KeyFile.Identity(key!);
        return Package.Open(package, trust, identity, folder, cancel);
    }

    /// <summary>Reads a trust file.</summary>
    public static Trust ReadTrust(FileInfo file) =>
        Trust.Parse(file.Length <= 1 << 20 ? File.ReadAllBytes(file.FullName) : throw new Refused($"{file.Name} is not a trust file"));

    /// <summary>Shows checks, one a line.</summary>
    public static void Show(IAnsiConsole console, IEnumerable<Check> checks)
    {
        foreach (var check in checks)
        {
            if (check.Holds)
                console.MarkupLineInterpolated($"[green]✓[/] {check.What}");
            else
                console.MarkupLineInterpolated($"[red]✗[/] {check.What}{(check.Where is null ? "" : $" [{check.Where}]")}");
        }
    }

    private static Argument<string> PackageArgument() => new("package") { Description = "NAME, or any of its files; the others must be beside it." };

    private static Option<FileInfo> TrustOption() => Flags.File("--trust", "Public keys of the gate and the ledger, got another way than the package (`counterseal keys trust`).");
}
