namespace Counterseal.Tally.Tests;

/// <summary>Each forgery that <c>docs/provable-totals.md</c> lists, tried by somebody who holds every key of the company.</summary>
public sealed class ForgeryTests
{
    private static readonly Lazy<(MadeTally Tally, PeriodOpening First, PeriodOpening Second)> Made = new(() =>
    {
        var tally = MadeTally.Small();
        return (tally, tally.Open(0), tally.Open(1));
    });

    /// <summary>The honest tally, copied so that a test may bend it.</summary>
    private static MadeTally Copy()
    {
        var copy = new MadeTally();
        copy.Secrets.AddRange(Made.Value.Tally.Secrets);
        copy.Periods.AddRange(Made.Value.Tally.Periods);
        copy.Leaves.AddRange(Made.Value.Tally.Leaves);
        return copy;
    }

    [Fact]
    public void An_honest_tally_of_two_periods_holds_and_says_its_numbers()
    {
        var (tally, first, second) = Made.Value;
        Assert.Empty(tally.Audit(first, second));
        Assert.Equal(2, first.Tables[0].Cells.Single(cell => cell.Place == (int)LeafKind.Received).Least);
        Assert.Equal(1, first.Tables[1].Cells.Single(cell => cell.Place == MadeTally.Schema.Place(1, "IE")).Least);
        Assert.Equal((0, 499), second.Tables[1].Cells.Where(cell => cell.Place == TallySchema.Security).Select(cell => (cell.Least, cell.Most)).Single());
    }

    [Fact]
    public void A_demand_left_out_of_the_numbers_breaks_the_sum()
    {
        var forged = Made.Value.Tally.Open(0, counts => (counts[1][2], counts[1][TallySchema.NotCounted]) = (0, counts[1][TallySchema.NotCounted] + 1));
        Assert.Contains(Made.Value.Tally.Audit(forged, Made.Value.Second), fault => fault == "period 0: country: the numbers are not the sum of the leaves");
    }

    [Fact]
    public void A_demand_counted_twice_breaks_the_sum()
    {
        var forged = Made.Value.Tally.Open(0, counts => (counts[2][0], counts[2][TallySchema.NotCounted]) = (2, counts[2][TallySchema.NotCounted] - 1));
        Assert.Contains(Made.Value.Tally.Audit(forged, Made.Value.Second), fault => fault == "period 0: outcome: the numbers are not the sum of the leaves");
    }

    [Fact]
    public void A_demand_moved_to_another_cell_after_closing_breaks_the_sum()
    {
        var forged = Made.Value.Tally.Open(0, counts => (counts[2][0], counts[2][3]) = (0, 2));
        Assert.Contains(Made.Value.Tally.Audit(forged, Made.Value.Second), fault => fault == "period 0: outcome: the numbers are not the sum of the leaves");
    }

    [Fact]
    public void Published_numbers_that_were_edited_break_the_sum()
    {
        var (tally, first, second) = Made.Value;
        var table = first.Tables[1];
        var edited = first with { Tables = [first.Tables[0], table with { Cells = [.. table.Cells.Select(cell => cell.Hidden is null ? cell with { Least = cell.Least + 1, Most = cell.Most + 1 } : cell)] }, first.Tables[2]] };
        Assert.Contains(tally.Audit(edited, second), fault => fault == "period 0: country: the numbers are not the sum of the leaves");
    }

    [Fact]
    public void A_negative_number_is_refused_and_one_cannot_hide_behind_an_interval()
    {
        var (tally, first, second) = Made.Value;
        var table = first.Tables[1];
        var negative = first with { Tables = [first.Tables[0], table with { Cells = [.. table.Cells.Select((cell, i) => i == 0 ? cell with { Least = -1, Most = -1 } : cell)] }, first.Tables[2]] };
        Assert.Contains(tally.Audit(negative, second), fault => fault.StartsWith("period 0: country: DE: places come once", StringComparison.Ordinal));
        // One demand more in a published cell, and minus one in the hidden one: the bits of −1 do not exist.
        Assert.Throws<ArgumentOutOfRangeException>(() => tally.Open(0, counts => (counts[1][2], counts[1][TallySchema.Security]) = (2, -1)));
    }

