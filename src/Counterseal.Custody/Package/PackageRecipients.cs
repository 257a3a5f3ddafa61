namespace Counterseal.Custody;

/// <summary>How a package is encrypted. The directory states it for each recipient.</summary>
public enum PackageFormat
{
    /// <summary><c>age-x25519</c>: age, X25519 recipients.</summary>
    AgeX25519,
    /// <summary><c>age-hybrid</c>: age 1.3 and later, post-quantum recipients.</summary>
    AgeHybrid,
    /// <summary><c>openpgp-gpg</c>: OpenPGP as GnuPG 2.2 reads it.</summary>
    OpenPgpGpg,
    /// <summary><c>openpgp-9580</c>: OpenPGP as RFC 9580 has it.</summary>
    OpenPgp9580,
}

/// <summary>For whom a package is encrypted and how: one format, and keys that fit it.</summary>
public sealed class PackageRecipients
{
    /// <summary>The most keys that one package is encrypted to.</summary>
    public const int Most = 16;

    /// <summary>The longest text of a key: an OpenPGP certificate of <see cref="OpenPgpCertificate.Limit"/> bytes in base64.</summary>
    internal const int LongestKey = (OpenPgpCertificate.Limit + 2) / 3 * 4;

    private const string Armor = " armor";
    private static readonly (PackageFormat Format, string Word)[] Words =
    [
        (PackageFormat.AgeX25519, "age-x25519"),
        (PackageFormat.AgeHybrid, "age-hybrid"),
        (PackageFormat.OpenPgpGpg, "openpgp-gpg"),
        (PackageFormat.OpenPgp9580, "openpgp-9580"),
    ];

    private PackageRecipients(PackageFormat format, bool armored, IReadOnlyList<AgeRecipient> age, IReadOnlyList<OpenPgpCertificate> openPgp) =>
        (Format, Armored, Age, OpenPgp) = (format, armored, age, openPgp);

    /// <summary>The format.</summary>
    public PackageFormat Format { get; }

    /// <summary>Whether an age package is in ASCII armor.</summary>
    public bool Armored { get; }

    /// <summary>The age recipients; empty for OpenPGP.</summary>
    public IReadOnlyList<AgeRecipient> Age { get; }

    /// <summary>The OpenPGP certificates; empty for age.</summary>
    public IReadOnlyList<OpenPgpCertificate> OpenPgp { get; }

    /// <summary>The format in words: <c>age-x25519</c>, <c>age-hybrid</c> (either with <c> armor</c> after it), <c>openpgp-gpg</c>, <c>openpgp-9580</c>.</summary>
    public string Word => WordOf(Format) + (Armored ? Armor : "");

    /// <summary>How a statement names them: age recipients, or OpenPGP fingerprints (key, slash, subkey) in upper-case hex.</summary>
    public IReadOnlyList<string> Names => IsAge ? [.. Age.Select(one => one.Text)] : [.. OpenPgp.Select(one => $"{one.Fingerprint}/{Convert.ToHexString(one.Encryption.Fingerprint)}")];

    /// <summary>How the encrypted file's name ends: <c>.age</c> or <c>.pgp</c>.</summary>
    public string Extension => ExtensionOf(Format);

    private bool IsAge => Format is PackageFormat.AgeX25519 or PackageFormat.AgeHybrid;

