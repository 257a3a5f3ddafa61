using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>customers token</c>: what a product does when it has signed somebody in, for a trial in which there is no product.</summary>
internal static class CustomerCommands
{
    private const string Issuer = "product.trial.example";

    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("customers", "The customers' pages.");
        command.Subcommands.Add(Token());
        return command;
    }

    /// <summary>Gives a trial home a key of a product that is not there, so that its customers' pages can be tried. A home that names a product keeps it.</summary>
    public static void Add(Home home)
    {
        if (DeskHome.Open(home.Desk) is not { Trial: true, Customers: null })
            return;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Durable.CreateFolder(Path.GetDirectoryName(home.ProductKey)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Durable.Replace(home.ProductKey, Encoding.UTF8.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"), "home.product", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        DeskHome.Change(home.Desk, options => options with { Customers = new() { Issuer = Issuer, Key = key.ExportSubjectPublicKeyInfoPem() } });
    }

    private static Command Token()
    {
        var home = Flags.Home();
        var account = new Argument<string>("account") { Description = "The account that the product has signed in." };
        var names = new Option<string[]>("--name") { Description = "A name that it holds; of an organisation's administrator also its mail domain, as @example.org. Default: the account.", AllowMultipleArgumentsPerToken = true };
        var since = new Option<string>("--since") { Description = "Since which day it holds them.", DefaultValueFactory = _ => "2000-01-01" };
        var administers = new Option<string?>("--administers") { Description = "The organisation that it administers, by the id of the bell's directory." };
        var port = new Option<int>("--port") { Description = "The port of the customers' pages.", DefaultValueFactory = _ => 8473 };
        return Flags.Make("token", "Trial: makes the token with which a product sends a customer to its notices. Good for two minutes, once.", "customers token ada@example.test --home ./counterseal-home", [account, names, since, administers, port, home],
            (parsed, answer, _) =>
            {
                var place = Home.Of(parsed.GetValue(home));
                if (!File.Exists(place.ProductKey))
                    throw new Refused($"{place.Folder} has no key of a trial's product; `counterseal serve` makes one in a trial. In production the product signs with its own");
                var origin = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{parsed.GetValue(port)}");
                var now = DateTimeOffset.UtcNow;
                var held = parsed.GetValue(names) is { Length: > 0 } several ? several : [parsed.GetValue(account)!];
                var payload = new JsonObject
                {
                    ["iss"] = Issuer,
                    ["aud"] = origin,
                    ["sub"] = parsed.GetValue(account),
                    ["jti"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
                    ["iat"] = now.ToUnixTimeSeconds(),
                    ["exp"] = now.AddMinutes(2).ToUnixTimeSeconds(),
                    ["names"] = new JsonArray([.. held.Select(name => new JsonObject { ["name"] = name, ["since"] = parsed.GetValue(since) })]),
                };
                if (parsed.GetValue(administers) is { } organisation)
                    payload["administers"] = organisation;
                using var key = ECDsa.Create();
                key.ImportFromPem(File.ReadAllText(place.ProductKey));
                var signed = $"{Part("""{"alg":"ES256","typ":"JWT"}""")}.{Part(payload.ToJsonString())}";
                var token = $"{signed}.{Part(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))}";
                answer.Give(new { token, enter = origin + "/enter" }, console =>
                {
                    console.Profile.Width = token.Length + 2;
                    console.WriteLine(token);
                });
                return Task.FromResult(0);
            });
    }

    private static string Part(string text) => Part(Encoding.UTF8.GetBytes(text));

    private static string Part(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
