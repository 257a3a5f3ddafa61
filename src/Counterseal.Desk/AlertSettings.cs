namespace Counterseal.Desk;

/// <summary>Whom the desk wakes when an emergency comes or a clock runs out: <c>alerts</c> in <c>desk.json</c>.</summary>
public sealed record AlertSettings
{
    /// <summary>The provider's own mail server; <c>null</c>: no mail.</summary>
    public AlertMail? Mail { get; init; }
    /// <summary>A system of the provider's own that is told each alert; <c>null</c>: none.</summary>
    public AlertWebhook? Webhook { get; init; }
    /// <summary>Who is told, one after another while nobody has opened the demand.</summary>
    public required IReadOnlyList<AlertStep> Steps { get; init; }

    /// <summary>What is wrong, one sentence each.</summary>
    internal IEnumerable<string> Check()
    {
        if (Mail is null && Webhook is null)
            yield return "alerts: neither mail nor webhook says how anybody is told";
        if (Mail is { } mail && (mail.Host.Length == 0 || mail.Port is < 1 or > 65535 || !IsAddress(mail.From)))
            yield return "alerts.mail: host, port (1 to 65535) and from, a mail address";
        if (Mail is { User: not null, Tls: false })
            yield return "alerts.mail: a login without TLS gives the password to whoever listens";
        if (Webhook is { } hook && (!Uri.TryCreate(hook.Url, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && !(url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)) || hook.Secret.Length < 32))
            yield return "alerts.webhook: url, an https address (http on this machine only), and secret, of at least 32 characters";
        if (Steps.Count is 0 or > 10 || Steps.Any(step => step.AfterMinutes is < 0 or > 1440 || step.To.Count is 0 or > 50 || !step.To.All(IsAddress)))
            yield return "alerts.steps: one to ten, each with afterMinutes (0 to 1440) and to, one to fifty mail addresses";
        else if (!Steps.Select(step => step.AfterMinutes).SequenceEqual(Steps.Select(step => step.AfterMinutes).Order().Distinct()))
            yield return "alerts.steps: each comes later than the one before";
    }

    private static bool IsAddress(string text) => text.Length is > 2 and < 255 && text.Count(c => c == '@') == 1 && text[0] != '@' && text[^1] != '@' && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or ',');
}

/// <summary>The mail server for alerts.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Port">Its port.</param>
/// <param name="From">The sender's address.</param>
public sealed record AlertMail(string Host, int Port, string From)
{
    /// <summary>Whether the server must speak TLS (STARTTLS).</summary>
    public bool Tls { get; init; } = true;
    /// <summary>Its account for us, or <c>null</c>.</summary>
    public string? User { get; init; }
    /// <summary>With its password.</summary>
    public string? Password { get; init; }

    /// <summary>Nothing secret is printed.</summary>
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>A system that is told each alert.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Secret">What its signature is made with (HMAC-SHA256), at least 32 characters.</param>
public sealed record AlertWebhook(string Url, string Secret)
{
    /// <summary>Nothing secret is printed.</summary>
    public override string ToString() => Url;
}

/// <summary>One step of an escalation.</summary>
/// <param name="AfterMinutes">So long after the alert, if nobody has opened the demand by then; 0 for at once.</param>
/// <param name="To">Mail addresses.</param>
public sealed record AlertStep(int AfterMinutes, IReadOnlyList<string> To);
