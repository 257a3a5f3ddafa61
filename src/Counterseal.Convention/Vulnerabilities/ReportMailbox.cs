using Counterseal.Ledger;
using Counterseal.Watch;

namespace Counterseal.Convention.Vulnerabilities;

/// <summary>What came of a Maildir.</summary>
/// <param name="Taken">Receipts.</param>
/// <param name="Refused">Files that are no report, each with why; they lie in <c>cur</c>.</param>
public sealed record MailboxResult(IReadOnlyList<ReportReceipt> Taken, IReadOnlyList<(string File, string Why)> Refused);

/// <summary>Takes the mail of a Maildir as reports. What is taken is deleted there once it is sealed, committed and on the ledger; what is no report is put aside.</summary>
public static class ReportMailbox
{
    /// <summary>Takes what is in <c>new</c>.</summary>
    /// <exception cref="RecordException">The ledger does not answer; the mail in hand stays where it is and is taken next time, as the same report.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static async Task<MailboxResult> Take(VulnerabilityRegister register, string maildir, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(register);
        var (taken, refused) = (new List<ReportReceipt>(), new List<(string, string)>());
        var arrived = new DirectoryInfo(Path.Combine(maildir, "new"));
        FileInfo[] files = arrived.Exists ? arrived.GetFiles() : [];
        foreach (var file in files.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            // A link could lead to any file, and this one is deleted afterwards.
            if (file.LinkTarget is not null)
            {
                Aside(file, "it is a link and no file");
                continue;
            }
            if (file.Length > MailReading.MostBytes)
            {
                Aside(file, $"it has {file.Length:N0} bytes; at most {MailReading.MostBytes:N0} are taken");
                continue;
            }
            var mail = await File.ReadAllBytesAsync(file.FullName, cancel);
            try
            {
                if (MailReading.Of(mail).Refused is { } why)
                {
                    Aside(file, why);
                    continue;
                }
                taken.Add(await register.Take(ReportChannel.Mail, ReportSource.Unsaid, mail, null, "intake", cancel));
                Durable.Delete([file.FullName], "vulnerability.mail.taken");
            }
            finally
            {
                System.Security.Cryptography.CryptographicOperations.ZeroMemory(mail);
            }
        }
        return new(taken, refused);

        void Aside(FileInfo file, string why)
        {
            refused.Add((file.Name, why));
            file.MoveTo(Path.Combine(maildir, "cur", file.Name), overwrite: true);
        }
    }
}
