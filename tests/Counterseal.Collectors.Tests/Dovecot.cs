using System.Diagnostics;
using System.Globalization;
using System.Text;
using Counterseal.Custody.Tests;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;
using MimeKit;

namespace Counterseal.Collectors.Tests;

/// <summary>A real Dovecot with a configuration, a port and mailboxes of its own, gone after the test. One master user, <c>gate</c>, may open every mailbox.</summary>
internal sealed class Dovecot : IAsyncDisposable
{
    private const string Program = "/usr/sbin/dovecot";
    private readonly Scratch scratch = new();
    private Process? process;

    public int Port { get; } = ObjectTests.FreePort();
    public int TlsPort { get; } = ObjectTests.FreePort();
    public string Certificate { get; private set; } = "";

    /// <summary>What clients and server said to each other, as Dovecot writes it down.</summary>
    public string Rawlogs => scratch["raw"];

    public static async Task<Dovecot> Start()
    {
        Assert.SkipUnless(File.Exists(Program), "no Dovecot here: install dovecot-imapd");
        var dovecot = new Dovecot();
        await dovecot.Run();
        return dovecot;
    }

    private async Task Run()
    {
        var user = Environment.UserName;
        foreach (var folder in (string[])["base", "state", "raw"])
            Directory.CreateDirectory(scratch[folder]);
        var key = Judge.Ask("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=localhost", "-keyout", scratch["key.pem"], "-out", scratch["cert.pem"]]);
        Assert.SkipWhen(key is null or { Exit: not 0 }, "no openssl here: install openssl");
        using (var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificateFromFile(scratch["cert.pem"]))
            Certificate = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(certificate.RawData));
        File.WriteAllText(scratch["masters"], "gate:{PLAIN}master-secret\n");
        File.WriteAllText(scratch["users"], string.Concat(new[] { "acc-1", "acc-10", "bulk" }.Select(name => $"{name}:{{PLAIN}}own-secret::::{scratch[name]}\n")));
        foreach (var name in new[] { "acc-1", "acc-10", "bulk" })
            Directory.CreateDirectory(scratch[name]);
        if (user == "root")
        {
            // Dovecot refuses to work in a mailbox as root.
            foreach (var folder in (string[])["acc-1", "acc-10", "bulk", "raw"])
                Assert.Equal(0, Judge.Ask("chown", ["-R", "mail:mail", scratch[folder]])!.Value.Exit);
            Assert.Equal(0, Judge.Ask("chmod", ["755", scratch.Folder])!.Value.Exit);
        }
        var (mailUser, mailGroup) = user == "root" ? ("mail", "mail") : (user, "");
        File.WriteAllText(scratch["dovecot.conf"], $$"""
            base_dir = {{scratch["base"]}}
            state_dir = {{scratch["state"]}}
            log_path = {{scratch["log"]}}
            protocols = imap
            listen = 127.0.0.1
            ssl = yes
            ssl_cert = <{{scratch["cert.pem"]}}
            ssl_key = <{{scratch["key.pem"]}}
            disable_plaintext_auth = no
            auth_mechanisms = plain
            auth_master_user_separator = *
            first_valid_uid = 1
            mail_location = maildir:~/Maildir
            mail_max_userip_connections = 100
            {{(user == "root" ? "" : $"default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {user}")}}
            passdb {
              driver = passwd-file
              master = yes
              args = {{scratch["masters"]}}
            }
            passdb {
              driver = passwd-file
              args = {{scratch["users"]}}
            }
            userdb {
              driver = passwd-file
              args = {{scratch["users"]}}
              override_fields = uid={{mailUser}}{{(mailGroup.Length > 0 ? $" gid={mailGroup}" : "")}}
            }
            service imap-login {
              chroot =
              inet_listener imap {
                port = {{Port}}
              }
              inet_listener imaps {
                port = {{TlsPort}}
              }
            }
            service anvil {
              chroot =
            }
            service stats {
              chroot =
            }
            protocol imap {
              rawlog_dir = {{scratch["raw"]}}
            }
            """);
        process = Process.Start(new ProcessStartInfo(Program, ["-F", "-c", scratch["dovecot.conf"]]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        await ObjectTests.Listening(Port);
    }

    /// <summary>Puts a message into a mailbox as its owner, unseen unless told otherwise, with the date at which the server is to have taken it.</summary>
    public void Append(string account, string folder, string message, DateTimeOffset at, MessageFlags flags = MessageFlags.None)
    {
        using var client = Owner(account);
        var target = folder == "INBOX" ? client.Inbox : Folder(client, folder);
        using var parsed = MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(message.Replace("\n", "\r\n", StringComparison.Ordinal))));
        target.Append(parsed, flags, at);
    }

    /// <summary>Every folder's messages with their flags and dates, as their owner sees them.</summary>
    public string State(string account)
    {
        using var client = Owner(account);
        var all = new StringBuilder();
        foreach (var folder in client.GetFolders(client.PersonalNamespaces[0]).OrderBy(folder => folder.FullName, StringComparer.Ordinal))
        {
            folder.Open(FolderAccess.ReadOnly);
            foreach (var message in folder.Fetch(0, -1, MessageSummaryItems.UniqueId | MessageSummaryItems.Flags | MessageSummaryItems.InternalDate))
                all.Append(CultureInfo.InvariantCulture, $"{folder.FullName} {message.UniqueId} {message.Flags & ~MessageFlags.Recent} {message.InternalDate:O}\n");
        }
        return all.ToString();
    }

    private ImapClient Owner(string account)
    {
        var client = new ImapClient();
        client.Connect("127.0.0.1", Port, SecureSocketOptions.None);
        client.Authenticate(account, "own-secret");
        return client;
    }

    private static IMailFolder Folder(ImapClient client, string name)
    {
        try
        {
            return client.GetFolder(name);
        }
        catch (FolderNotFoundException)
        {
            return client.GetFolder(client.PersonalNamespaces[0]).Create(name, isMessageFolder: true)!;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            // The master ends its children when it is asked to.
            Judge.Ask("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync();
            process.Dispose();
        }
        scratch.Dispose();
    }
}
