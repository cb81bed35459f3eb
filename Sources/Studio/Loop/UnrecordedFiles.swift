import Foundation
import Glibc
import Identity
import Ledger
import Logging
import Work

/// Stored music and weights that the ledger has no row for.
///
/// An ordinary crash leaves some whose bytes are still where they came from: these are removed. Of anything else, as where
/// a ledger was lost or an older one was put back, nothing else may hold the bytes: it is moved to
/// `.ritornello/unrecorded/`, told as a problem, and comes back as soon as the ledger has a row for it.
///
/// Each file is moved by one rename, so it is in the one place or in the other whenever the studio dies.
struct UnrecordedFiles {
  let paths: StudioPaths
  let environment: StudioEnvironment
  let reader: LedgerReader

  /// What such a file is; its name is the hash of its bytes.
  enum Kind: String, CaseIterable {
    case music = "mid"
    case weights = "safetensors"
  }

  /// A file that is named for its hash.
  struct Stored: Equatable {
    var kind: Kind
    var hash: ContentHash
    var path: FileName
  }

  /// Which hashes the ledger has rows for.
  private struct Rows {
    var music: Set<ContentHash>
    var weights: Set<ContentHash>
    var pruned: Set<ContentHash>

    init(_ reader: LedgerReader) throws {
      music = Set(try reader.objects().keys)
      let all = try reader.weights()
      weights = Set(all.filter { $0.prunedAt == nil }.map(\.sha256))
      pruned = Set(all.filter { $0.prunedAt != nil }.map(\.sha256))
    }

    func has(_ file: Stored) -> Bool { file.kind == .music ? music.contains(file.hash) : weights.contains(file.hash) }
  }

  /// Takes what is stored without a row out of objects and weights; what is safe elsewhere is removed.
  ///
  /// - Throws: `FileError` or `LedgerError` where the machine fails.
  func setAside() throws {
    let rows = try Rows(reader)
    let found = try stored().filter { !rows.has($0) }
    guard !found.isEmpty else { return }
    let safe = try safeElsewhere(found)
    var emptied: Set<FileName> = []
    for file in found {
      // A file of pruned weights was about to be deleted.
      if safe.contains(file.hash) || (file.kind == .weights && rows.pruned.contains(file.hash)) {
        try environment.make(.removeLeftover) { try environment.files.unlink(file.path, in: workingFolder) }
      } else {
        try environment.makeFolders(paths.unrecorded)
        try move(file.path, to: paths.unrecorded / file.path.last, file.hash, .setAside)
        emptied.insert(file.path.folder)
      }
    }
    guard !emptied.isEmpty else { return }
    // Where they are now comes first: no power cut leaves them nowhere.
    for folder in [paths.unrecorded] + emptied.sorted() { try environment.synchroniseFolder(folder) }
  }

  /// Deals with what was set aside and has a row by now, as its bytes were dropped again or a newer ledger is there.
  ///
  /// - Returns: the problem that the others are.
  /// - Throws: `FileError` or `LedgerError` where the machine fails.
  func look() throws -> [Problem] {
    let names = try environment.names(in: paths.unrecorded)
    guard !names.isEmpty else {
      removeFolder()
      return []
    }
    let rows = try Rows(reader)
    var counts: [Kind: Int] = [:]
    for name in names {
      guard let file = stored(paths.unrecorded / name) else { continue }
      if rows.has(file) {
        try takeBack(file)
      } else if file.kind == .weights, rows.pruned.contains(file.hash) {
        try remove(file)
      } else {
        counts[file.kind, default: 0] += 1
      }
    }
    if counts.isEmpty {
      removeFolder()
      return []
    }
    return [problem(counts)]
  }

  /// Removes the folder if it is there and empty.
  private func removeFolder() { try? environment.files.removeFolder(paths.unrecorded, in: workingFolder) }

  /// What lies among objects and weights, in order.
  func stored() throws -> [Stored] {
    var found: [Stored] = []
    for shard in try environment.names(in: paths.objects) {
      found += try environment.names(in: paths.objects / shard).compactMap { stored(paths.objects / shard / $0) }
    }
    return found + (try environment.names(in: paths.weights).compactMap { stored(paths.weights / $0) })
  }

  /// What was set aside.
  func setAsideBefore() throws -> [Stored] {
    try environment.names(in: paths.unrecorded).compactMap { stored(paths.unrecorded / $0) }
  }

  private func stored(_ path: FileName) -> Stored? {
    guard let kind = Kind(rawValue: path.ending), let text = path.last.text,
      let hash = ContentHash(hex: String(text.dropLast(kind.rawValue.utf8.count + 1)))
    else { return nil }
    return Stored(kind: kind, hash: hash, path: path)
  }

  // MARK: Where the bytes are still

  /// The hashes of those whose bytes a crash has left where they came from.
  private func safeElsewhere(_ found: [Stored]) throws -> Set<ContentHash> {
    var hashes: [Kind: [Int64: Set<ContentHash>]] = [:]
    for file in found {
      let size = try environment.files.facts(of: file.path, in: workingFolder).size
      hashes[file.kind, default: [:]][size, default: []].insert(file.hash)
    }
    var safe: Set<ContentHash> = []
    if let music = hashes[.music] { safe.formUnion(try inInbox(music)) }
    if let weights = hashes[.weights] { safe.formUnion(try inRuns(weights)) }
    return safe
  }

