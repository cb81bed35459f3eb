package import Identity
internal import MIDI
package import Representation

/// The songs of a snapshot as a representation writes them, in an order that neither names nor arrival change.
package struct EncodedCorpus: Sendable {
  /// One song; a file of format 2 holds several.
  package struct Item: Sendable {
    /// The file's hash.
    package var sha256: ContentHash
    package var name: String
    package var song: EncodedSong
    /// The corpus that it is of, where styles are told apart.
    package var corpus: String?
  }

  /// A file that the representation cannot take.
  package struct LeftOut: Sendable, Equatable {
    package var name: String
    package var reason: String
  }

  /// Ordered by the files' hashes; equal bytes stand once.
  package private(set) var items: [Item] = []
  package private(set) var leftOut: [LeftOut] = []
  /// What putting the songs on the grid cost.
  package private(set) var report = EncodingReport()
  /// The hash of the snapshot: of all files, also of those left out.
  package private(set) var snapshot: ContentHash

  /// Reads and encodes files.
  ///
  /// - Parameters:
  ///   - files: What to read.
  ///   - representation: How the songs are written.
  ///   - stop: Asked between two files; nil: nobody asks for an end.
  /// - Throws: `Interrupted` where the flag is set; `CompositionError` of kind `machine` where a file cannot be read, of
  ///   kind `data` where its bytes are not those named.
  package init(_ files: [MusicFile], _ representation: Representation, stop: StopFlag? = nil) throws {
    snapshot = ContentHash(ofSnapshot: [])
    var seen: Set<ContentHash> = []
    for file in files {
      if stop?.isStopped == true { throw Interrupted() }
      let bytes = try DurableFile.read(file.path, limit: file.sha256 == nil ? MIDILimits().fileBytes : Int.max - 1)
      let hash = ContentHash(of: bytes)
      if let expected = file.sha256, expected != hash {
        throw CompositionError(
          .data, "\(file.name) is not what it was: \(file.path.shown) has the hash \(hash), not \(expected)")
      }
      guard seen.insert(hash).inserted else { continue }
      add(bytes, hash: hash, file, representation)
    }
    // Two songs of one file keep the file's order: the sort is over whole files, and is stable by index.
    items = items.enumerated().sorted { ($0.element.sha256, $0.offset) < ($1.element.sha256, $1.offset) }.map(\.element)
    leftOut.sort { ($0.name, $0.reason) < ($1.name, $1.reason) }
    snapshot = ContentHash(ofSnapshot: seen)
  }

  private mutating func add(
    _ bytes: [UInt8], hash: ContentHash, _ file: MusicFile, _ representation: Representation
  ) {
    let name = file.name
    var limits = MIDILimits()
    // What has a hash was taken in under the studio's own limit.
    if file.sha256 != nil { limits.fileBytes = max(limits.fileBytes, bytes.count) }
    let scores: [Score]
    do {
      scores = try MIDIFile(bytes: bytes, limits: limits).scores()
    } catch {
      leftOut.append(LeftOut(name: name, reason: "\(error)"))
      return
    }
    for score in scores {
      do {
        let (song, losses) = try representation.encode(score)
        report = report + losses
        if song.frames > 0 {
          items.append(Item(sha256: hash, name: name, song: song, corpus: file.corpus))
        } else {
          leftOut.append(LeftOut(name: name, reason: "holds no music"))
        }
      } catch {
        leftOut.append(LeftOut(name: name, reason: "\(error)"))
      }
    }
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
    items = songs.map { Item(sha256: snapshot, name: "", song: $0) }
  }

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
    let hashes = Array(Set(items.map(\.sha256))).sorted()
    func place(_ hash: ContentHash) -> Double {
      Double(UInt32(hash.hex.prefix(8), radix: 16) ?? 0) / 4_294_967_296
    }
    var held = Set(hashes.filter { place($0) < share })
    // The hashes are ordered as their places are, so the first is the most and the last the least held out.
    if hashes.count < 3 || share <= 0 { held = [] }
    if held.isEmpty, share > 0, hashes.count >= 3, let first = hashes.first { held = [first] }
    if held.count == hashes.count, let last = hashes.last { held.remove(last) }
    func part(_ isHeld: Bool) -> EncodedCorpus {
      EncodedCorpus(
        items: items.filter { held.contains($0.sha256) == isHeld }, leftOut: isHeld ? [] : leftOut,
        report: report, snapshot: snapshot)
    }
    return (part(false), part(true))
  }
}

extension EncodedCorpus {
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
