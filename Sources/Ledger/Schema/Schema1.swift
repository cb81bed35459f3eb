/// The first version of the ledger's layout: tables and views.
///
/// Never edited after release; what changes comes as another migration. Names of files are bytes: `name` is the exact
/// text where they are UTF-8, else the shown form, and then `name_bytes` holds the bytes. Times are ISO 8601 in UTC to
/// the millisecond, all of one width, so that text order is time order.
enum Schema1 {
  static let name = "1 drops, corpora, runs, weights, songs"

  static let sql = tables + views

  private static let tables = """
    CREATE TABLE objects (
      id INTEGER PRIMARY KEY,
      sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
      bytes INTEGER NOT NULL CHECK (bytes >= 0),
      notes INTEGER NOT NULL,
      seconds REAL NOT NULL,
      added_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE corpora (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      changed_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE corpus_files (
      id INTEGER PRIMARY KEY,
      corpus INTEGER NOT NULL REFERENCES corpora (id),
      object INTEGER NOT NULL REFERENCES objects (id),
      name TEXT NOT NULL,
      name_bytes BLOB,
      added_at TEXT NOT NULL,
      removed_at TEXT
    ) STRICT;
    CREATE UNIQUE INDEX corpus_files_object ON corpus_files (corpus, object) WHERE removed_at IS NULL;
    CREATE UNIQUE INDEX corpus_files_name ON corpus_files (corpus, name, coalesce(name_bytes, x''))
      WHERE removed_at IS NULL;
    CREATE INDEX corpus_files_by_object ON corpus_files (object);

    CREATE TABLE drops (
      id INTEGER PRIMARY KEY,
      device INTEGER NOT NULL,
      inode INTEGER NOT NULL,
      size INTEGER NOT NULL,
      mtime_ns INTEGER NOT NULL,
      ctime_ns INTEGER NOT NULL,
      name TEXT NOT NULL,
      name_bytes BLOB,
      fate TEXT NOT NULL CHECK (fate IN ('taken', 'duplicate', 'rejected', 'withdrawn')),
      reason TEXT,
      sha256 TEXT,
      corpus TEXT,
      seen_at TEXT NOT NULL,
      decided_at TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX drops_identity
      ON drops (inode, ctime_ns, mtime_ns, size, device, name, coalesce(name_bytes, x''));
    CREATE INDEX drops_sha256 ON drops (sha256);

    CREATE TABLE snapshots (
      id INTEGER PRIMARY KEY,
      sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
      files INTEGER NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE snapshot_files (
      snapshot INTEGER NOT NULL REFERENCES snapshots (id),
      corpus_file INTEGER NOT NULL REFERENCES corpus_files (id),
      PRIMARY KEY (snapshot, corpus_file)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX snapshot_files_by_file ON snapshot_files (corpus_file);

    CREATE TABLE jobs (
      name TEXT PRIMARY KEY,
      counter INTEGER NOT NULL DEFAULT 0,
      schedule TEXT,
      schedule_since TEXT,
      last_due_at TEXT,
      snapshot_seen TEXT
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE specs (
      sha256 TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      name_bytes BLOB,
      text TEXT NOT NULL,
      taken_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE weights (
      id INTEGER PRIMARY KEY,
      sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
      bytes INTEGER NOT NULL,
      job TEXT,
      run TEXT REFERENCES runs (id),
      snapshot TEXT,
      iterations INTEGER NOT NULL,
      validation_loss REAL,
      pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
      created_at TEXT NOT NULL,
      pruned_at TEXT
    ) STRICT;
    CREATE INDEX weights_by_job ON weights (job);

    CREATE TABLE weights_parents (
      weights TEXT NOT NULL REFERENCES weights (sha256),
      parent TEXT NOT NULL,
      place INTEGER NOT NULL,
      PRIMARY KEY (weights, parent)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE runs (
      ordinal INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      job TEXT NOT NULL REFERENCES jobs (name),
      number INTEGER NOT NULL CHECK (number > 0),
      state TEXT NOT NULL CHECK (state IN ('queued', 'waiting', 'blocked', 'running', 'ready', 'delivered', 'failed',
        'cancelled', 'skipped')),
      due_at TEXT,
      spec TEXT REFERENCES specs (sha256),
      request TEXT,
      settings TEXT NOT NULL,
      order_text TEXT,
      queued_at TEXT NOT NULL,
      started_at TEXT,
      ended_at TEXT,
      attempts INTEGER NOT NULL DEFAULT 0,
      failures INTEGER NOT NULL DEFAULT 0,
      interruptions INTEGER NOT NULL DEFAULT 0,
      interruptions_without_progress INTEGER NOT NULL DEFAULT 0,
      not_before TEXT,
      weights_in TEXT,
      weights_out TEXT REFERENCES weights (sha256),
      snapshot TEXT REFERENCES snapshots (sha256),
      error TEXT,
      UNIQUE (job, number),
      CHECK ((due_at IS NOT NULL) + (spec IS NOT NULL) + (request IS NOT NULL) = 1)
    ) STRICT;
    CREATE UNIQUE INDEX runs_due ON runs (job, due_at) WHERE due_at IS NOT NULL;
    CREATE UNIQUE INDEX runs_spec ON runs (spec) WHERE spec IS NOT NULL;
    CREATE UNIQUE INDEX runs_request ON runs (request, job) WHERE request IS NOT NULL;
    CREATE INDEX runs_open ON runs (state) WHERE state IN ('queued', 'waiting', 'blocked', 'running', 'ready');
    CREATE INDEX runs_weights_out ON runs (weights_out);

    CREATE TABLE attempts (
      run TEXT NOT NULL REFERENCES runs (id),
      number INTEGER NOT NULL,
      started_at TEXT NOT NULL,
      ended_at TEXT,
      outcome TEXT CHECK (outcome IN ('done', 'stopped', 'interrupted', 'blocked', 'failed', 'cancelled')),
      error TEXT,
      PRIMARY KEY (run, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE songs (
      ordinal INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      run TEXT NOT NULL REFERENCES runs (id),
      number INTEGER NOT NULL,
      path TEXT NOT NULL UNIQUE,
      sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
      weights TEXT,
      snapshot TEXT,
      seed TEXT NOT NULL,
      bars REAL NOT NULL,
      notes INTEGER NOT NULL,
      seconds REAL NOT NULL,
      metrics TEXT NOT NULL CHECK (json_valid(metrics)),
      delivered_at TEXT,
      collected_at TEXT
    ) STRICT;
    CREATE INDEX songs_by_run ON songs (run);
    CREATE INDEX songs_sha256 ON songs (sha256);
    CREATE INDEX songs_in_outbox ON songs (path) WHERE delivered_at IS NOT NULL AND collected_at IS NULL;

    CREATE TABLE problems (
      code TEXT NOT NULL,
      subject TEXT NOT NULL,
      message TEXT NOT NULL,
      remedy TEXT NOT NULL,
      since TEXT NOT NULL,
      PRIMARY KEY (code, subject)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE requests (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      done_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE configuration (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      text TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      loaded_at TEXT NOT NULL
    ) STRICT;

    """

