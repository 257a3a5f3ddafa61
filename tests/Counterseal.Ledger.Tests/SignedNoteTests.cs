using System.Text;

namespace Counterseal.Ledger.Tests;

public sealed class SignedNoteTests : IDisposable
{
    private readonly NoteSigner one = NoteSigner.Generate("one.example/log");
    private readonly NoteSigner two = NoteSigner.Generate("two.example");

    public void Dispose()
    {
        one.Dispose();
        two.Dispose();
    }

    [Fact]
    public void A_note_reads_back_and_names_who_signed_it()
    {
        var note = SignedNote.Sign("a line\n\nafter a blank one: ünï\n", one, two);
        var read = SignedNote.Parse(note.Bytes());
        Assert.Equal(note.Text, read.Text);
        Assert.Equal(note.Signatures, read.Signatures);
        Assert.Equal([one.Name, two.Name], read.VerifiedBy(two.Verifier, one.Verifier));
        Assert.Equal([two.Name], read.VerifiedBy(two.Verifier));
        Assert.Empty(read.VerifiedBy());
    }

    [Fact]
    public void A_P256_key_signs_and_reads_back_as_an_Ed25519_key_does()
    {
        using var made = NoteSigner.Generate("three.example", NoteKeyType.P256);
        var note = SignedNote.Sign("text\n", one, made);
        Assert.Equal([one.Name, made.Name], note.VerifiedBy(one.Verifier, made.Verifier));
        Assert.Equal(made.Verifier, NoteVerifier.Parse(made.Verifier.ToString()));
        using var again = NoteSigner.Parse(made.Export());
        Assert.Equal(made.Verifier, again.Verifier);
        Assert.Throws<InvalidOperationException>(again.Export);
        Assert.Equal([made.Name], SignedNote.Sign("text\n", again).VerifiedBy(made.Verifier));
        Assert.Throws<FormatException>(() => (note with { Text = "texts\n" }).VerifiedBy(made.Verifier));
        // The key id is of the key alone, as the standard has it for this type.
        Assert.Equal(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(System.Security.Cryptography.SHA256.HashData(made.Verifier.PublicKey)), made.Verifier.KeyId);
    }