    /// <summary>Reads a format and its keys: age recipients, or OpenPGP certificates in base64.</summary>
    /// <param name="word">The format in words.</param>
    /// <param name="keys">One to 16, none twice, all of the format.</param>
    /// <param name="now">The time for which they must be good.</param>
    /// <exception cref="FormatException">Names the key and what is wrong with it.</exception>
    public static PackageRecipients Parse(string word, IReadOnlyList<string> keys, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(keys);
        var armored = word.EndsWith(Armor, StringComparison.Ordinal);
        var format = FormatOf(armored ? word[..^Armor.Length] : word)
            ?? throw new FormatException($"a format is age-x25519 or age-hybrid (with \"{Armor}\" after it for ASCII armor), openpgp-gpg or openpgp-9580");
        if (keys.Count is 0 or > Most)
            throw new FormatException($"there are one to {Most} keys, not {keys.Count}");
        if (format is PackageFormat.AgeX25519 or PackageFormat.AgeHybrid)
        {
            var age = keys.Select((key, i) => Named(i, () => OneSpelling(AgeRecipient.Parse(key), key))).ToList();
            var kind = format == PackageFormat.AgeHybrid ? AgeKind.Hybrid : AgeKind.X25519;
            if (AgeRecipient.Fault(age) is { } fault)
                throw new FormatException(fault);
            return age[0].Kind == kind ? new(format, armored, age, []) : throw new FormatException($"the keys are not of the format {word}, which are {(kind == AgeKind.Hybrid ? "age1pq1…" : "age1…")}");
        }
        if (armored)
            throw new FormatException("only age packages are made in ASCII armor");
        var certificates = keys.Select((key, i) => Named(i, () => OpenPgpCertificate.Parse(Base64(key), now))).ToList();
        return OpenPgpEncryption.Fault(Profile(format), certificates) is { } wrong ? throw new FormatException(wrong) : new(format, false, [], certificates);
    }

    /// <summary>Age recipients of one kind.</summary>
    /// <exception cref="FormatException">None, too many, one twice, or two kinds.</exception>
    public static PackageRecipients Of(params IReadOnlyList<AgeRecipient> recipients) =>
        Parse(WordOf(recipients is [{ Kind: AgeKind.Hybrid }, ..] ? PackageFormat.AgeHybrid : PackageFormat.AgeX25519), [.. recipients.Select(one => one.Text)], DateTimeOffset.MinValue);

    /// <summary>The format by its word, without armor; <c>null</c> for another.</summary>
    internal static PackageFormat? FormatOf(string word)
    {
        foreach (var (format, known) in Words)
        {
            if (known == word)
                return format;
        }
        return null;
    }

    internal static string WordOf(PackageFormat format) => Words.First(one => one.Format == format).Word;

    internal static string ExtensionOf(PackageFormat format) => format is PackageFormat.AgeX25519 or PackageFormat.AgeHybrid ? ".age" : ".pgp";

    /// <summary>A stream that encrypts what is written to it for all of them.</summary>
    /// <param name="volume">Gets the file; left open.</param>
    /// <param name="name">The package's name; OpenPGP says it inside.</param>
    /// <param name="random">Gives so many random bytes.</param>
    internal SealingStream Encrypt(Stream volume, string name, Func<int, byte[]> random) =>
        !IsAge ? new OpenPgpEncryption(volume, Profile(Format), OpenPgp, name + ".tar", random)
        : Armored ? new ArmoredAge(new AgeArmoring(volume), Age, random)
        : new AgeEncryption(volume, Age, random);

    private static OpenPgpProfile Profile(PackageFormat format) => format == PackageFormat.OpenPgp9580 ? OpenPgpProfile.Rfc9580 : OpenPgpProfile.Gpg;

    private static AgeRecipient OneSpelling(AgeRecipient recipient, string text) => !text.Any(char.IsAsciiLetterUpper) ? recipient : throw new FormatException("it is not in its one spelling");

    private static byte[] Base64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && Convert.ToBase64String(bytes.AsSpan(0, length)) == text
            ? bytes[..length]
            : throw new FormatException("not an OpenPGP certificate in canonical base64");
    }

    private static T Named<T>(int index, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (FormatException e)
        {
            throw new FormatException($"key {index + 1}: {e.Message}", e);
        }
    }

    /// <summary>age inside armor: two ends to write, in their order.</summary>
    private sealed class ArmoredAge : SealingStream
    {
        private readonly AgeArmoring armor;
        private readonly AgeEncryption age;

        public ArmoredAge(AgeArmoring armor, IReadOnlyList<AgeRecipient> recipients, Func<int, byte[]> random) =>
            (this.armor, age) = (armor, new AgeEncryption(armor, recipients, random));

        private protected override void Put(ReadOnlySpan<byte> bytes) => age.Write(bytes);

        private protected override void End()
        {
            age.Finish();
            armor.Finish();
        }

        public override void Abandon()
        {
            base.Abandon();
            age.Abandon();
            armor.Abandon();
        }

        private protected override void Clear()
        {
            age.Dispose();
            armor.Dispose();
        }
    }
}
