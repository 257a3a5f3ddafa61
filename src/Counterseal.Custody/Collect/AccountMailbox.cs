namespace Counterseal.Custody;

/// <summary>Finds an account's mailbox below the mail folder and nowhere else. What is wrong is said by the line of the accounts file: a mailbox's name is often its owner's, and the gate's log has no names.</summary>
internal static class AccountMailbox
{
    /// <summary>Opens the mailbox; <c>null</c> for an account that has none because mail is not among its services.</summary>
    /// <exception cref="SourceException">It is missing, leaves the mail folder, goes over a link, or is neither mbox nor Maildir.</exception>
    public static MessageReader? Open(string mail, Account account, string where, string? from = null)
    {
        if (account.Mailbox is not { } name)
            return account.Services.Contains("mail") || account.Services.Count == 0
                ? throw new SourceException($"{where}: the account is in scope for its mail, but the line names no mailbox. Add it, or list services without \"mail\".")
                : null;

        var parts = name.Split('/');
        if (Path.IsPathRooted(name) || name.Contains('\\', StringComparison.Ordinal) || Array.Exists(parts, p => p is "" or "." or ".."))
            throw new SourceException($"{where}, field \"mailbox\": it is not a plain path below the mail folder (no absolute path, no \"..\", no \"\\\").");
        var path = mail;
        foreach (var part in parts)
        {
            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not null)
                throw new SourceException($"{where}, field \"mailbox\": it goes over a link, and links are not followed. Name the place itself.");
        }

        try
        {
            if (Directory.Exists(path))
                return MaildirReader.Is(path)
                    ? new MaildirReader(path, from)
                    : throw new SourceException($"{where}, field \"mailbox\": that folder is no Maildir (it lacks cur, new or tmp).");
            return File.Exists(path)
                ? new MboxReader(path, account.Framing, from: from)
                : throw new SourceException($"{where}, field \"mailbox\": it is not there. Nothing was collected; an account without mail is one without \"mailbox\" and without \"mail\" among its services.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"{where}, field \"mailbox\": it cannot be read ({e.GetType().Name})");
        }
    }
}
