namespace Counterseal.Watch;

/// <summary>The bell's tables.</summary>
internal static class WatchTables
{
    // Times are milliseconds since 1970, UTC.
    public static RecordTables Tables { get; } = new("the watch", 7237481,
    [
        """
        CREATE TABLE IF NOT EXISTS seen (id blob PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS matched (id blob PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS counters (name text PRIMARY KEY, value bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS positions (source text PRIMARY KEY, lines bigint NOT NULL, bytes bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS evidence (finding text NOT NULL, account text NOT NULL, rule text NOT NULL, indicator text NOT NULL, field text NOT NULL, value text NOT NULL, customer text NOT NULL,
            actor text NOT NULL, state text, source text NOT NULL, confidence bigint NOT NULL, marking bigint NOT NULL, events bigint NOT NULL, first_at bigint NOT NULL, last_at bigint NOT NULL,
            event text NOT NULL, place_source text NOT NULL, place_number bigint NOT NULL, place_offset bigint NOT NULL, PRIMARY KEY (finding, account, rule, indicator, field, value));
        CREATE TABLE IF NOT EXISTS dirty (finding text PRIMARY KEY);
        CREATE TABLE IF NOT EXISTS record (n bigint PRIMARY KEY, subject text NOT NULL, version bigint NOT NULL, type text NOT NULL, bytes blob NOT NULL, salt blob NOT NULL, logged bigint NOT NULL,
            leaf_index bigint, proof text, UNIQUE (subject, version));
        CREATE INDEX IF NOT EXISTS record_logged ON record (logged) WHERE logged = 0;
        CREATE TABLE IF NOT EXISTS subjects (id text PRIMARY KEY, kind text NOT NULL, version bigint NOT NULL, state text NOT NULL, account text, look_at bigint NOT NULL, claimed_until bigint NOT NULL DEFAULT 0,
            planned bigint NOT NULL DEFAULT 0);
        CREATE INDEX IF NOT EXISTS subjects_look ON subjects (kind, look_at);
        CREATE INDEX IF NOT EXISTS subjects_account ON subjects (account) WHERE account IS NOT NULL;
        CREATE TABLE IF NOT EXISTS codes (hash blob PRIMARY KEY, notice text NOT NULL);
        CREATE TABLE IF NOT EXISTS messages (id text PRIMARY KEY, notice text NOT NULL, rung bigint NOT NULL);
        INSERT INTO counters (name, value) VALUES ('leaves', 0), ('events', 0) ON CONFLICT DO NOTHING;
        """,
        // seen_at 0: from before this step; Bell.Prune takes it for the day when it first met it. Times of observations are ticks of 100 ns, since windows are held to that.
        """
        ALTER TABLE seen ADD COLUMN seen_at bigint NOT NULL DEFAULT 0;
        CREATE INDEX seen_seen_at ON seen (seen_at);
        CREATE TABLE observed (stream blob NOT NULL, event blob NOT NULL, at bigint NOT NULL, holds blob NOT NULL, used bigint NOT NULL, until bigint NOT NULL, id text NOT NULL, kind bigint NOT NULL,
            outcome bigint NOT NULL, place_source text NOT NULL, place_number bigint NOT NULL, place_offset bigint NOT NULL, PRIMARY KEY (stream, event)) WITHOUT ROWID;
        CREATE INDEX observed_until ON observed (until);
        CREATE TABLE bound (finding text NOT NULL, indicator text NOT NULL, account text NOT NULL, event text NOT NULL, match text NOT NULL, at bigint NOT NULL, kind bigint NOT NULL, outcome bigint NOT NULL,
            place_source text NOT NULL, place_number bigint NOT NULL, place_offset bigint NOT NULL, PRIMARY KEY (finding, indicator, account, event));
        INSERT INTO counters (name, value) VALUES ('observed', 0) ON CONFLICT DO NOTHING;
        """,
    ]);
}
