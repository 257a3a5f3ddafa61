namespace Counterseal.Custody;

/// <summary>The pages for people whom the gate does not know yet.</summary>
internal static class DoorPages
{
    /// <summary>Signing in, and the brake beside it.</summary>
    public static Html SignIn(string signIn, string everything, PasskeyRules rules, string then) => Html.Of($"""
        <p class="lead">Here the people on the roster look at orders, as their bytes have them, and approve or stop them with a passkey. Check the address of this page: your passkey works on <code>{rules.Origin}</code> and nowhere else.</p>
        <noscript><p class="bad">Passkeys need this page's own small script. Without it, use a key file where the roster takes one: <code>counterseal approve</code>.</p></noscript>
        <section><h2>Sign in</h2>
        <p>To look, and nothing else: each approval is a signature of its own.</p>
        {PageFrame.Ask(signIn, "Sign in with your passkey", rules, [], then)}
        </section>
        <section><h2>Stop everything</h2>
        <p>Anybody on the roster, at once, without signing in first.</p>
        {PageFrame.Ask(everything, "Stop everything", rules, [], then, stops: true)}
        </section>
        <p><a href="/enrol">You were invited to the roster? Register your passkey.</a></p>
        """);

    /// <summary>Registering a passkey with the code of an invitation.</summary>
    public static Html Enrol() => Html.Of($"""
        <p class="lead">Whoever runs the gate has given you a code, in person or over the telephone. Register a passkey with it; then sign the roster with that passkey.</p>
        <section>
        <form data-way="enrol"><label for="code">Code of your invitation</label>
        <input id="code" name="code" autocomplete="off" spellcheck="false" required maxlength="40" placeholder="XXXX-XXXX-XXXX-XXXX">
        <button>Register a passkey</button>
        <p class="said" role="status"></p></form>
        <p class="soft">A second passkey, kept in another place, saves you when you lose the first: register it with the same code. A passkey of yours is for you alone; people are counted, not passkeys.</p>
        </section>
        """);

    /// <summary>What to say when there is nothing to show.</summary>
    public static Html Said(string text) => Html.Of($"<section><p>{text}</p></section>");
}