  private static let views = """
    CREATE VIEW drop_history (name, corpus, fate, reason, sha256, seen_at, decided_at) AS
      SELECT name, corpus, fate, reason, sha256, seen_at, decided_at FROM drops ORDER BY id;

    CREATE VIEW corpus_contents (corpus, name, sha256, bytes, added_at) AS
      SELECT corpora.name, corpus_files.name, objects.sha256, objects.bytes, corpus_files.added_at
      FROM corpus_files
      JOIN corpora ON corpora.id = corpus_files.corpus
      JOIN objects ON objects.id = corpus_files.object
      WHERE corpus_files.removed_at IS NULL
      ORDER BY corpora.name, corpus_files.name;

    CREATE VIEW song_lineage (song, path, song_sha256, run, job, weights, snapshot, name, sha256) AS
      SELECT songs.id, songs.path, songs.sha256, songs.run, runs.job, songs.weights, songs.snapshot,
        corpus_files.name, objects.sha256
      FROM songs
      JOIN runs ON runs.id = songs.run
      LEFT JOIN snapshots ON snapshots.sha256 = songs.snapshot
      LEFT JOIN snapshot_files ON snapshot_files.snapshot = snapshots.id
      LEFT JOIN corpus_files ON corpus_files.id = snapshot_files.corpus_file
      LEFT JOIN objects ON objects.id = corpus_files.object;

    CREATE VIEW run_history (id, job, state, attempts, queued_at, started_at, ended_at, weights_in, weights_out, songs,
      error) AS
      SELECT id, job, state, attempts, queued_at, started_at, ended_at, weights_in, weights_out,
        (SELECT count(*) FROM songs WHERE songs.run = runs.id), error
      FROM runs ORDER BY ordinal;
    """
}
