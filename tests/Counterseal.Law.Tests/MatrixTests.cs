namespace Counterseal.Law.Tests;

public class MatrixTests
{
    private static readonly DateOnly Day = new(2026, 11, 24);
    private static readonly DateTimeOffset Noon = Case.Instant("2026-11-24T12:00:00Z");
    private static readonly string Golden = Path.Combine(Repository.Root, "tests", "Counterseal.Law.Tests", "books", "small.matrix.txt");

    private static RuleBook Small { get; } = SmallBook.Read(SmallBook.Files);

    private static MatrixRow Row(MatrixSheet sheet, AuthorityKind issuing, string validating, bool emergency) => Assert.Single(
        sheet.Rows, r => r.Issuing.Contains(issuing) && (r.Validating.Count == 0 || r.Validating.Contains(validating)) && (r.Emergency is null || r.Emergency == emergency));

    private static MatrixCell Cell(Matrix matrix, string instrument, AuthorityKind issuing, string validating, bool emergency, DataCategory category) =>
        Row(matrix.Sheets.Single(s => s.Instrument.Id == instrument), issuing, validating, emergency).Cells.Single(c => c.Category == category);

    [Fact]
    public void The_matrix_of_the_small_book_is_the_text_that_was_read_and_found_right()
    {
        var text = MatrixText.Of(Matrix.Of(Small, Day));
        Assert.True(File.ReadAllText(Golden) == text, $"the golden text is {Golden}; the matrix is now:\n{text}");
    }

    [Fact]
    public void A_cell_names_its_rule_its_citation_and_what_else_it_takes()
    {
        var matrix = Matrix.Of(Small, Day);
        var content = Cell(matrix, "zz.order", AuthorityKind.Court, "none", false, DataCategory.Content);
        Assert.Equal((MatrixOutcome.HandedOverOnlyWith, "zz.order.content", "Act 1(2)", false), (content.Outcome, content.By!.Id, content.By.Citation, content.By.Checked));
        Assert.Equal("only if offence.maxMonths ≥ 36", Assert.Single(matrix.Sheets[0].ByCategory[DataCategory.Content]).Words);
        Assert.Equal("only if issuing.country in zz.union", matrix.Sheets[0].Needs[0].Words);
        Assert.Equal(["zz.order.issuer"], content.Met.Select(m => m.Id));
        var refused = Cell(matrix, "zz.order", AuthorityKind.Prosecutor, "none", false, DataCategory.Traffic);
        Assert.Equal((MatrixOutcome.No, "zz.order.issuer", "traffic data: ordered by nobody who may."), (refused.Outcome, refused.By!.Id, refused.Sentence));
        Assert.Equal(MatrixOutcome.HandedOver, Cell(matrix, "zz.order", AuthorityKind.Prosecutor, "none", true, DataCategory.Traffic).Outcome);
        Assert.Equal(MatrixOutcome.HandedOver, Cell(matrix, "zz.order", AuthorityKind.Prosecutor, "judge", false, DataCategory.Traffic).Outcome);
        Assert.Equal((MatrixOutcome.Kept, "zz.keep.reach"), (Cell(matrix, "zz.keep", AuthorityKind.Police, "none", false, DataCategory.Content) is var kept ? kept.Outcome : default, kept.By!.Id));
        Assert.Equal((MatrixOutcome.Gap, "A letter compels nobody; anyone may write one.", true), (Cell(matrix, "zz.letter", AuthorityKind.Police, "none", true, DataCategory.Subscriber) is var gap ? gap.Outcome : default, gap.Reason, gap.Policy));
        Assert.Equal((MatrixOutcome.No, "policy.letter.reach"), (Cell(matrix, "zz.letter", AuthorityKind.Police, "none", true, DataCategory.Traffic) is var beyond ? beyond.Outcome : default, beyond.By!.Id));
    }

    [Fact]
    public void What_cannot_be_met_together_is_a_no_that_names_both_rules()
    {
        var book = SmallBook.Read(SmallBook.With(SmallBook.Files, "law/zz.yaml", "  - id: zz.order.issuer", "  - {id: zz.order.short, citation: Act 1(9), checked: false, from: 2020-01-01, instruments: zz.order, items: {category: content}, plain: P., require: {offence.maxMonths: {atMost: 12}}, otherwise: reject, fails: F.}\n  - {id: zz.order.long, citation: Act 1(10), checked: false, from: 2020-01-01, instruments: zz.order, items: {category: traffic}, plain: P., require: {offence.maxMonths: {atLeast: 12}}, otherwise: reject, fails: F.}\n  - id: zz.order.issuer"));
        var matrix = Matrix.Of(book, Day);
        var cell = Cell(matrix, "zz.order", AuthorityKind.Court, "none", false, DataCategory.Content);
        Assert.Equal((MatrixOutcome.No, "what the reach rule and zz.order.short need cannot be so together"), (cell.Outcome, cell.Sentence));
        Assert.Equal("only if offence.maxMonths ≥ 12", Assert.Single(matrix.Sheets[0].ByCategory[DataCategory.Traffic]).Words);
    }

    [Fact]
    public void The_matrix_of_another_day_is_the_law_of_that_day()
    {
        var matrix = Matrix.Of(Small, new DateOnly(2019, 12, 31));
        Assert.All(matrix.Sheets.SelectMany(s => s.Rows).SelectMany(r => r.Cells), c => Assert.Equal((MatrixOutcome.Gap, "no rule says what it reaches"), (c.Outcome, c.Sentence)));
    }

