using System.Text;
using Counterseal.Law;

namespace Counterseal.Web.Tests;

/// <summary>Two rule books as the public reads them: the project's own, and one before it.</summary>
internal static class PublicSamples
{
    private static readonly RuleBook Book = Samples.Books.Book;
    private static readonly RuleBook Before = RuleBook.Read(Book.Files().Select(file => (file.Name,
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(file.Bytes).Replace("We tell the customer unless a recorded, unexpired secrecy order forbids it", "We tell the customer", StringComparison.Ordinal)))));

    public static string New => Book.Digest;

    public static PublicRules Rules { get; } = new(Book, [new(Book.Digest, Samples.Now.AddDays(-2), 981), new(Before.Digest, Samples.Now.AddDays(-60), 12), new(Samples.Digest, Samples.Now.AddDays(-90), 0)],
        digest => digest == Book.Digest ? Book : digest == Before.Digest ? Before : null);
}
