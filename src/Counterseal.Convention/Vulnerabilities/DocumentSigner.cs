using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Counterseal.Watch;

namespace Counterseal.Convention.Vulnerabilities;

/// <summary>Signs what is published. A boundary: the key is held by another program.</summary>
public interface IDocumentSigner
{
    /// <summary>The key's fingerprint, upper-case hex.</summary>
    string Fingerprint { get; }

    /// <summary>The public key, ASCII armoured.</summary>
    string PublicKey { get; }

    /// <summary>A detached signature over bytes, ASCII armoured (RFC 9580, 6.2).</summary>
    /// <exception cref="RecordException">It cannot be made now.</exception>
    Task<string> Detached(byte[] bytes, CancellationToken cancel);

    /// <summary>A text within the cleartext signature framework (RFC 9580, 7).</summary>
    /// <exception cref="RecordException">It cannot be made now.</exception>
    Task<string> Clear(string text, CancellationToken cancel);
}

/// <summary>OpenPGP by GnuPG, which holds the key in a folder of its own.</summary>
public sealed class GnuPg : IDocumentSigner
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string home;

    private GnuPg(string home, string fingerprint, string publicKey) => (this.home, Fingerprint, PublicKey) = (home, fingerprint, publicKey);

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public string PublicKey { get; }

    /// <summary>A signer with a key that is there.</summary>
    /// <param name="home">GnuPG's folder, mode 0700.</param>
    /// <param name="key">The key's fingerprint, or a name that means one key.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="RecordException">GnuPG is not here, or it has no such secret key.</exception>
    public static async Task<GnuPg> Open(string home, string key, CancellationToken cancel)
    {
        var listed = Encoding.UTF8.GetString(await Run(home, [], cancel, "--with-colons", "--list-secret-keys", "--", key));
        var fingerprints = listed.Split('\n').Select(line => line.Split(':')).Aggregate(
            (Found: new List<string>(), After: false),
            (at, fields) => fields[0] == "sec" ? (at.Found, true) : at.After && fields is ["fpr", _, _, _, _, _, _, _, _, var print, ..] ? ([.. at.Found, print], false) : at).Found;
        if (fingerprints is not [var fingerprint])
            throw new RecordException($"\"{key}\" means {fingerprints.Count} secret keys in {home}; give the fingerprint of one");
        return new(home, fingerprint, Encoding.UTF8.GetString(await Run(home, [], cancel, "--armor", "--export", fingerprint)));
    }

    /// <summary>Makes a key without a passphrase, for a trial.</summary>
    /// <exception cref="RecordException">GnuPG is not here, or refuses.</exception>
    public static async Task<GnuPg> Make(string home, string name, CancellationToken cancel)
    {
        Ledger.Durable.CreateFolder(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await Run(home, [], cancel, "--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", "never");
        return await Open(home, name, cancel);
    }

    /// <inheritdoc/>
    public async Task<string> Detached(byte[] bytes, CancellationToken cancel) =>
        Encoding.UTF8.GetString(await Run(home, bytes, cancel, "--local-user", Fingerprint, "--armor", "--digest-algo", "SHA512", "--detach-sign"));

    /// <inheritdoc/>
    public async Task<string> Clear(string text, CancellationToken cancel) =>
        Encoding.UTF8.GetString(await Run(home, Encoding.UTF8.GetBytes(text), cancel, "--local-user", Fingerprint, "--digest-algo", "SHA512", "--clear-sign"));

    /// <summary>Ends the agent that GnuPG keeps for a folder; for a folder that is about to be deleted.</summary>
    public static void Release(string home)
    {
        try
        {
            using var kill = Process.Start(new ProcessStartInfo("gpgconf", ["--homedir", home, "--kill", "all"]) { RedirectStandardError = true, RedirectStandardOutput = true });
            kill?.WaitForExit(10_000);
        }
        catch (Win32Exception)
        {
            // Without gpgconf there is no agent either.
        }
    }

    private static async Task<byte[]> Run(string home, byte[] input, CancellationToken cancel, params string[] arguments)
    {
        var start = new ProcessStartInfo("gpg", ["--homedir", home, "--batch", "--no-tty", "--quiet", "--pinentry-mode", "loopback", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start) ?? throw new RecordException("gpg did not start");
        }
        catch (Win32Exception)
        {
            throw new RecordException("gpg is not on this machine; install GnuPG, or take \"signing\" out of the register's settings");
        }
        using (process)
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel))
        {
            patience.CancelAfter(Patience);
            try
            {
                using var output = new MemoryStream();
                var read = process.StandardOutput.BaseStream.CopyToAsync(output, patience.Token);
                var said = process.StandardError.ReadToEndAsync(patience.Token);
                await process.StandardInput.BaseStream.WriteAsync(input, patience.Token);
                process.StandardInput.Close();
                await Task.WhenAll(read, said, process.WaitForExitAsync(patience.Token));
                return process.ExitCode == 0 ? output.ToArray() : throw new RecordException($"gpg refuses: {(await said).Trim().ReplaceLineEndings(" ")}");
            }
            catch (Exception away) when (away is IOException or OperationCanceledException)
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
                cancel.ThrowIfCancellationRequested();
                throw new RecordException($"gpg did not answer within {Patience.TotalSeconds:0} s; is its key locked by a passphrase?", away);
            }
        }
    }
}
