using System.Text;
using Counterseal.Law;
using FsCheck;
using FsCheck.Fluent;
using MimeKit;
using static Counterseal.Custody.Tests.Collecting.Trial;

namespace Counterseal.Custody.Tests.Collecting;

/// <summary>What is left out, masked and counted, whatever is in the mailbox.</summary>
public class MinimisationTests
{
    private const string Lists = """{"privileged":{"addresses":["anna@counsel.example"],"domains":["law.example"]}}""";

    [Theory]
    [InlineData("From: Anna <ANNA@counsel.example>")]
    [InlineData("To: other@x.example, \"Quoted, <trick>\" <anna@counsel.example>")]
    [InlineData("Cc: someone@law.example")]
    [InlineData("Bcc: (comment) x@deep.sub.law.example")]
    [InlineData("Reply-To: anna@counsel.example;")]
    [InlineData("Resent-To: <@route.example:anna@counsel.example>")]
    [InlineData("Sender: group: a@b.example, x@law.example;")]
    [InlineData("To: =?utf-8?q?Somebody?= <x@LAW.example>\nTo: another@x.example")]
    [InlineData("To: x@law.example.")]
    [InlineData("From: \"a@b\" <x@law.example")]
    public void A_message_from_or_to_a_privileged_correspondent_is_held_back_and_counted(string field)
    {
        using var trial = new Trial().Mbox($"From -\n{field}\nDate: Mon, 5 Oct 2026 12:00:00 +0000\n\nprivate\n\nFrom -\nTo: free@x.example\nDate: Mon, 5 Oct 2026 12:00:00 +0000\n\npublic\n");
        var (report, sink) = Run(trial, Lists, DataCategory.Traffic, DataCategory.Content);
        Assert.All(report.Accounts, account => Assert.Equal((1L, new LeftOut("privileged: held for counsel", 1)), (account.InScope, Assert.Single(account.LeftOut))));
        Assert.DoesNotContain("private", sink.Text("A-ACC-1/content.mbox"), StringComparison.Ordinal);
        Assert.Contains("free@x.example", sink.Text("A-ACC-1/traffic.ndjson"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("From: x@notlaw.example")]
    [InlineData("From: x@law.example.org")]
    [InlineData("From: joanna@counsel.example")]
    [InlineData("From: anna@counsel.example.net")]
    [InlineData("Subject: about anna@counsel.example")]
    public void Nobody_else_is_held_back(string field)
    {
        using var trial = new Trial().Mbox($"From -\n{field}\nDate: Mon, 5 Oct 2026 12:00:00 +0000\n\nbody\n");
        Assert.All(Run(trial, Lists, DataCategory.Content).Report.Accounts, account => Assert.Equal((1L, 0), (account.InScope, account.LeftOut.Count)));
    }

    [Fact]
    public void Other_people_are_masked_in_traffic_and_the_accounts_own_addresses_are_not()
    {
        using var trial = new Trial().Account("""{"account":"acc-1","addresses":["maeve@mail.example","mq@mail.example"],"mailbox":"a.mbox"}""");
        trial.MailFile("a.mbox", "From -\nFrom: \"Friend, A.\" <friend@x.example>\nTo: Maeve <MQ@mail.example>, second@y.example (her brother)\nCc: friend@X.example\nMessage-ID: <secret@host.x.example>\nReceived: from host.x.example by mx; Mon, 5 Oct 2026 12:00:00 +0000\nDate: Mon, 5 Oct 2026 11:59:00 +0000\nSubject: s\n\nb\n");
        var (_, sink) = Run(trial, """{"mask":["traffic"]}""", DataCategory.Traffic);
        Assert.Equal(
            """{"time":"2026-10-05T12:00:00Z","timeFrom":"received","date":["Mon, 5 Oct 2026 11:59:00 +0000"],"from":["P(friend@x.example)"],"to":["mq@mail.example","P(second@y.example)"],"cc":["P(friend@x.example)"],"size":""",
            sink.Text("A-ACC-1/traffic.ndjson").Split("\"size\":")[0] + "\"size\":");
    }

    [Fact]
    public void A_record_is_masked_when_each_item_that_takes_it_in_says_so_and_all_are_where_the_rules_do()
    {
        var mail = string.Concat(Enumerable.Range(5, 5).Select(day => $"From -\nFrom: friend{day}@x.example\nTo: a@b.example\nDate: {new DateTime(2026, 10, day):ddd}, {day} Oct 2026 12:00:00 +0000\n\nb\n\n"));
        using var trial = new Trial().Mbox(mail);
        ScopeItem Item(int from, int to, ThirdParties? parties) => new(new Selector(SelectorKind.Account, "acc-1"), [DataCategory.Traffic], At($"2026-10-{from:D2}T00:00:00Z"), At($"2026-10-{to:D2}T00:00:00Z")) { ThirdParties = parties };
        ScopeItem[] items = [Item(5, 9, ThirdParties.Masked), Item(7, 8, null), Item(9, 10, null)];
        var (report, sink) = Run(trial, "{}", items);
        Assert.Equal(["P(friend5@x.example)", "P(friend6@x.example)", "friend7@x.example", "P(friend8@x.example)", "friend9@x.example"], Senders(sink));
        Assert.Equal((5L, 3L), (report.Accounts[0].InScope, report.Accounts[0].Masked));
        var (strict, all) = Run(trial, """{"mask":["traffic"]}""", items);
        Assert.All(Senders(all), sender => Assert.StartsWith("P(", sender, StringComparison.Ordinal));
        Assert.Equal(5, strict.Accounts[0].Masked);

        static IEnumerable<string> Senders(Recorded sink) => sink.Text("A-ACC-1/traffic.ndjson").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("\"from\":[\"")[1].Split('"')[0]);
    }

    [Theory]
    [InlineData("""{"mask":["content"]}""", "mask")]
    [InlineData("""{"privileged":{"addresses":["law.example"]}}""", "privileged")]
    [InlineData("""{"privileged":{"domains":["@law.example"]}}""", "privileged")]
    [InlineData("""{"attachments":{"leaveOut":["pdf"]}}""", "leaveOut")]
    [InlineData("""{"attachments":{"largest":99999999}}""", "largest")]
    [InlineData("""{"attachment":{}}""", "minimisation.json")]
    [InlineData("""[]""", "minimisation.json")]
    public void Rules_that_cannot_be_used_are_refused_with_their_place(string rules, string where) =>
        Assert.Contains(where, Assert.Throws<RefusalException>(() => MinimisationRules.Read(Encoding.UTF8.GetBytes(rules))).Refusal.Where, StringComparison.Ordinal);

    [Fact]
    public void The_digest_is_of_what_the_rules_say_and_not_of_how_they_are_spaced()
    {
        Assert.Equal(MinimisationRules.Read(Encoding.UTF8.GetBytes(Lists)).Digest, MinimisationRules.Read(Encoding.UTF8.GetBytes(Lists.Replace(":", " : ", StringComparison.Ordinal))).Digest);
        Assert.NotEqual(MinimisationRules.Read(Encoding.UTF8.GetBytes(Lists)).Digest, MinimisationRules.Read("{}"u8.ToArray()).Digest);
    }

    /// <summary>Random mailboxes, random rules: the sum holds, and no subject or body is in traffic.</summary>
    [Fact]
    public void Written_left_out_out_of_scope_and_unreadable_are_all_that_was_read_and_traffic_has_no_subject_or_body()
    {
        var people = new[] { "a@b.example", "friend@x.example", "anna@counsel.example", "x@law.example", "\"odd\" <q@law.example>" };
        var message = from sender in Gen.Elements(people)
                      from recipient in Gen.Elements(people)
                      from day in Gen.Choose(1, 28)
                      from broken in Gen.Choose(0, 5)
                      select $"From -\nFrom: {sender}\nTo: {recipient}\nSubject: SUBJECT-WORD\nIn-Reply-To: <BODY-WORD@x>\nDate: {(broken == 0 ? "never" : $"{day} Oct 2026 12:00:00 +0000")}\nX-Subject: SUBJECT-WORD\n\nBODY-WORD\nFrom: BODY-WORD@x.example\n\n";
        var rules = Gen.Elements("{}", Lists, """{"mask":["traffic"]}""", """{"mask":["traffic"],"privileged":{"domains":["law.example"]},"attachments":{"leaveOut":["all"]}}""");
        var inputs = (from messages in message.ListOf()
                      from rule in rules
                      select (Messages: messages, Rule: rule)).ToArbitrary();
        Prop.ForAll(inputs, input =>
        {
            using var trial = new Trial().Mbox(string.Concat(input.Messages));
            var (report, sink) = Run(trial, input.Rule, [Mail(DataCategory.Traffic, "2026-10-10T00:00:00Z", "2026-10-20T00:00:00Z"), Mail(DataCategory.Content, "2026-10-10T00:00:00Z", "2026-10-20T00:00:00Z")]);
            foreach (var account in report.Accounts)
                Assert.Equal(input.Messages.Count, account.InScope + account.OutOfScope + account.UnreadableTotal + account.LeftOut.Sum(left => left.Count));
            var traffic = sink.Text("A-ACC-1/traffic.ndjson");
            Assert.DoesNotContain("SUBJECT-WORD", traffic, StringComparison.Ordinal);
            Assert.DoesNotContain("BODY-WORD", traffic, StringComparison.Ordinal);
            if (input.Rule.Contains("law", StringComparison.Ordinal))
                Assert.DoesNotContain("law.example", traffic + sink.Text("A-ACC-1/content.mbox"), StringComparison.Ordinal);
            if (input.Rule.Contains("mask", StringComparison.Ordinal))
                Assert.DoesNotContain("\"friend@", traffic, StringComparison.Ordinal);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    /// <summary>Random messages made by MimeKit, in random pieces: by MimeKit's reading afterwards no attachment is left, and every text is there byte for byte.</summary>
    [Fact]
    public void Without_attachments_a_message_reads_the_same_but_for_them()
    {
        var leaf = Gen.OneOf<MimeEntity>(
            from lines in Gen.Elements("text one\n", "text two\n--not-a-boundary\n", "From here\r\n", "", "ünï\n")
            from html in Gen.Elements("plain", "html")
            select (MimeEntity)new TextPart(html) { Text = lines },
            from size in Gen.Choose(0, 4000)
            from type in Gen.Elements("application/pdf", "image/png", "audio/mpeg")
            from named in Gen.Elements(true, false)
            select (MimeEntity)Attachment(type, size, named),
            Gen.Fresh(() => (MimeEntity)new MessagePart("rfc822") { Message = new MimeMessage { Body = new TextPart("plain") { Text = "forwarded\n" }, Subject = "inner" } }));
        var body = from outer in leaf.ListOf(3)
                   from inner in leaf.ListOf(2)
                   from nested in Gen.Elements(true, false)
                   select Multipart(outer, inner, nested);
        var inputs = (from entity in body from cut in Gen.Choose(1, 300) select (Entity: entity, Cut: cut)).ToArbitrary();
        Prop.ForAll(inputs, input =>
        {
            var bytes = Bytes(new MimeMessage { Body = input.Entity, Subject = "s" });
            var (same, none) = Filter(new AttachmentRule(false, [], AttachmentRule.MostLargest), bytes, input.Cut);
            Assert.Equal(0, none);
            Assert.Equal(bytes, same);
            var (without, left) = Filter(new AttachmentRule(true, [], null), bytes, input.Cut);
            Assert.Equal(without, Filter(new AttachmentRule(true, [], null), bytes, bytes.Length).Bytes);
            Assert.Equal(Leaves(bytes).Count(leafed => !leafed.IsText), left);
            var kept = Leaves(without);
            Assert.All(kept, leafed => Assert.True(leafed.IsText));
            Assert.Equal(Leaves(bytes).Where(leafed => leafed.IsText).Select(leafed => leafed.Text), kept.Select(leafed => leafed.Text));
            var (pdf, pdfs) = Filter(new AttachmentRule(false, ["application/*"], null), bytes, input.Cut);
            Assert.Equal(Leaves(bytes).Count(leafed => leafed.Type == "application/pdf"), pdfs);
            Assert.DoesNotContain(Leaves(pdf), leafed => leafed.Type == "application/pdf");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    [Fact]
    public void By_size_an_attachment_over_the_limit_is_left_out_and_one_below_it_is_not()
    {
        var bytes = Bytes(new MimeMessage { Body = Multipart([Attachment("image/png", 100, true), Attachment("image/png", 9000, true)], [], false) });
        var (kept, left) = Filter(new AttachmentRule(false, [], 2000), bytes, 64);
        Assert.Equal(1, left);
        Assert.Single(Leaves(kept));
    }

    [Fact]
    public void A_message_that_is_itself_an_attachment_keeps_its_header_only()
    {
        var bytes = "From: a@b.example\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n"u8.ToArray();
        var (kept, left) = Filter(new AttachmentRule(true, [], null), bytes, 7);
        Assert.Equal(("From: a@b.example\r\nContent-Type: application/pdf\r\n\r\n", 1L), (Encoding.ASCII.GetString(kept), left));
    }

    [Fact]
    public void Attachments_that_were_left_out_are_counted_in_the_report()
    {
        var bytes = Encoding.Latin1.GetString(Bytes(new MimeMessage { Date = new DateTimeOffset(2026, 10, 5, 0, 0, 0, TimeSpan.Zero), Body = Multipart([new TextPart("plain") { Text = "kept\n" }, Attachment("image/png", 9000, true)], [], false) }));
        using var trial = new Trial().Mbox("From -\n" + bytes + "\n");
        var (report, sink) = Run(trial, """{"attachments":{"leaveOut":["image/*"]}}""", DataCategory.Content);
        Assert.Equal((1L, 1L), (Assert.Single(report.Accounts).InScope, report.Accounts[0].AttachmentsLeftOut));
        Assert.Contains("kept", sink.Text("A-ACC-1/content.mbox"), StringComparison.Ordinal);
        Assert.DoesNotContain("image/png", sink.Text("A-ACC-1/content.mbox"), StringComparison.Ordinal);
    }

    private static (CollectionReport Report, Recorded Sink) Run(Trial trial, string rules, params DataCategory[] categories) => Run(trial, rules, categories.Select(category => Mail(category)).ToArray());

    private static (CollectionReport Report, Recorded Sink) Run(Trial trial, string rules, ScopeItem[] items)
    {
        // Writes the accounts file, and holds the counts together.
        trial.Run(items);
        using var store = new MailStore(trial.Sources);
        var sink = new Recorded();
        var read = MinimisationRules.Read(Encoding.UTF8.GetBytes(rules));
        var report = Custody.Collection.Run([store], new Scope(items), name => "A-" + name.ToUpperInvariant(), sink, new Minimisation(read, address => $"P({address})"), CancellationToken.None);
        Assert.Equal(read.Digest, report.Minimisation);
        return (report, sink);
    }

    private static (byte[] Bytes, long LeftOut) Filter(AttachmentRule rule, byte[] message, int cut)
    {
        var written = new MemoryStream();
        var end = 0;
        while (end < message.Length && !(message.AsSpan(end).StartsWith("\n"u8) || message.AsSpan(end).StartsWith("\r\n"u8)))
            end += message.AsSpan(end).IndexOf((byte)'\n') + 1;
        var filter = new AttachmentFilter(rule, message.AsSpan(0, end), piece => written.Write(piece));
        for (var at = 0; at < message.Length; at += cut)
            filter.Write(message.AsSpan(at, Math.Min(cut, message.Length - at)));
        filter.End();
        return (written.ToArray(), filter.LeftOut);
    }

    private static MimePart Attachment(string type, int size, bool named)
    {
        var part = new MimePart(type) { Content = new MimeContent(new MemoryStream(Enumerable.Range(0, size).Select(i => (byte)(i * 7)).ToArray())), ContentTransferEncoding = ContentEncoding.Base64 };
        if (named)
            part.ContentDisposition = new ContentDisposition("attachment") { FileName = "a;b=\"c\".bin" };
        return part;
    }

    private static Multipart Multipart(IEnumerable<MimeEntity> outer, IEnumerable<MimeEntity> inner, bool nested)
    {
        var multipart = new Multipart("mixed");
        foreach (var entity in outer)
            multipart.Add(entity);
        if (nested)
        {
            var alternative = new Multipart("alternative");
            foreach (var entity in inner)
                alternative.Add(entity);
            multipart.Add(alternative);
        }
        return multipart;
    }

    private static byte[] Bytes(MimeMessage message)
    {
        message.From.Add(MailboxAddress.Parse("a@b.example"));
        using var stream = new MemoryStream();
        message.WriteTo(stream);
        return stream.ToArray();
    }

    /// <summary>A message's leaves as MimeKit reads them; a forwarded message is one.</summary>
    private static List<(string Type, bool IsText, string Text)> Leaves(byte[] bytes)
    {
        using var message = MimeMessage.Load(new MemoryStream(bytes));
        var leaves = new List<(string, bool, string)>();
        void Walk(MimeEntity entity)
        {
            if (entity is Multipart multipart)
            {
                foreach (var part in multipart)
                    Walk(part);
            }
            else
            {
                leaves.Add((entity.ContentType.MimeType, entity is TextPart { IsAttachment: false }, entity is TextPart text ? text.Text : ""));
            }
        }
        if (message.Body is { } body)
            Walk(body);
        return leaves;
    }
}
