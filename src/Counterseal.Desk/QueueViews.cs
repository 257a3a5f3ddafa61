using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>A way to look at the queue that a person keeps.</summary>
/// <param name="Name">Its name, e.g. <c>mine, burning</c>.</param>
/// <param name="Query">The query of the page's address.</param>
public sealed record QueueView(string Name, string Query);

/// <content>The views of the queue that people keep. They are a convenience and no event.</content>
public sealed partial class Desk
{
    private const int MostViews = 30;

    /// <summary>A person's views, by name.</summary>
    public async Task<IReadOnlyList<QueueView>> Views(string person, CancellationToken cancel)
    {
        await using var db = open();
        return [.. (await db.QueueViews.AsNoTracking().Where(v => v.Person == person).ToListAsync(cancel)).OrderBy(v => v.Name, StringComparer.OrdinalIgnoreCase).Select(v => new QueueView(v.Name, v.Query))];
    }

    /// <summary>Keeps a view; one of the same name is replaced.</summary>
    /// <exception cref="DeskException"><c>malformed</c>: no name, too long, or too many.</exception>
    public async Task KeepView(string person, QueueView view, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(view);
        Word(person, "whose view it is", 200);
        Word(view.Name, "the view's name", 60);
        if (view.Query.Length > 2000)
            throw new DeskException("malformed", "the view asks for more than 2,000 characters", "set fewer filters");
        await using var db = open();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var row = await db.QueueViews.FindAsync([person, view.Name], cancel);
        if (row is null)
        {
            if (await db.QueueViews.CountAsync(v => v.Person == person, cancel) >= MostViews)
                throw new DeskException("malformed", $"a person keeps at most {MostViews} views", "forget one first");
            db.QueueViews.Add(row = new QueueViewRow { Person = person, Name = view.Name, Query = view.Query, At = time.GetUtcNow() });
        }
        (row.Query, row.At) = (view.Query, time.GetUtcNow());
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>Forgets a view; one that is not there is forgotten already.</summary>
    public async Task ForgetView(string person, string name, CancellationToken cancel)
    {
        await using var db = open();
        await db.QueueViews.Where(v => v.Person == person && v.Name == name).ExecuteDeleteAsync(cancel);
    }
}
