namespace Counterseal.Desk;

/// <content>What the desk makes public about itself.</content>
public sealed partial class Desk
{
    /// <summary>
    /// Puts on the ledger that something is made public, before it is. What was published stays: the same name with other bytes is refused, and a correction has a name of
    /// its own and stands beside. The same name with the same bytes gives the event that is there already.
    /// </summary>
    /// <param name="what">Its name, e.g. <c>report/2026-H1</c>; at most 200 characters.</param>
    /// <param name="digest">SHA-256 of its bytes, lower-case hex.</param>
    /// <param name="beside">What it corrects, by its name.</param>
    /// <param name="reason">Why the correction is needed.</param>
    /// <param name="by">The person who publishes.</param>
    /// <param name="cancel">Until the event is committed; what is committed is finished.</param>
    /// <exception cref="DeskException"><c>malformed</c>; <c>published</c>: other bytes stand under this name; <c>unknown</c>: nothing was published that it could stand beside.</exception>
    /// <exception cref="KeptException">Committed, but the ledger does not answer.</exception>
    public async Task<ProvenEvent> Publish(string what, string digest, string? beside, string? reason, string by, CancellationToken cancel)
    {
        Word(what, "what is published", 200);
        Word(by, "who publishes", 200);
        if (digest is not { Length: 64 } || !digest.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f'))
            throw new DeskException("malformed", "a digest is 64 hexadecimal digits in lower case", "give the SHA-256 of the bytes that are published");
        var before = (await store.Load(DeskEvent.Own, cancel)).Where(logged => logged.Event.Type == "published").Select(logged => (Logged: logged, Said: (Published)logged.Event.Body)).ToList();
        if (before.Find(one => one.Said.What == what) is { Logged: not null } same)
        {
            return same.Said.Digest == digest ? store.Proven(same.Logged)
                : throw new DeskException("published", $"{what} was published with other bytes ({same.Said.Digest[..12]}…) and stays as it was", "publish a correction beside it");
        }
        if (beside is not null)
        {
            Word(reason, "why it is corrected", MostText);
            if (!before.Exists(one => one.Said.What == beside))
                throw new DeskException("unknown", $"{beside} was never published, so nothing can stand beside it", "look up the name on the page of reports");
        }
        return store.Proven(await store.AppendOwn(by, new Published(what, digest, beside, beside is null ? null : reason), cancel));
    }
}