    /// <summary>The engine is the judge: what it hands over or keeps, in whatever circumstances, the matrix must allow; and what the matrix allows, some circumstances must bring about.</summary>
    [Fact]
    public void The_matrix_of_the_small_book_says_of_every_cell_what_the_engine_does()
    {
        var (held, unmet) = HeldAgainstEngine(Small, refused: 20, allowed: 1000);
        Assert.Empty(unmet);
        Assert.True(held > 500, $"only {held} cells came about");
    }

    [Fact]
    public void Our_matrix_allows_whatever_the_engine_hands_over()
    {
        var (held, _) = HeldAgainstEngine(Repository.Book, refused: 3, allowed: 10);
        Assert.True(held > 200, $"only {held} cells came about");
    }

    [Fact]
    public void Our_matrix_has_no_gap_without_a_written_reason()
    {
        var gaps = from sheet in Matrix.Of(Repository.Book, Day).Sheets
                   from row in sheet.Rows
                   from cell in row.Cells
                   where cell is { Outcome: MatrixOutcome.Gap, Reason: null }
                   select $"{sheet.Instrument.Id}, {MatrixText.RowWords(row)}, {cell.Category}: {cell.Sentence}";
        Assert.Empty(gaps);
    }

    private static (int Held, IReadOnlyList<string> Unmet) HeldAgainstEngine(RuleBook book, int refused, int allowed)
    {
        var random = new Random(20261124);
        var matrix = Matrix.Of(book, Day);
        var kinds = Enum.GetValues<AuthorityKind>().Where(k => k != AuthorityKind.Unknown).ToList();
        var (held, unmet) = (0, new List<string>());
        foreach (var sheet in matrix.Sheets)
        {
            foreach (var kind in kinds)
            {
                foreach (var validator in (AuthorityKind?[])[null, .. kinds])
                {
                    foreach (var emergency in sheet.Instrument.Implies.GetValueOrDefault("emergency") is { } implied ? (bool[])[implied == "true"] : [false, true])
                    {
                        foreach (var cell in Row(sheet, kind, validator is { } by ? Words<AuthorityKind>.Of(by) : "none", emergency).Cells)
                        {
                            var live = cell.Outcome != MatrixOutcome.No && cell.By is not null;
                            var came = false;
                            for (var n = 0; n < (live ? allowed : refused) && !came; n++) came = Came(book, sheet.Instrument.Id, kind, validator, emergency, cell, random);
                            if (came) held++;
                            else if (live) unmet.Add($"{sheet.Instrument.Id}, {kind}, validated by {validator}, emergency {emergency}, {cell.Category}");
                        }
                    }
                }
            }
        }
        return (held, unmet);
    }

    // Whether the data of a cell are handed over or kept in some circumstances; the cell must allow that.
    private static bool Came(RuleBook book, string instrument, AuthorityKind kind, AuthorityKind? validator, bool emergency, MatrixCell cell, Random random)
    {
        T Any<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];
        var countries = book.Groups.Values.SelectMany(g => g.Members).Select(m => m.Country).Append("XX").Distinct().ToList();
        var country = Any(countries);
        var demand = new Demand
        {
            Reference = "R",
            Instrument = instrument,
            Issuing = new Authority("A", country, kind),
            Validating = validator is { } by ? new Authority("V", random.Next(8) == 0 ? "XX" : country, by) : null,
            Emergency = emergency,
            Scope = new Scope([random.Next(3) switch
            {
                0 => new ScopeItem(new Selector(SelectorKind.Mailbox, "a@example.org"), [cell.Category], Noon.AddDays(-20), Noon.AddDays(-10)),
                1 => new ScopeItem(new Selector(SelectorKind.Mailbox, "a@example.org"), [cell.Category], Noon.AddDays(1), Noon.AddDays(10)),
                _ => new ScopeItem(new Selector(SelectorKind.Telephone, "35315550100"), [cell.Category], Noon.AddDays(-20), Noon.AddDays(10)),
            }]),
        };
        // Mostly what lets a demand through: the first value of a name does, more often than not.
        var facts = new Facts(book.Facts.Values.Where(f => f.Source == FactSource.Person && random.Next(4) > 0).ToDictionary(f => f.Name, f => f.Type switch
        {
            FactType.Number => Any(["1", "12", "36", "60"]),
            FactType.Instant => Any(["2026-11-20T00:00:00Z", "2026-11-24T11:00:00Z"]),
            FactType.Country => random.Next(3) > 0 ? country : Any(countries),
            FactType.Categories => "content",
            _ => random.Next(2) == 0 ? f.Values[0] : Any(f.Values),
        }));
        var a = Engine.Assess(demand, facts, book, Noon, Noon.AddDays(random.Next(3) * 20).AddHours(1));
        var says = $"the matrix says {cell.Outcome} ({cell.Sentence}): {instrument}, {kind}, validated by {validator}, emergency {emergency}, {cell.Category}";
        if (a.Permitted.Items.Count > 0)
        {
            Assert.True(cell.Outcome is MatrixOutcome.HandedOver or MatrixOutcome.HandedOverOnlyWith || (cell.Outcome == MatrixOutcome.Gap && cell.Sentence.StartsWith("handed over", StringComparison.Ordinal)), $"the engine hands over, {says}");
            Assert.True(a.BasisIsPolicy == cell.Policy, $"the engine's basis is {a.Basis}, {says}");
            return true;
        }
        if (a.Preserve.Items.Count == 0 || a.Proposed is not (Decision.Comply or Decision.ComplyInPart)) return false;
        Assert.True(cell.Outcome is MatrixOutcome.Kept or MatrixOutcome.KeptOnlyWith || (cell.Outcome == MatrixOutcome.Gap && cell.Sentence.StartsWith("kept", StringComparison.Ordinal)), $"the engine keeps, {says}");
        return true;
    }
}
