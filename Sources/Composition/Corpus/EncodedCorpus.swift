package import Identity
package import Representation

/// The songs of a snapshot as a representation writes them, in an order that neither names nor arrival change.
package struct EncodedCorpus: Sendable {
  /// One song; a file of format 2 holds several.
  package struct Item: Sendable {
    /// The file's hash.
    package let sha256: ContentHash
    package let name: String
    package internal(set) var outline: SongOutline
    /// The corpus that it is of, where styles are told apart.
    package var corpus: String?
    /// Whether it stands on the tonic that all songs were moved to.
    var isOnOneTonic = false
    /// By how many semitones it is moved, and what writes it; nil: it is as it came.
    var move: (representation: Representation, semitones: Int)?
    fileprivate let store: SongStore
    fileprivate let offset: Int

    /// The song itself, unpacked each time that it is asked for.
    package var song: EncodedSong {
      let song = store.song(at: offset, outline)
      guard let move else { return song }
      return move.representation.transposed(song, by: move.semitones) ?? song
    }
  }

  /// A file that the representation cannot take.
  package struct LeftOut: Sendable, Equatable {
    package var name: String
    package var reason: String
  }

  /// Ordered by the files' hashes; equal bytes stand once.
  package internal(set) var items: [Item] = []
  package private(set) var leftOut: [LeftOut] = []
  /// What putting the songs on the grid cost.
  package private(set) var report = EncodingReport()
  /// The hash of the snapshot: of all files, also of those left out.
  package private(set) var snapshot: ContentHash

  /// Reads and encodes files, or takes their songs from a cache that keeps them.
  ///
  /// - Parameters:
  ///   - files: What to read.
  ///   - representation: How the songs are written.
  ///   - cache: Where songs are kept; nil: nowhere.
  ///   - scratch: A path beside which the songs of a thousand files and more are put aside, in a file without a name; nil:
  ///     they stay in memory.
  ///   - threads: Threads to read with; 0: all cores.
  ///   - stop: Asked between two files; nil: nobody asks for an end.
  /// - Throws: `Interrupted` where the flag is set; `CompositionError` of kind `machine` where a file cannot be read, of
  ///   kind `data` where its bytes are not those named.
  package init(
    _ files: [MusicFile], _ representation: Representation, cache: SongCache? = nil, scratch: String? = nil,
    threads: Int = 0, stop: StopFlag? = nil
  ) throws {
    let threads = OrderedWork(threads: threads)
    let reader = CorpusReader(
      files: files, representation: representation, threads: threads, scratch: scratch, stop: stop)
    let songs = try reader.songs(cache)
    items = songs.records.map { record in
      Item(
        sha256: record.sha256, name: songs.files[record.sha256]?.name ?? "", outline: record.outline,
        corpus: songs.files[record.sha256]?.corpus, store: songs.store, offset: record.offset)
    }
    leftOut = songs.remarks.leftOut.map { LeftOut(name: songs.files[$0.sha256]?.name ?? "", reason: $0.reason) }
    leftOut.sort { ($0.name, $0.reason) < ($1.name, $1.reason) }
    report = songs.remarks.report
    snapshot = ContentHash(ofSnapshot: songs.files.keys)
  }

  private init(items: [Item], leftOut: [LeftOut], report: EncodingReport, snapshot: ContentHash) {
    self.items = items
    self.leftOut = leftOut
    self.report = report
    self.snapshot = snapshot
  }

  /// A corpus of songs that are no files.
  init(songs: [EncodedSong]) {
    snapshot = ContentHash(ofSnapshot: [])
    let store = SongStore(whole: songs)
    for (number, song) in songs.enumerated() {
      let outline = SongOutline(
        frames: song.frames, tokens: song.tokens.count, elements: song.rows.count, pitches: nil)
      items.append(Item(sha256: snapshot, name: "", outline: outline, store: store, offset: number))
    }
  }

  /// The corpus with the songs of another one, of which it has no file.
  package func adding(_ others: EncodedCorpus) -> EncodedCorpus {
    var result = self
    result.items += others.items
    return result
  }

  /// The number of files that songs come from.
  package var fileCount: Int { Set(items.map(\.sha256)).count }

  /// The corpus without the files of another one, so that what is validated on is not trained on.
  package func without(_ others: EncodedCorpus) -> EncodedCorpus {
    let hashes = Set(others.items.map(\.sha256))
    var result = self
    result.items = items.filter { !hashes.contains($0.sha256) }
    return result
  }

  /// The corpus in two parts, chosen by each file's hash: a file stays on its side as the corpus grows.
  ///
  /// At least one file is held out where there are three or more, and at least one is left to train on.
  ///
  /// - Parameter share: The share that is held out, from 0 to 1; 0 holds nothing out.
  /// - Returns: What is left to train on, and what is held out.
  package func split(holdingOut share: Double) -> (train: EncodedCorpus, validation: EncodedCorpus) {
    let held = Self.heldOut(of: Set(items.map(\.sha256)), share: share)
    func part(_ isHeld: Bool) -> EncodedCorpus {
      EncodedCorpus(
        items: items.filter { held.contains($0.sha256) == isHeld }, leftOut: isHeld ? [] : leftOut,
        report: report, snapshot: snapshot)
    }
    return (part(false), part(true))
  }
}

extension EncodedCorpus {
  /// The files that are held out of a corpus, chosen by their hashes.
  ///
  /// - Parameters:
  ///   - files: the hashes of all files.
  ///   - share: the share that is held out, from 0 to 1.
  /// - Returns: the hashes of those that are.
  package static func heldOut(of files: Set<ContentHash>, share: Double) -> Set<ContentHash> {
    let hashes = files.sorted()
    func place(_ hash: ContentHash) -> Double {
      Double(UInt32(hash.hex.prefix(8), radix: 16) ?? 0) / 4_294_967_296
    }
    var held = Set(hashes.filter { place($0) < share })
    // The hashes are ordered as their places are, so the first is the most and the last the least held out.
    if hashes.count < 3 || share <= 0 { held = [] }
    if held.isEmpty, share > 0, hashes.count >= 3, let first = hashes.first { held = [first] }
    if held.count == hashes.count, let last = hashes.last { held.remove(last) }
    return held
  }

  /// What the person should know: files left out, and what the grid cost.
  package var warnings: [String] {
    var lines: [String] = []
    for file in leftOut.prefix(10) { lines.append("\(file.name) was left out: \(file.reason)") }
    if leftOut.count > 10 { lines.append("\(leftOut.count - 10) more files were left out") }
    if let told = report.summary { lines.append(told) }
    return lines
  }
}

extension EncodingReport {
  /// The losses in words; nil where nothing was lost.
  var summary: String? {
    let parts = [
      (moved, "moved to the grid"), (drums, "of drums left out"), (programs, "of other programs left out"),
      (recast, "given to another program of their family"), (outside, "outside the pitches left out"),
      (doubled, "doubled"), (merged, "merged"), (cut, "cut"), (crowded, "left out where too many sounded at once"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    var told = parts.isEmpty ? [] : ["of \(notes) notes: " + parts.joined(separator: ", ")]
    if metres > 0 { told.append("\(metres) changes of metre are read as 4/4") }
    if separated > 0 { told.append("\(separated) songs not written in lines were separated by register") }
    return told.isEmpty ? nil : told.joined(separator: "; ")
  }
}
