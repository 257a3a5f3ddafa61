using System.Globalization;
using System.Text;

namespace Counterseal.Cli;

/// <summary>Conversations of the demo's customers: threads with replies and quotations, several languages, alternatives in HTML, attached files, mailing lists and receipts.</summary>
internal static class DemoThreads
{
    /// <summary>One customer's mail, in the order of delivery.</summary>
    public static IReadOnlyList<DemoMessage> Make(int customer, Dice dice, DateTimeOffset begin, DateTimeOffset end, int count)
    {
        var (name, local, _, _, _, _) = DemoMailText.Customers[customer];
        var self = (Name: name, Address: $"{local}@mail.example");
        var mail = new List<DemoMessage>(count);
        var seconds = (int)(end - begin).TotalSeconds;
        while (mail.Count < count)
        {
            var thread = new Thread(self, Partners(customer, dice), dice.Of(DemoMailText.Subjects), dice);
            var at = begin.AddSeconds(dice.Below(seconds));
            var length = dice.Below(3) == 0 ? 1 : 1 + dice.Below(7);
            for (var i = 0; i < length && at < end && mail.Count < count; i++)
            {
                mail.Add(thread.Next(at));
                at = at.AddSeconds(240 + dice.Below(dice.Below(4) == 0 ? 400000 : 30000));
            }
        }
        return [.. mail.OrderBy(m => m.At).ThenBy(m => m.Text, StringComparer.Ordinal)];
    }

    private static List<(string Name, string Address)> Partners(int customer, Dice dice)
    {
        var partners = new List<(string, string)> { dice.Of(DemoMailText.Others) };
        if (dice.Below(3) == 0)
        {
            var other = (customer + 1 + dice.Below(DemoMailText.Customers.Length - 1)) % DemoMailText.Customers.Length;
            partners.Add((DemoMailText.Customers[other].Name, $"{DemoMailText.Customers[other].Local}@mail.example"));
        }
        return partners;
    }

    private sealed class Thread((string Name, string Address) self, List<(string Name, string Address)> partners, string subject, Dice dice)
    {
        private readonly List<string> _ids = [];
        private string _last = "";
        private (string Name, string Address) _lastFrom;
        private DateTimeOffset _lastAt;

        public DemoMessage Next(DateTimeOffset at)
        {
            var people = partners.Prepend(self).ToList();
            var from = people[(_ids.Count + (_ids.Count == 0 ? dice.Below(2) : dice.Below(people.Count))) % people.Count];
            if (_ids.Count > 0 && from == _lastFrom) from = people[(people.IndexOf(from) + 1) % people.Count];
            var to = people.Where(p => p != from).ToList();
            // A message that does not come from the customer goes to the customer first.
            if (from != self) to = [self, .. to.Where(p => p != self)];

            var id = $"<{dice.Next():x16}.{_ids.Count}@{from.Address[(from.Address.IndexOf('@', StringComparison.Ordinal) + 1)..]}>";
            var sent = at.AddSeconds(-dice.Below(20));
            var zone = dice.Below(4) * 60;
            var text = new StringBuilder();
            Trace(text, from, at);
            text.Append(CultureInfo.InvariantCulture, $"Message-ID: {id}\n");
            text.Append(CultureInfo.InvariantCulture, $"Date: {Rfc5322(sent, zone)}\n");
            text.Append(CultureInfo.InvariantCulture, $"From: {Mailbox(from)}\nTo: {Mailbox(to[0])}\n");
            if (to.Count > 1) text.Append(CultureInfo.InvariantCulture, $"Cc: {string.Join(",\n ", to.Skip(1).Select(Mailbox))}\n");
            text.Append(CultureInfo.InvariantCulture, $"Subject: {Encoded((_ids.Count > 0 ? "Re: " : "") + subject)}\n");
            if (_ids.Count > 0)
                text.Append(CultureInfo.InvariantCulture, $"In-Reply-To: {_ids[^1]}\nReferences: {string.Join("\n ", _ids)}\n");
            text.Append("MIME-Version: 1.0\n");

            var words = Words(people, from);
            Body(text, words);
            _ids.Add(id);
            (_last, _lastFrom, _lastAt) = (words, from, sent);
            return new DemoMessage(from.Address, at, text.ToString());
        }

