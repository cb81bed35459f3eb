/// The third version of the ledger's layout, for large studios.
///
/// What a corpus holds is counted as it changes, by triggers, so that whoever writes keeps the count; and the order of a
/// run, which names each file of its snapshot, lies apart, so that a run's row stays small.
enum Schema3 {
  static let name = "3 tallies of corpora, orders apart"

  static let sql = orders + tallies + triggers + drops

  private static let orders = """
    CREATE TABLE run_orders (
      run TEXT PRIMARY KEY REFERENCES runs (id),
      text TEXT NOT NULL
    ) STRICT;
    INSERT INTO run_orders (run, text) SELECT id, order_text FROM runs WHERE order_text IS NOT NULL;
    ALTER TABLE runs DROP COLUMN order_text;

    """

  /// A table of its own: columns of `corpora` would make `bytes` ambiguous in questions that join it with `objects`.
  ///
  /// `snapshot` is the hash of what the corpus holds, where it was made since the last change.
  private static let tallies = """
    CREATE TABLE corpus_tallies (
      corpus INTEGER PRIMARY KEY REFERENCES corpora (id),
      files INTEGER NOT NULL DEFAULT 0,
      notes INTEGER NOT NULL DEFAULT 0,
      seconds REAL NOT NULL DEFAULT 0,
      bytes INTEGER NOT NULL DEFAULT 0,
      snapshot TEXT CHECK (snapshot IS NULL OR length(snapshot) = 64)
    ) STRICT;
    INSERT INTO corpus_tallies (corpus, files, notes, seconds, bytes)
      SELECT corpora.id, count(objects.id), coalesce(sum(objects.notes), 0), coalesce(sum(objects.seconds), 0.0),
        coalesce(sum(objects.bytes), 0)
      FROM corpora
      LEFT JOIN corpus_files ON corpus_files.corpus = corpora.id AND corpus_files.removed_at IS NULL
      LEFT JOIN objects ON objects.id = corpus_files.object
      GROUP BY corpora.id;

    """

  private static let triggers = """
    CREATE TRIGGER corpora_added AFTER INSERT ON corpora BEGIN
      INSERT INTO corpus_tallies (corpus) VALUES (NEW.id);
    END;
    CREATE TRIGGER corpus_files_added AFTER INSERT ON corpus_files WHEN NEW.removed_at IS NULL BEGIN
      UPDATE corpus_tallies SET snapshot = NULL, files = files + 1,
        notes = notes + (SELECT objects.notes FROM objects WHERE id = NEW.object),
        seconds = seconds + (SELECT objects.seconds FROM objects WHERE id = NEW.object),
        bytes = bytes + (SELECT objects.bytes FROM objects WHERE id = NEW.object)
      WHERE corpus = NEW.corpus;
    END;
    CREATE TRIGGER corpus_files_removed AFTER UPDATE OF removed_at ON corpus_files
    WHEN OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL BEGIN
      UPDATE corpus_tallies SET snapshot = NULL, files = files - 1,
        notes = notes - (SELECT objects.notes FROM objects WHERE id = OLD.object),
        seconds = iif(files = 1, 0.0, seconds - (SELECT objects.seconds FROM objects WHERE id = OLD.object)),
        bytes = bytes - (SELECT objects.bytes FROM objects WHERE id = OLD.object)
      WHERE corpus = OLD.corpus;
    END;

    """

  /// How many drops had each fate is told by this index alone.
  private static let drops = """
    CREATE INDEX drops_fate ON drops (fate);
    """
}
