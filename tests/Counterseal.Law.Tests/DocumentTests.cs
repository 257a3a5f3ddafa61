using System.Text;
using System.Text.RegularExpressions;

namespace Counterseal.Law.Tests;

public class DocumentTests
{
    [Fact]
    public void The_example_that_counsel_reads_is_a_rule_that_loads()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "rule-books.md"));
        var blocks = Regex.Matches(text, "```yaml\n(.*?)```", RegexOptions.Singleline).Select(m => m.Groups[1].Value).ToList();
        var (rule, head) = (blocks.Single(b => b.StartsWith("rules:", StringComparison.Ordinal)), blocks.Single(b => b.StartsWith("title:", StringComparison.Ordinal)));
        var book = RuleBook.Read([Repository.RuleFiles.Single(f => f.Name == "facts.yaml"), ("law/example.yaml", Encoding.UTF8.GetBytes(head + rule))]);
        var written = Repository.Book.Rules.Single(r => r.Id == book.Rules.Single().Id);
        Assert.Equal((written.Citation, written.From, written.Checked), (book.Rules[0].Citation, book.Rules[0].From, book.Rules[0].Checked));
    }
}
