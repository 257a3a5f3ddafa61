using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Counterseal.Ledger;

/// <summary>
/// What the ledger process does to have its checkpoints cosigned: it asks its witnesses after the log has grown, and each minute even when it has not, so that there is always a fresh time to be had.
/// Appends never wait for it. The newest checkpoint with enough cosignatures is kept as <c>log/cosigned</c>.
/// </summary>
public sealed partial class Cosigning : IAsyncDisposable
{
    /// <summary>How long a witness may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(10);

    private readonly Log log;
    private readonly WitnessPolicy policy;
    private readonly IReadOnlyList<Asked> witnesses;
    private readonly TlsKey? own;
    private readonly string path;
    private readonly TimeSpan pause;
    private readonly TimeSpan refresh;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource ending = new();
    private readonly Task asking;
    private volatile SignedNote? newest;
    private volatile byte[]? cosigned;

    private Cosigning(LedgerHome home, Log log, LedgerWitnesses settings, TimeProvider time, ILogger logger, TimeSpan pause, TimeSpan refresh)
    {
        (this.log, this.time, this.logger, this.pause, this.refresh) = (log, time, logger, pause, refresh);
        path = home.Cosigned;
        policy = settings.Policy;
        own = File.Exists(Path.Combine(home.Folder, TlsKey.FileName)) ? TlsKey.Open(Path.Combine(home.Folder, TlsKey.FileName)) : null;
        witnesses = [.. policy.Keys.Zip(settings.Witnesses, (key, witness) => new Asked(key, Client(witness.Address, own, time)))];
        Recall();
        asking = Task.Run(Ask);
    }

    /// <summary>The newest checkpoint that as many witnesses as are needed have cosigned, with their lines; durable. <c>null</c> while there is none.</summary>
    public byte[]? Cosigned => cosigned;

    /// <summary>Begins to ask the witnesses of a ledger's folder; <c>null</c> where it has none.</summary>
    /// <param name="home">The ledger's folder.</param>
    /// <param name="log">Its open log.</param>
    /// <param name="time">For pauses; the times in cosignatures are the witnesses' own.</param>
    /// <param name="logger">Says who is away, and, loudly, who has seen another tree.</param>
    /// <param name="pause">Between two rounds, at least; by default a second.</param>
    /// <param name="refresh">After which a log that has not grown is cosigned again; by default a minute.</param>
    /// <exception cref="LedgerException">The settings cannot be used.</exception>
    public static Cosigning? Start(LedgerHome home, Log log, TimeProvider time, ILogger logger, TimeSpan? pause = null, TimeSpan? refresh = null)
    {
        ArgumentNullException.ThrowIfNull(home);
        return LedgerWitnesses.Read(home.Folder) is { } settings ? new Cosigning(home, log, settings, time, logger, pause ?? TimeSpan.FromSeconds(1), refresh ?? TimeSpan.FromMinutes(1)) : null;
    }

    /// <summary>The log's latest checkpoint, with the cosignatures that there are of it.</summary>
    public byte[] Checkpoint() => newest is { } note && note.Text == log.Latest.Text() ? note.Bytes() : log.SignedCheckpoint;

    /// <summary>A leaf's proof under the newest cosigned checkpoint; <c>null</c> when that does not cover the leaf yet.</summary>
    /// <exception cref="IOException">The tiles on disk no longer give a proof that verifies.</exception>
    public TlogProof? Prove(long index)
    {
        if (cosigned is not { } note)
            return null;
        var checkpoint = Ledger.Checkpoint.Read(SignedNote.Parse(note).Text);
        return index < checkpoint.Size ? log.Prove(index, checkpoint, note) : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await asking;
        foreach (var witness in witnesses)
            witness.Http.Dispose();
        own?.Dispose();
        ending.Dispose();
    }

    /// <summary>What was cosigned before the process ended. It is only ever a help: whatever is wrong with it, the witnesses are asked again.</summary>
    private void Recall()
    {
        try
        {
            if (!File.Exists(path))
                return;
            var note = SignedNote.Parse(File.ReadAllBytes(path));
            var checkpoint = Ledger.Checkpoint.Read(note.Text);
            if (checkpoint.Origin != log.Key.Name || checkpoint.Size > log.Latest.Size || policy.Fault(note) is not null)
                return;
            // After a change of key the log's own signature is another; what witnesses cosigned is the text.
            if (checkpoint == log.Latest)
                note = note with { Signatures = [.. SignedNote.Parse(log.SignedCheckpoint).Signatures, .. note.Signatures.Where(IsWitness)] };
            else if (note.VerifiedBy(log.Key).Count == 0)
                return;
            (newest, cosigned) = (note, note.Bytes());
            foreach (var witness in witnesses.Where(witness => witness.Key.Saw(note) is not null))
                witness.Size = checkpoint.Size;
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            Unusable(logger, path, e.Message);
        }
    }

    private bool IsWitness(NoteSignature line) => witnesses.Any(witness => witness.Key.Name == line.Name && witness.Key.KeyId == line.KeyId);

