using System.Text;

namespace Counterseal.Custody.Tests;

public class Bech32Tests
{
    // The identity and recipient that the age specification prints.
    private const string SpecIdentity = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    private const string SpecRecipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

    [Fact]
    public void The_identity_of_the_specification_has_its_recipient()
    {
        using var identity = AgeIdentity.Parse(SpecIdentity);
        Assert.Equal(SpecRecipient, identity.Recipient.Text);
        Assert.Equal(SpecIdentity, identity.Export());
        Assert.Equal(AgeRecipient.Parse(SpecRecipient), identity.Recipient);
    }

    [Fact]
    public void What_is_encoded_decodes_to_the_same()
    {
        var random = new Random(1);
        for (var length = 0; length < 100; length++)
        {
            var data = new byte[length];
            random.NextBytes(data);
            var (prefix, read) = Bech32.Decode(Bech32.Encode("age", data));
            Assert.Equal(("age", Convert.ToHexString(data)), (prefix, Convert.ToHexString(read)));
            Assert.Equal("AGE-", Bech32.Decode(Bech32.Encode("AGE-", data)).Prefix);
        }
    }

    [Theory]
    [InlineData("A12UEL5L")]
    [InlineData("a12uel5l")]
    [InlineData("an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs")]
    [InlineData("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw")]
    [InlineData("11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j")]
    [InlineData("?1ezyfcl")]
    public void The_valid_texts_of_BIP_173_are_read(string text)
    {
        try
        {
            Assert.Equal(text[..text.LastIndexOf('1')], Bech32.Decode(text).Prefix);
        }
        catch (FormatException e)
        {
            // BIP 173 tests checksums only; two of its texts are no whole bytes, which age refuses.
            Assert.Contains("fill the last character", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\u00201nwldj5")]
    [InlineData("\u007f1axkwrx")]
    [InlineData("pzry9x0s0muk")]
    [InlineData("1pzry9x0s0muk")]
    [InlineData("x1b4n0q5v")]
    [InlineData("li1dgmt3")]
    [InlineData("de1lg7wt\u00ff")]
    [InlineData("A1G7SGD8")]
    [InlineData("10a06t8")]
    [InlineData("1qzzfhee")]
    [InlineData("")]
    [InlineData("A12uEL5L")]
    public void The_invalid_texts_of_BIP_173_are_refused(string text) => Assert.Throws<FormatException>(() => Bech32.Decode(text));

    [Fact]
    public void Every_changed_character_of_a_recipient_is_noticed()
    {
        for (var i = 0; i < SpecRecipient.Length; i++)
        {
            foreach (var c in "qpz1QP b")
            {
                if (c == SpecRecipient[i])
                    continue;
                var text = new StringBuilder(SpecRecipient) { [i] = c }.ToString();
                Assert.Throws<FormatException>(() => AgeRecipient.Parse(text));
            }
        }
    }

    [Fact]
    public void A_recipient_is_lower_case_and_an_identity_upper_case()
    {
        Assert.Throws<FormatException>(() => AgeRecipient.Parse(SpecRecipient.ToUpperInvariant()));
        Assert.Throws<FormatException>(() => AgeIdentity.Parse(SpecIdentity.ToLowerInvariant()));
    }

    [Fact]
    public void A_recipient_of_low_order_is_refused() =>
        Assert.Contains("low order", Assert.Throws<FormatException>(() => AgeRecipient.Parse(Bech32.Encode("age", new byte[32]))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_key_file_may_have_comments_and_has_one_key()
    {
        using var identity = AgeIdentity.Parse($"# created: 2026-07-01T10:00:00Z\r\n# public key: {SpecRecipient}\r\n\r\n{SpecIdentity}\r\n");
        Assert.Equal(SpecRecipient, identity.Recipient.Text);
        Assert.Contains("line 2", Assert.Throws<FormatException>(() => AgeIdentity.Parse($"{SpecIdentity}\n{SpecIdentity}\n")).Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => AgeIdentity.Parse("# nothing\n"));
        var wrong = Assert.Throws<FormatException>(() => AgeIdentity.Parse("#\n" + SpecIdentity.Replace("GFPYY", "GFPYZ", StringComparison.Ordinal)));
        Assert.StartsWith("line 2", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("GFPY", wrong.Message, StringComparison.Ordinal);
    }
}