  /// Those that files of the inbox hold which are to be taken in still.
  private func inInbox(_ wanted: [Int64: Set<ContentHash>]) throws -> Set<ContentHash> {
    // Of an inbox that cannot be read nothing is known to be safe.
    guard let scan = try? InboxTree(of: paths.inbox, files: environment.files).look(isRemote: true) else { return [] }
    let entries = scan.files.filter { $0.isSingleMIDI && wanted[$0.facts.size] != nil }
    let fates = try reader.fates(of: entries.map(\.drop))
    let inbox = InboxFolder(paths: paths, environment: environment)
    var safe: Set<ContentHash> = []
    for entry in entries where fates[entry.drop] == nil {
      guard let descriptor = try? inbox.open(entry.path) else { continue }
      defer { environment.files.close(descriptor) }
      guard let hash = try? environment.hash(of: descriptor, path: entry.path) else { continue }
      if wanted[entry.facts.size]?.contains(hash) == true { safe.insert(hash) }
    }
    return safe
  }

  /// Those that the folders of runs hold which were not delivered, and the weights that come with the program.
  private func inRuns(_ wanted: [Int64: Set<ContentHash>]) throws -> Set<ContentHash> {
    let states = Set(RunState.allCases.filter(\.isOpen)).union([.failed])
    var places = try reader.runs(in: states).map { paths.run($0.id) / RunFolder.weights }
    if let starter = environment.starter { places.append(FileName(starter)) }
    var safe: Set<ContentHash> = []
    for place in places {
      guard let size = try? environment.files.facts(of: place, in: workingFolder).size, let hashes = wanted[size],
        let hash = try environment.hashOfFile(place), hashes.contains(hash)
      else { continue }
      safe.insert(hash)
    }
    return safe
  }

  // MARK: Moving

  /// Renames a file to a place where another one of its name may stand.
  private func move(_ path: FileName, to target: FileName, _ hash: ContentHash, _ step: Step) throws {
    if try environment.hashOfFile(target) == hash {
      try environment.make(.removeLeftover) { try environment.files.unlink(path, in: workingFolder) }
    } else {
      try environment.make(step) {
        try environment.files.rename(path, in: workingFolder, to: target, in: workingFolder)
      }
    }
  }

  /// Puts a file back that has a row now; where what the row tells of is stored whole, it is removed.
  private func takeBack(_ file: Stored) throws {
    let place = file.kind == .music ? paths.object(file.hash) : paths.weights(file.hash)
    if try environment.hashOfFile(place) == file.hash { return try remove(file) }
    guard try environment.hashOfFile(file.path) == file.hash else {
      environment.log.warning("\(file.path.shown) has other bytes than its name says, and stays where it is")
      return
    }
    try environment.makeFolders(place.folder)
    try move(file.path, to: place, file.hash, .takeBack)
    try environment.synchroniseFolder(place.folder)
    try environment.synchroniseFolder(paths.unrecorded)
    environment.log.notice("\(place.shown) is back: the ledger has a row for it")
  }

  private func remove(_ file: Stored) throws {
    try environment.make(.removeLeftover) { try environment.files.unlink(file.path, in: workingFolder) }
  }

  // MARK: Telling

  private func problem(_ counts: [Kind: Int]) -> Problem {
    let (music, weights) = (counts[.music] ?? 0, counts[.weights] ?? 0)
    var what: [String] = []
    if music > 0 { what.append(music == 1 ? "1 MIDI file" : "\(music) MIDI files") }
    if weights > 0 { what.append(weights == 1 ? "1 weights file" : "\(weights) weights files") }
    return Problem(
      code: Self.code, subject: "unrecorded",
      message: "the ledger knows nothing of \(what.joined(separator: " and ")) in .ritornello/unrecorded: "
        + "it was lost, or is older than they are",
      remedy: Self.remedy(hasMusic: music > 0, hasWeights: weights > 0), since: environment.clock.now)
  }

  static let code = "unrecorded-files"

  /// What a person can do about it.
  static func remedy(hasMusic: Bool, hasWeights: Bool) -> String {
    var ways = ["put the newer ledger back while no watch or run is going, and they return by themselves"]
    if hasMusic {
      ways.append("take the music in again (its names are lost): mv .ritornello/unrecorded/*.mid inbox/CORPUS/")
    }
    if hasWeights { ways.append("use the weights by their path (generate, train --from)") }
    return ways.joined(separator: "; or ") + "; delete what you do not want"
  }
}

extension StudioEnvironment {
  /// The hash of a file's bytes; nil where there is none.
  func hashOfFile(_ path: FileName) throws -> ContentHash? {
    do {
      let descriptor = try files.open(path, in: workingFolder, flags: O_RDONLY | O_NONBLOCK, permissions: 0)
      defer { files.close(descriptor) }
      return try hash(of: descriptor, path: path)
    } catch let error as FileError where error.isMissing {
      return nil
    }
  }
}
