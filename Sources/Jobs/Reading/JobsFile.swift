import Identity
package import StrictYAML

/// The content of `jobs.yaml`, with every setting after defaults.
package struct JobsFile: Sendable {
  package var studio = StudioSettings()
  package var limits = LimitSettings()
  /// The jobs in the file's order.
  package var jobs: [JobSpec] = []
  /// The fields that every job and one-off spec starts from.
  package var defaults = JobFields()
  /// Where the file writes each job's schedule.
  package var scheduleMarks: [String: Mark] = [:]

  /// A file that says nothing: no jobs, and the defaults of all else.
  package init() {}

  /// The job of that name, or nil.
  package func job(named name: String) -> JobSpec? { jobs.first { $0.name == name } }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - path: its name as diagnostics show it.
  /// - Returns: the content, or nil where anything is wrong; and everything that is wrong, by place.
  package static func parse(bytes: [UInt8], path: String) -> (JobsFile?, [Diagnostic]) {
    let list = DiagnosticList(path: path, bytes: bytes)
    var file = JobsFile()
    if let root = Document.root(of: bytes, reportingTo: list),
      let reader = MappingReader(root, path: "", list: list)
    {
      file.read(reader)
    }
    return (list.isEmpty ? file : nil, list.sorted)
  }

  /// Reads the outermost map.
  mutating func read(_ reader: MappingReader) {
    _ = reader.value("version", .integer(1...1), default: "1")
    if let inner = reader.section("studio") { studio = StudioSettings(inner) }
    if let inner = reader.section("limits") { limits = LimitSettings(inner) }
    reader.record("defaults", type: "map (any field of a job)")
    if reader.recorder == nil, let inner = reader.section("defaults") {
      defaults = JobFields(inner)
      inner.finish()
    }
    reader.record("jobs", type: "map of jobs by name")
    if reader.recorder != nil {
      let inner = MappingReader(
        entries: [], mark: reader.mark, path: "jobs.*", list: reader.list, recorder: reader.recorder)
      _ = JobFields(inner)
    }
    if reader.recorder == nil, let inner = reader.section("jobs") {
      let entries = inner.all()
      let names = Set(entries.map(\.key))
      for entry in entries { readJob(entry, names, reader.list) }
    }
    reader.finish()
  }

  private mutating func readJob(_ entry: Entry, _ names: Set<String>, _ list: DiagnosticList) {
    let name = entry.key
    let isName = Self.isFree(name)
    if !isName {
      list.report(
        "\(quoted(name)) cannot be the name of a job", at: entry.keyMark, key: name, expected: Self.nameExpected)
    }
    guard let reader = MappingReader(entry.value, path: "jobs." + name, list: list) else { return }
    let fields = JobFields(reader)
    reader.finish()
    fields.checkStart(knownJobs: names, reportingTo: list)
    guard isName else { return }
    let whole = fields.overlaid(on: defaults)
    scheduleMarks[name] = whole.schedule?.mark
    jobs.append(whole.resolved(name: name, reportingTo: list, at: entry.keyMark))
  }

  static let nameExpected =
    "1 to 64 of a to z, 0 to 9 and -, beginning with a letter or digit, and no word that "
    + "stands for weights"

  /// Says whether a text can name a job, and is not taken by a word that `from` understands otherwise.
  static func isFree(_ name: String) -> Bool {
    RunID.isJobName(name) && !["latest", "scratch", "starter"].contains(name) && ContentHash(hex: name) == nil
  }
}

extension MappingReader {
  /// A section of the file, which may be there with nothing in it.
  func section(_ key: String) -> MappingReader? {
    if let node = node(key), node.isNull {
      return MappingReader(entries: [], mark: node.mark, path: key, list: list)
    }
    return mapping(key)
  }
}

extension StudioSettings {
  /// Reads `studio:`.
  init(_ reader: MappingReader) {
    self.init()
    let hour = TimeSpan.hours(1)
    poll = reader.value("poll", .span(TimeSpan(milliseconds: 50)...hour), default: "\(poll)") ?? poll
    settle = reader.value("settle", .span(.seconds(0)...hour), default: "5s (network file system: 15s)")
    workers = reader.value("workers", .integer(1...64), default: "\(workers)") ?? workers
    threads = reader.value("threads", .integer(0...1024), default: "\(threads)") ?? threads
    nice = reader.value("nice", .integer(0...19), default: "\(nice)") ?? nice
    checkpoint = reader.value("checkpoint", .span(.seconds(1)...hour), default: "\(checkpoint)") ?? checkpoint
    if let path = reader.value("metrics", .path, default: metrics ?? "none") {
      metrics = path == "none" ? nil : path
    }
    reader.finish()
  }
}

extension LimitSettings {
  /// Reads `limits:`.
  init(_ reader: MappingReader) {
    self.init()
    let file = ByteCount(bytes: 1 << 10)...ByteCount(bytes: 1 << 30)
    let archive = ByteCount(bytes: 1 << 10)...ByteCount(bytes: 1 << 40)
    fileBytes = reader.value("file_bytes", .size(file), default: "\(fileBytes)") ?? fileBytes
    archiveBytes = reader.value("archive_bytes", .size(archive), default: "\(archiveBytes)") ?? archiveBytes
    reader.record("oneoff", type: "map")
    if let inner = reader.mapping("oneoff") {
      let minutes = Kind<Double>.number("above 0 up to 1000000") { $0 > 0 && $0 <= 1_000_000 }
      oneoff.minutes = inner.value("minutes", minutes.measured(in: "minutes"), default: "60") ?? oneoff.minutes
      oneoff.songs = inner.value("songs", .integer(1...10_000), default: "\(oneoff.songs)") ?? oneoff.songs
      inner.finish()
    }
    reader.finish()
  }
}
