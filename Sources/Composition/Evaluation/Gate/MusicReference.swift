package import Identity
package import MIDI

/// A corpus as songs are judged by it: what is usual in it, and what stands in it.
package struct MusicReference {
  private let songs: [ReferenceSong]
  private let index: CopyIndex
  /// What is usual of held-out songs.
  package let yardstick: CopyReport.Yardstick
  /// How familiar the steps over bar lines of held-out songs are.
  private let familiarity: MetricBand
  /// The number of files.
  private let files: Int
  private var bands: [Int: [SongMetrics.CodingKeys: MetricBand]] = [:]

  /// Files that a corpus must have for bands and for a yardstick.
  package static let leastFiles = 5
  /// Songs that bands are taken of, and held-out songs that the yardstick is taken of, at most.
  private static let sample = 400
  /// Held-out songs under which every song is measured against all others instead.
  private static let leastHeldOut = 10

  /// Takes in a corpus.
  ///
  /// - Parameters:
  ///   - songs: its songs, in any order.
  ///   - heldOut: the files that were held out of training, which are the yardstick.
  ///   - stop: asked now and then; nil: nobody asks for an end.
  /// - Throws: `Interrupted` where the flag is set.
  package init(_ songs: [ReferenceSong], heldOut: Set<ContentHash>, stop: StopFlag? = nil) throws {
    let songs = songs.enumerated().sorted { ($0.element.sha256, $0.offset) < ($1.element.sha256, $1.offset) }
      .map(\.element)
    self.songs = songs
    let hashes = Set(songs.map(\.sha256))
    files = hashes.count
    let index = CopyIndex(songs)
    self.index = index
    var looks: [CopyIndex.Look] = []
    let held = songs.filter { heldOut.contains($0.sha256) }
    if Set(held.map(\.sha256)).count >= Self.leastHeldOut {
      let training = index.without { heldOut.contains($0.sha256) }
      for song in held.prefix(Self.sample) {
        if stop?.isStopped == true { throw Interrupted() }
        looks.append(training.look(at: song.score))
      }
    } else if files >= Self.leastFiles {
      // Too few to tell a percentile: each song beside all others is the same measure.
      for song in songs.prefix(Self.sample) {
        if stop?.isStopped == true { throw Interrupted() }
        looks.append(index.without { $0.sha256 == song.sha256 }.look(at: song.score))
      }
    }
    // Tighter than the others: nothing else tells music whose bars are shuffled.
    familiarity = MetricBand(looks.compactMap(\.barLineFamiliarity), isOpenAbove: true, outliers: 20, spread: 0)
    let lengths = looks.map(\.longestBars).sorted()
    let place = (lengths.count * 95 + 99) / 100 - 1
    yardstick = CopyReport.Yardstick(longestP95: lengths.indices.contains(place) ? lengths[place] : nil)
  }

  /// Reads files as they stand, each content once, and takes them in; a tenth of them is held out.
  ///
  /// - Parameters:
  ///   - files: the corpus.
  ///   - stop: asked now and then; nil: nobody asks for an end.
  ///   - warn: told of each file that cannot be used.
  /// - Throws: `Interrupted` where the flag is set; `CompositionError` of kind `machine` where a file cannot be read, of
  ///   kind `data` where there is no music at all.
  package init(_ files: [MusicFile], stop: StopFlag? = nil, warn: (String) -> Void) throws {
    var seen: Set<ContentHash> = []
    var songs: [ReferenceSong] = []
    for file in files {
      if stop?.isStopped == true { throw Interrupted() }
      do {
        let found = try ReferenceSong.songs(of: file).filter { $0.score.noteCount > 0 }
        if let hash = found.first?.sha256, seen.insert(hash).inserted { songs += found }
      } catch let error as CompositionError where error.kind == .data {
        warn("left out: " + error.message)
      }
    }
    guard !songs.isEmpty else { throw CompositionError(.data, "there is no music to measure against") }
    try self.init(songs, heldOut: EncodedCorpus.heldOut(of: seen, share: 0.1), stop: stop)
  }

  /// Judges a song.
  ///
  /// - Parameters:
  ///   - score: the song.
  ///   - hangingNotes: how many notes its file never ended.
  ///   - gate: what is let through.
  /// - Returns: what is known of it, and whether it may go out.
  package mutating func judge(_ score: Score, hangingNotes: Int = 0, by gate: GateSettings = GateSettings())
    -> SongJudgement
  {
    var judgement = SongJudgement(of: score, hangingNotes: hangingNotes)
    let look = index.look(at: score)
    let copying = report(of: look)
    judgement.copying = copying
    guard judgement.gate.passed else { return judgement }
    var reasons = isTooSmall ? [] : outside(judgement.metrics, score, except: gate.excused)
    if let share = look.barLineFamiliarity, !familiarity.holds(share), !gate.excused.contains("bar_line_familiarity") {
      reasons.append("bar_line_familiarity is \(told(share)), expected: \(familiarity.description)")
    }
    if let run = copying.longest, !gate.excused.contains("copying") || gate.longest != nil {
      let told = "copying.longest is \(told(run.bars)) bars (\(run.notes) notes of \(run.file) from bar \(run.bar))"
      if let limit = gate.longest ?? yardstick.longestP95, run.bars > limit + 1e-9 {
        reasons.append("\(told), expected: at most \(Composition.told(limit))")
      } else if look.isCopy, gate.longest == nil, !isTooSmall {
        reasons.append("\(told), and so is each line, expected: not the whole song")
      }
    }
    judgement.gate = GateVerdict(reasons: reasons)
    return judgement
  }

  /// Measures how much of a song stands in the corpus.
  package func copying(of score: Score) -> CopyReport { report(of: index.look(at: score)) }

  private func report(of look: CopyIndex.Look) -> CopyReport {
    var report = look.report
    report.yardstick = yardstick
    return report
  }

  private var isTooSmall: Bool { files < Self.leastFiles }

  private mutating func outside(
    _ metrics: SongMetrics, _ score: Score, except excused: Set<String>
  ) -> [String] {
    let bands = bands(forBars: MetreMap(score).barCount)
    return SongMetrics.CodingKeys.allCases.compactMap { key in
      guard let band = bands[key], !band.holds(metrics[key]), !excused.contains(key.rawValue) else { return nil }
      return "\(key.rawValue) is \(told(metrics[key])), expected: \(band.description)"
    }
  }

  /// The bands of songs of a length.
  ///
  /// Longer songs of the corpus are cut there, as many metrics depend on it.
  private mutating func bands(forBars bars: Int) -> [SongMetrics.CodingKeys: MetricBand] {
    if let known = bands[bars] { return known }
    let metrics = songs.prefix(Self.sample).map { SongMetrics(of: $0.score.beginning(bars: bars)) }
    var result: [SongMetrics.CodingKeys: MetricBand] = [:]
    for key in SongMetrics.CodingKeys.allCases { result[key] = MetricBand(metrics.map { $0[key] }, of: key) }
    bands[bars] = result
    return result
  }
}

extension SongJudgement {
  /// Judges a song by what can be told with no corpus.
  package init(of score: Score, hangingNotes: Int = 0) {
    metrics = SongMetrics(of: score, hangingNotes: hangingNotes)
    gate = GateVerdict(reasons: GateVerdict.faults(of: score, metrics))
  }
}

extension Score {
  /// The first bars of the song, or all of it where it has no more.
  func beginning(bars: Int) -> Score {
    let metres = MetreMap(self)
    guard bars > 0, metres.barCount > bars else { return self }
    let end = metres.start(ofBar: bars)
    var result = self
    result.length = min(length, end)
    for index in result.tracks.indices {
      result.tracks[index].notes = tracks[index].notes.filter { $0.start < end }.map {
        var note = $0
        note.end = min($0.end, end)
        return note
      }
    }
    return result
  }
}