    [Fact]
    public void An_interval_made_narrower_or_moved_is_not_proven()
    {
        var (tally, first, second) = Made.Value;
        foreach (var (least, most) in ((long, long)[])[(0, 99), (1, 499), (0, 500), (500, 999)])
        {
            var moved = second with { Tables = [second.Tables[0], Bent(second.Tables[1], TallySchema.Security, cell => cell with { Least = least, Most = most }), second.Tables[2]] };
            Assert.Contains(tally.Audit(first, moved), fault => fault == $"period 1: country: national security: it is not proven that the number is from {least} to {most}");
        }
    }

    [Fact]
    public void A_leaf_replaced_by_another_breaks_the_sum_even_where_its_own_proof_holds()
    {
        var tally = Copy();
        tally.Leaves[3] = LeafMaking.Make(MadeTally.Schema, tally.Place(3), LeafSecret.Closed(MadeTally.Schema, ["IE", "reject"], 0), MadeTally.Key);
        Assert.Contains(tally.Audit(Made.Value.First, Made.Value.Second), fault => fault == "period 0: outcome: the numbers are not the sum of the leaves");
    }

    [Fact]
    public void A_leaf_copied_to_another_index_is_named_twice_over()
    {
        var tally = Copy();
        tally.Leaves[5] = tally.Leaves[3];
        var faults = tally.Audit(Made.Value.First, Made.Value.Second);
        Assert.Contains("leaf 5: a commitment that was there before", faults);
        Assert.Contains(faults, fault => fault.StartsWith("leaf 5: it is not proven", StringComparison.Ordinal) || fault == "leaf 5: its proof does not hold at this place");
    }

    [Fact]
    public void A_tally_cut_short_does_not_fit_its_openings()
    {
        var tally = Copy();
        foreach (var list in (System.Collections.IList[])[tally.Secrets, tally.Periods, tally.Leaves])
            list.RemoveAt(list.Count - 1);
        Assert.Contains("period 1: the opening is of other leaves than the log's", tally.Audit(Made.Value.First, Made.Value.Second));
    }

    [Fact]
    public void A_demand_counted_in_one_table_and_not_in_another_has_no_proof()
    {
        var tally = Copy();
        var half = new LeafSecret([(int)LeafKind.Closed, MadeTally.Schema.Place(1, "IE"), TallySchema.NotCounted], [Scalar.Random(), Scalar.Random(), Scalar.Random()], Scalar.Zero, Scalar.Random());
        tally.Leaves[3] = LeafMaking.Make(MadeTally.Schema, tally.Place(3), half, MadeTally.Key);
        Assert.Contains("leaf 3: it is not proven that it is counted in the table outcome exactly if it is closed", tally.Audit(Made.Value.First, Made.Value.Second));
    }

    [Fact]
    public void A_national_security_demand_in_one_table_alone_has_no_proof()
    {
        var tally = Copy();
        var half = new LeafSecret([(int)LeafKind.Closed, TallySchema.Security, MadeTally.Schema.Place(2, "reject")], [Scalar.Random(), Scalar.Random(), Scalar.Random()], Scalar.Zero, Scalar.Random());
        tally.Leaves[3] = LeafMaking.Make(MadeTally.Schema, tally.Place(3), half, MadeTally.Key);
        Assert.Contains("leaf 3: it is not proven that it is national security in the table outcome exactly if it is in country", tally.Audit(Made.Value.First, Made.Value.Second));
    }