        private void Trace(StringBuilder text, (string Name, string Address) from, DateTimeOffset at)
        {
            var queue = $"{dice.Next() & 0xFFFFFFFFFF:X10}";
            if (from == self)
            {
                text.Append(CultureInfo.InvariantCulture, $"Return-Path: <{from.Address}>\nReceived: from [192.0.2.{10 + dice.Below(20)}] by submission.mail.example (Postmill) with ESMTPSA id {queue};\n\t{Rfc5322(at, 0)}\n");
                return;
            }
            var host = "mx." + from.Address[(from.Address.IndexOf('@', StringComparison.Ordinal) + 1)..];
            text.Append(CultureInfo.InvariantCulture, $"Return-Path: <{from.Address}>\nReceived: from {host} ({host} [203.0.113.{1 + dice.Below(250)}])\n\tby in.mail.example (Postmill) with ESMTPS id {queue}\n\tfor <{self.Address}>; {Rfc5322(at, 0)}\n");
            text.Append(CultureInfo.InvariantCulture, $"Received: from localhost by {host} with ESMTP; {Rfc5322(at.AddSeconds(-1 - dice.Below(8)), 60)}\n");
        }

        private string Words(List<(string Name, string Address)> people, (string Name, string Address) from)
        {
            var other = people.First(p => p != from).Name.Split(' ')[0];
            var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"Dear {other},\n\n");
            for (int p = 0, paragraphs = 1 + dice.Below(3); p < paragraphs; p++)
            {
                var sentences = Enumerable.Range(0, 1 + dice.Below(5)).Select(_ => dice.Of(DemoMailText.Sentences)).Distinct();
                // Every so often one sentence a line, so that lines begin with "From ".
                text.Append(string.Join(dice.Below(4) == 0 ? "\n" : " ", sentences)).Append("\n\n");
            }
            text.Append(CultureInfo.InvariantCulture, $"{from.Name.Split(' ')[0]}\n");
            if (_last.Length > 0 && dice.Below(4) > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"\nOn {_lastAt:d MMMM yyyy, HH:mm}, {_lastFrom.Name} wrote:\n");
                foreach (var line in _last.AsSpan().TrimEnd('\n').EnumerateLines())
                    if (text.Length < 6000) text.Append("> ").Append(line).Append('\n');
            }
            return text.ToString();
        }

        private void Body(StringBuilder text, string words)
        {
            const string plain = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n";
            var kind = dice.Below(10);
            if (kind < 6)
            {
                text.Append(plain).Append(words);
                return;
            }
            var boundary = $"=_{dice.Next():x16}";
            if (kind < 9)
            {
                text.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/alternative; boundary=\"{boundary}\"\n\n--{boundary}\n{plain}{words}\n--{boundary}\n");
                var html = string.Concat(words.Split('\n').Select(l => $"<p>{l.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)}</p>\n"));
                text.Append(CultureInfo.InvariantCulture, $"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n<html><body>\n{html}</body></html>\n--{boundary}--\n");
                return;
            }
            var (file, type) = dice.Of(DemoMailText.Attachments);
            text.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/mixed; boundary=\"{boundary}\"\n\n--{boundary}\n{plain}{words}\n--{boundary}\n");
            text.Append(CultureInfo.InvariantCulture, $"Content-Type: {type}; name=\"{file}\"\nContent-Disposition: attachment; filename=\"{file}\"\nContent-Transfer-Encoding: base64\n\n");
            var bytes = new byte[2000 + dice.Below(40000)];
            for (var i = 0; i + 8 <= bytes.Length; i += 8) System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i), dice.Next());
            var encoded = Convert.ToBase64String(bytes);
            for (var i = 0; i < encoded.Length; i += 76) text.Append(encoded, i, Math.Min(76, encoded.Length - i)).Append('\n');
            text.Append(CultureInfo.InvariantCulture, $"--{boundary}--\n");
        }

        private static string Mailbox((string Name, string Address) person) => $"{Encoded(person.Name)} <{person.Address}>";

        /// <summary>An encoded word of RFC 2047 where the text is not ASCII.</summary>
        private static string Encoded(string text) =>
            Ascii.IsValid(text) ? text : $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}?=";

        private static string Rfc5322(DateTimeOffset at, int minutesEast) => string.Create(
            CultureInfo.InvariantCulture,
            $"{at.ToOffset(TimeSpan.FromMinutes(minutesEast)):ddd, d MMM yyyy HH:mm:ss} {(minutesEast < 0 ? '-' : '+')}{Math.Abs(minutesEast) / 60:d2}{Math.Abs(minutesEast) % 60:d2}");
    }
}
