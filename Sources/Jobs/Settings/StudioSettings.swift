/// What `studio:` in `jobs.yaml` sets: how the folder is watched and how much is done at once.
package struct StudioSettings: Codable, Sendable, Equatable {
  /// The time between two looks at the inbox, 50 ms to 1 h.
  package var poll: TimeSpan = .seconds(2)
  /// The time that a file must lie unchanged, 0 to 1 h; nil where it is not written.
  package var settle: TimeSpan?
  /// The number of runs that may go on at once.
  package var workers = 1
  /// The number of threads of a worker, at most as many as there are cores; 0: all cores, shared among the workers.
  package var threads = 0
  /// How far workers stand back behind other programs, 0 to 19 (nice).
  package var nice = 10
  /// The time between two checkpoints of a training.
  package var checkpoint: TimeSpan = .seconds(30)
  /// The file that tells monitoring programs how the studio is, from the studio's folder; nil: none is written.
  package var metrics: String? = ".ritornello/metrics.prom"

  package init() {}

  /// The time that a file must lie unchanged: what is written, else 5 s, and 15 s on a network file system.
  package func settle(onNetwork: Bool) -> TimeSpan { settle ?? .seconds(onNetwork ? 15 : 5) }

  package enum CodingKeys: String, CodingKey { case poll, settle, workers, threads, nice, checkpoint, metrics }
}

/// What `limits:` in `jobs.yaml` sets: the most that a drop may cost.
package struct LimitSettings: Codable, Sendable, Equatable {
  /// The largest file that is taken in.
  package var fileBytes = ByteCount(bytes: 32 << 20)
  /// The most bytes that an archive may unpack to.
  package var archiveBytes = ByteCount(bytes: 1 << 30)
  /// The most that a one-off spec may ask for.
  package var oneoff = OneOff()

  package init() {}

  /// The most that a one-off spec may ask for.
  package struct OneOff: Codable, Sendable, Equatable {
    /// Minutes of training.
    package var minutes: Double = 60
    package var songs = 50

    package init() {}

    package enum CodingKeys: String, CodingKey { case minutes, songs }
  }

  package enum CodingKeys: String, CodingKey {
    case fileBytes = "file_bytes"
    case archiveBytes = "archive_bytes"
    case oneoff
  }
}
