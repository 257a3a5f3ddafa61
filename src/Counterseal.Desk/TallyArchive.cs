using System.Text.Json.Nodes;
using Counterseal.Tally;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>A leaf of the desk's that is in the tally.</summary>
/// <param name="Demand">The demand's id.</param>
/// <param name="Closed">Whether it is the <i>closed</i> leaf; else the <i>received</i> one.</param>
/// <param name="Opening">Where it stands and what it is; the reference is not filled in.</param>
public sealed record TalliedLeaf(string Demand, bool Closed, LeafOpening Opening);

/// <summary>All leaves of the desk that are in the tally, for reports. Nothing is written, and no desk need run.</summary>
public static class TallyArchive
{
    /// <summary>Reads them.</summary>
    /// <param name="database"><c>sqlite:PATH</c>, or an Npgsql connection string.</param>
    /// <param name="schema">The tally's tables.</param>
    /// <exception cref="System.Data.Common.DbException">The database cannot be read.</exception>
    /// <exception cref="TallyException">A stored opening is none.</exception>
    public static IReadOnlyList<TalliedLeaf> Leaves(string database, TallySchema schema)
    {
        using var db = DeskDatabase.Opener(database)();
        return [.. db.Tally.AsNoTracking().Where(row => row.Logged).OrderBy(row => row.Index).AsEnumerable().Select(row => new TalliedLeaf(
            row.Demand, row.Kind == TallyRow.Closed, LeafPaper.Read(schema, JsonNode.Parse(row.Opening!), Scalar.Zero)))];
    }
}