    [Fact]
    public void A_received_or_sealed_leaf_that_counts_in_a_table_has_no_proof()
    {
        foreach (var kind in (LeafKind[])[LeafKind.Cover, LeafKind.Received, LeafKind.Sealed])
        {
            var secret = new LeafSecret([(int)kind, MadeTally.Schema.Place(1, "IE"), MadeTally.Schema.Place(2, "comply")], [Scalar.Random(), Scalar.Random(), Scalar.Random()], Scalar.Zero, Scalar.Random());
            var leaf = TallyLeaf.Read(MadeTally.Schema, LeafMaking.Make(MadeTally.Schema, new LeafPlace(MadeTally.Origin, 0, 0), secret, MadeTally.Key));
            Assert.Single(TallyCheck.Faults(MadeTally.Schema, [(new LeafPlace(MadeTally.Origin, 0, 0), leaf)], TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void A_package_that_no_counted_or_open_demand_owns_shows_in_the_kinds()
    {
        var tally = new MadeTally();
        var received = tally.Received("receipt a");
        tally.Closed(received, "IE", "reject");
        tally.Seal('a');
        Assert.Contains(tally.Audit(tally.OpenPlainly(0)), fault => fault.StartsWith("period 0: at least 1 packages were sealed", StringComparison.Ordinal));
    }

    [Fact]
    public void More_closed_than_received_shows_in_the_kinds()
    {
        var tally = new MadeTally();
        var received = tally.Received("receipt a");
        tally.Closed(received, "IE", "comply");
        tally.Closed(received, "IE", "comply");
        Assert.Contains(tally.Audit(tally.OpenPlainly(0)), fault => fault.StartsWith("period 0: at least 2 demands were closed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_demand_parked_as_open_stays_visible_as_open()
    {
        var (tally, first, second) = Made.Value;
        var kinds = ((PeriodOpening[])[first, second]).SelectMany(opening => opening.Tables[0].Cells).ToLookup(cell => cell.Place);
        Assert.Empty(tally.Audit(first, second));
        Assert.Equal(4, kinds[(int)LeafKind.Received].Sum(cell => cell.Least));
    }

    [Fact]
    public void One_leaf_cannot_be_shown_to_two_authorities()
    {
        var (tally, _, _) = Made.Value;
        var leaf = TallyLeaf.Read(MadeTally.Schema, tally.Leaves[3]);
        var opening = new LeafOpening(tally.Place(3), tally.Secrets[3]);
        Assert.Null(opening.Fault(leaf, LeafSecret.ReferenceOf("closed", "0")));
        // The second authority's demand was received at index 1.
        Assert.NotNull(opening.Fault(leaf, LeafSecret.ReferenceOf("closed", "1")));
        var bent = opening with { Secret = opening.Secret with { Reference = LeafSecret.ReferenceOf("closed", "1") } };
        Assert.Equal("the leaf has another reference than the opening: it is another demand's", bent.Fault(leaf, LeafSecret.ReferenceOf("closed", "1")));
    }

    [Fact]
    public void An_opening_that_names_another_cell_does_not_fit_its_leaf()
    {
        var (tally, _, _) = Made.Value;
        var secret = tally.Secrets[3];
        for (var t = 0; t < secret.Places.Count; t++)
        {
            var moved = secret with { Places = [.. secret.Places.Select((place, i) => i == t ? place ^ 1 : place)] };
            Assert.NotNull(new LeafOpening(tally.Place(3), moved).Fault(TallyLeaf.Read(MadeTally.Schema, tally.Leaves[3]), secret.Reference));
        }
    }

    [Fact]
    public void Any_bit_of_a_leaf_that_is_turned_is_noticed()
    {
        var (tally, _, _) = Made.Value;
        var honest = tally.Leaves[3];
        var random = new Random(7);
        for (var i = 0; i < 60; i++)
        {
            var bent = honest.ToArray();
            bent[random.Next(bent.Length)] ^= (byte)(1 << random.Next(8));
            string? fault;
            try
            {
                fault = TallyCheck.Faults(MadeTally.Schema, [(tally.Place(3), TallyLeaf.Read(MadeTally.Schema, bent))], TestContext.Current.CancellationToken).Select(f => f.Fault).FirstOrDefault();
            }
            catch (TallyException e)
            {
                fault = e.Message;
            }
            // The reference's commitment is in the challenge too, so that not even that can be exchanged.
            Assert.NotNull(fault);
        }
    }

    private static PublishedTable Bent(PublishedTable table, int place, Func<PublishedCell, PublishedCell> bend) =>
        table with { Cells = [.. table.Cells.Select(cell => cell.Place == place ? bend(cell) : cell)] };
}