    private async Task Ask()
    {
        long? asked = null;
        var at = time.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.Delay(pause, time, ending.Token);
                if (asked == log.Latest.Size && time.GetElapsedTime(at) < refresh && !witnesses.Any(witness => witness.IsDueAgain(time)))
                    continue;
                (asked, at) = (log.Latest.Size, time.GetTimestamp());
                await Round();
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private async Task Round()
    {
        var signed = log.SignedCheckpoint;
        var note = SignedNote.Parse(signed);
        var target = Ledger.Checkpoint.Read(note.Text);
        var answers = await Task.WhenAll(witnesses.Where(witness => witness.IsReady(time)).Select(witness => Ask(witness, target, note, signed)));
        // Of those who did not answer this time, what they said of the same checkpoint still stands.
        var lines = answers.OfType<NoteSignature>().ToList();
        if (newest is { } before && before.Text == note.Text)
            lines.AddRange(before.Signatures.Where(line => IsWitness(line) && lines.All(other => other.Name != line.Name || other.KeyId != line.KeyId)));
        if (lines.Count == 0)
            return;
        note = note with { Signatures = [.. note.Signatures, .. lines.OrderBy(line => line.Name, StringComparer.Ordinal)] };
        if (policy.Fault(note) is null)
        {
            try
            {
                Durable.Replace(path, note.Bytes(), "ledger.cosigned");
                cosigned = note.Bytes();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Unusable(logger, path, e.Message);
            }
        }
        newest = note;
    }

    private async Task<NoteSignature?> Ask(Asked witness, Checkpoint target, SignedNote note, byte[] signed)
    {
        try
        {
            // The second time with the size that the witness has said; the third, when another request of ours came between.
            for (var i = 0; i < 3; i++)
            {
                if (witness.Size > target.Size)
                {
                    OtherTree(logger, witness.Key.Name, $"it has cosigned size {witness.Size}, and the log has {target.Size}: the log was set back");
                    witness.Failed(time);
                    return null;
                }
                var (status, answer) = await Post(witness, target, signed);
                if (status == HttpStatusCode.Conflict && Ledger.Checkpoint.Decimal(answer.TrimEnd('\n')) is { } size)
                {
                    witness.Size = size;
                    continue;
                }
                if (status == HttpStatusCode.OK)
                {
                    var line = Line(witness.Key, note, answer);
                    (witness.Size, witness.Rest) = (target.Size, TimeSpan.Zero);
                    return line;
                }
                if (status == HttpStatusCode.UnprocessableEntity)
                    OtherTree(logger, witness.Key.Name, answer.Trim());
                else
                    Away(logger, witness.Key.Name, $"{(int)status}: {answer.Trim()}");
                witness.Failed(time);
                return null;
            }
            Away(logger, witness.Key.Name, "it says another size each time");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or FormatException || (e is OperationCanceledException && !ending.IsCancellationRequested))
        {
            Away(logger, witness.Key.Name, e is OperationCanceledException ? "it did not answer in time" : e.Message);
        }
        witness.Failed(time);
        return null;
    }

    private async Task<(HttpStatusCode Status, string Answer)> Post(Asked witness, Checkpoint target, byte[] signed)
    {
        var body = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"old {witness.Size}\n"));
        if (witness.Size > 0 && witness.Size < target.Size)
            foreach (var hash in log.Consistency(witness.Size, target.Size))
                body.Append(Convert.ToBase64String(hash)).Append('\n');
        body.Append('\n').Append(Encoding.UTF8.GetString(signed));
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToString()));
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        using var response = await witness.Http.PostAsync(new Uri("add-checkpoint", UriKind.Relative), content, ending.Token);
        var answer = await response.Content.ReadAsStringAsync(ending.Token);
        return (response.StatusCode, response.StatusCode == HttpStatusCode.OK || answer.Length < 300 ? answer : answer[..300]);
    }

    /// <summary>The witness's own line of an answer, verified; other lines are nobody's that is known here.</summary>
    private static NoteSignature Line(WitnessKey key, SignedNote note, string answer)
    {
        var given = SignedNote.Parse([.. Encoding.UTF8.GetBytes(note.Text + "\n" + answer)]);
        var own = given with { Signatures = [.. given.Signatures.Where(line => line.Name == key.Name && line.KeyId == key.KeyId).Take(1)] };
        _ = key.Saw(own) ?? throw new FormatException($"its answer has no cosignature by {key}");
        return own.Signatures[0];
    }

    private static HttpClient Client(string address, TlsKey? own, TimeProvider time)
    {
        var http = PartAddress.ParsePublic(address).Client(own, time);
        http.Timeout = Patience;
        http.MaxResponseContentBufferSize = 64 << 10;
        return http;
    }

    /// <summary>One witness and how it stands.</summary>
    private sealed class Asked(WitnessKey key, HttpClient http)
    {
        private long restsSince;
        public WitnessKey Key => key;
        public HttpClient Http => http;
        /// <summary>The size that it cosigned last, as far as is known here.</summary>
        public long Size { get; set; }
        /// <summary>How long it is left alone after a failure; doubled each time.</summary>
        public TimeSpan Rest { get; set; }

        public bool IsReady(TimeProvider time) => Rest == TimeSpan.Zero || time.GetElapsedTime(restsSince) >= Rest;

        public bool IsDueAgain(TimeProvider time) => Rest > TimeSpan.Zero && IsReady(time);

        public void Failed(TimeProvider time)
        {
            restsSince = time.GetTimestamp();
            var next = Rest == TimeSpan.Zero ? TimeSpan.FromSeconds(2) : Rest * 2;
            Rest = next < LongestRest ? next : LongestRest;
        }
    }

    [LoggerMessage(30, LogLevel.Warning, "the witness {Witness} has not cosigned: {Why}")]
    private static partial void Away(ILogger logger, string witness, string why);

    [LoggerMessage(31, LogLevel.Critical, "the witness {Witness} has seen another tree under this log's key: {Why}")]
    private static partial void OtherTree(ILogger logger, string witness, string why);

    [LoggerMessage(32, LogLevel.Warning, "{Path}: {Why}")]
    private static partial void Unusable(ILogger logger, string path, string why);
}