    [Fact]
    public void A_key_on_another_curve_or_in_another_form_is_no_P256_key()
    {
        using var p384 = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP384);
        Assert.Throws<FormatException>(() => NoteVerifier.OfP256("a", p384.ExportSubjectPublicKeyInfo()));
        using var p256 = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var spki = p256.ExportSubjectPublicKeyInfo();
        Assert.Throws<FormatException>(() => NoteVerifier.OfP256("a", [.. spki, 0]));
        spki[^1] ^= 1;
        Assert.Throws<FormatException>(() => NoteVerifier.OfP256("a", spki));
        Assert.Throws<FormatException>(() => NoteVerifier.Parse("a+00000000+" + Convert.ToBase64String([2, .. new byte[91]])));
    }

    [Fact]
    public void Any_text_with_its_newline_survives()
    {
        foreach (var text in new[] { "\n", "\n\n", "a\n", "a\n\n", "\n\na\n\n\n", "— fake AAAAAAA=\n", "x\n\n— fake AAAAAAA=\n", "\u007f\u0085\u2028\n" })
        {
            var read = SignedNote.Parse(SignedNote.Sign(text, one).Bytes());
            Assert.Equal(text, read.Text);
            Assert.Equal([one.Name], read.VerifiedBy(one.Verifier));
        }
    }

    [Fact]
    public void A_bit_flipped_anywhere_is_refused_or_leaves_nothing_verified()
    {
        var bytes = SignedNote.Sign("counterseal\n\ntext\n", one).Bytes();
        for (var i = 0; i < bytes.Length; i++)
            for (var bit = 0; bit < 8; bit++)
            {
                var changed = (byte[])bytes.Clone();
                changed[i] ^= (byte)(1 << bit);
                try
                {
                    var read = SignedNote.Parse(changed);
                    Assert.Equal(changed, read.Bytes());
                    Assert.Empty(read.VerifiedBy(one.Verifier));
                }
                catch (FormatException e)
                {
                    Assert.NotEmpty(e.Message);
                }
            }
    }

    [Fact]
    public void Every_shorter_note_is_refused()
    {
        var bytes = SignedNote.Sign("text\n", one).Bytes();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<FormatException>(() => SignedNote.Parse(bytes.AsSpan(0, length)));
        Assert.Throws<FormatException>(() => SignedNote.Parse([.. bytes, (byte)'\n']));
    }

    [Theory]
    [InlineData("text\n", "no blank line")]
    [InlineData("text\n\n", "line 3: a note ends in signature lines")]
    [InlineData("text\n\n- name AAAAAAA=\n", "line 3: a signature line begins with an em dash")]
    [InlineData("text\n\n— na+me AAAAAAA=\n", "line 3: a signature line is an em dash")]
    [InlineData("text\n\n—  AAAAAAA=\n", "line 3: a signature line is an em dash")]
    [InlineData("text\n\n— na\u00a0me AAAAAAA=\n", "line 3: a signature line is an em dash")]
    [InlineData("text\n\n— name AAAAAAA=\n— name  AAAAAAA=\n", "line 4: the signature by name is not base64")]
    [InlineData("text\n\n— name AAAAAA==\n", "line 3: the signature by name is not base64")]
    [InlineData("text\n\n— name AAAAAAB=\n", "line 3: the signature by name is not base64")]
    [InlineData("text\n\n— name AAAAAAA\n", "line 3: the signature by name is not base64")]
    [InlineData("text\n\n— name AAAA AAA=\n", "line 3: the signature by name is not base64")]
    [InlineData("te\txt\n\n— name AAAAAAA=\n", "line 1: control character U+0009")]
    [InlineData("text\r\n\n— name AAAAAAA=\n", "line 1: control character U+000D")]
    public void A_malformed_note_is_refused_with_its_line(string note, string message) =>
        Assert.StartsWith(message, Assert.Throws<FormatException>(() => SignedNote.Parse(Encoding.UTF8.GetBytes(note))).Message, StringComparison.Ordinal);

    [Fact]
    public void Too_large_or_too_many_signatures_are_refused_and_64_are_read()
    {
        var line = new NoteSignature("stranger", 7, new byte[64]);
        Assert.Equal(64, SignedNote.Parse(new SignedNote("text\n", [.. Enumerable.Repeat(line, 64)]).Bytes()).Signatures.Count);
        Assert.Throws<FormatException>(() => SignedNote.Parse(new SignedNote("text\n", [.. Enumerable.Repeat(line, 65)]).Bytes()));
        Assert.Throws<FormatException>(() => SignedNote.Parse(new byte[SignedNote.MaxSize + 1]));
    }

    [Fact]
    public void Unknown_keys_are_passed_over_and_a_known_key_that_fails_makes_the_note_fail()
    {
        var good = SignedNote.Sign("text\n", one, two);
        var bad = good with { Signatures = [good.Signatures[0], good.Signatures[1] with { Signature = new byte[64] }] };
        Assert.Equal([one.Name], bad.VerifiedBy(one.Verifier));
        Assert.Contains(two.Name, Assert.Throws<FormatException>(() => bad.VerifiedBy(one.Verifier, two.Verifier)).Message, StringComparison.Ordinal);
        using var sameName = NoteSigner.Generate(one.Name);
        Assert.Empty(SignedNote.Sign("text\n", sameName).VerifiedBy(one.Verifier));
    }

    [Fact]
    public void A_signature_given_twice_counts_once()
    {
        var note = SignedNote.Sign("text\n", one, one);
        Assert.Equal([one.Name], note.VerifiedBy(one.Verifier, one.Verifier));
    }

    [Fact]
    public void Keys_read_back_and_sign_the_same()
    {
        var verifier = NoteVerifier.Parse(one.Verifier.ToString());
        Assert.Equal(one.Verifier, verifier);
        using var again = NoteSigner.Parse(one.Export());
        Assert.Equal(one.Verifier, again.Verifier);
        Assert.Equal(one.Sign("text\n"), again.Sign("text\n"));
        Assert.Throws<InvalidOperationException>(again.Export);
    }

    [Fact]
    public void A_key_with_any_letter_changed_is_refused()
    {
        foreach (var text in new[] { one.Verifier.ToString(), one.Export() })
            for (var i = 0; i < text.Length; i++)
            {
                var changed = text[..i] + (text[i] == 'b' ? 'c' : 'b') + text[(i + 1)..];
                Assert.Throws<FormatException>(() => text[0] == 'P' ? NoteSigner.Parse(changed).Verifier : NoteVerifier.Parse(changed));
            }
    }

    [Fact]
    public void The_private_key_is_in_no_error_message()
    {
        var secret = one.Export();
        var error = Assert.Throws<FormatException>(() => NoteSigner.Parse(secret[..^1] + "!"));
        Assert.DoesNotContain(secret[^20..^1], error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a+b")]
    [InlineData("a\u2003b")]
    [InlineData("a\nb")]
    [InlineData("a\u0001b")]
    public void A_name_that_a_note_cannot_carry_gets_no_key(string name) => Assert.Throws<FormatException>(() => NoteSigner.Generate(name));

    [Fact]
    public void A_key_file_is_its_owners_alone_and_is_never_overwritten()
    {
        using var folder = new TemporaryFolder();
        NoteVerifier made;
        using (var signer = NoteSigner.Create(folder["a.key"], "a"))
            made = signer.Verifier;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["a.key"]));
        Assert.Throws<IOException>(() => NoteSigner.Create(folder["a.key"], "a"));
        using (var signer = NoteSigner.Open(folder["a.key"]))
            Assert.Equal(made, signer.Verifier);
        File.SetUnixFileMode(folder["a.key"], UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<FormatException>(() => NoteSigner.Open(folder["a.key"])).Message, StringComparison.Ordinal);
    }
}
