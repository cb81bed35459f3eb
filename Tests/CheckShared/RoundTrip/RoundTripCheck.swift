import Foundation
import MIDI
import Representation

/// Checks every MIDI file below some folders: `ritornello-check-shared [--write DIR] FOLDER…`.
///
/// A file that is accepted gives equal scores when they are written and read again, and each representation that takes a
/// score, with its options, encodes what it decodes to the same numbers. Files below a folder `chorales` are also merged into
/// one track each and separated again. Prints counts a representation, and what is left out and why; exits 1 where a law is
/// broken or less than 95 % of the notes come back in their own line. `--write` does no more than write each score of each
/// accepted file to a folder, as a MIDI file and as a list of its notes, for other libraries to read.
@main
struct RoundTripCheck {
  private var files = 0
  private var refused = 0
  private var scores = 0
  private var taken: [String: Int] = [:]
  private var leftOut: [String: Int] = [:]
  /// Of each file the representations that are known to leave it out.
  private var told: [String: Set<String>] = [:]
  private var faults: [String] = []
  private var lines: LineCheck
  private let representations: [(name: String, representation: Representation)]
  private static let leastShare = 0.95
  /// Where scores are written; nil: they are checked.
  private var output: String?

  static func main() throws {
    var check = try RoundTripCheck()
    var arguments = CommandLine.arguments.dropFirst()
    if arguments.first == "--write" {
      check.output = arguments.dropFirst().first
      arguments = arguments.dropFirst(2)
    }
    for folder in arguments { check.walk(folder) }
    if check.output != nil {
      print("\(check.files) files, \(check.refused) refused, \(check.scores) scores written")
      exit(check.faults.isEmpty && check.scores > 0 ? 0 : 1)
    }
    check.tell()
    let isInLines = check.lines.songs == 0 || check.lines.share >= leastShare
    exit(check.faults.isEmpty && check.files > 0 && isInLines ? 0 : 1)
  }

  private init() throws {
    var all: [(String, RepresentationSettings)] = RepresentationSettings.Name.allCases.map {
      ($0.rawValue, RepresentationSettings($0))
    }
    func add(_ title: String, _ name: RepresentationSettings.Name, _ change: (inout RepresentationSettings) -> Void) {
      var settings = RepresentationSettings(name)
      change(&settings)
      all.append((title, settings))
    }
    for name in RepresentationSettings.Name.allCases {
      add("\(name) on 12", name) { $0.resolution = 12 }
      add("\(name), mixed grid", name) { $0.isMixed = true }
      add("\(name) with the pedal", name) { $0.pedal = true }
    }
    for name in [RepresentationSettings.Name.roll, .steps] {
      add("\(name) with drums", name) { $0.drums = true }
      add("\(name) by family with drums", name) { ($0.programs, $0.drums) = (.families, true) }
      add("\(name) of programs 0, 32 and 48", name) { $0.programs = .listed([0, 32, 48]) }
    }
    add("events on 24", .events) { $0.resolution = 24 }
    add("steps without holds", .steps) { $0.holds = false }
    add("voices without repeats", .voices) { $0.repeats = false }
    add("events by the clock", .events) { $0.time = .clock }
    representations = try all.map { ($0, try Representation($1)) }
    lines = try LineCheck()
  }

  private mutating func walk(_ folder: String) {
    guard let walk = FileManager.default.enumerator(atPath: folder) else { return }
    let names = walk.compactMap { $0 as? String }.filter {
      let name = $0.lowercased()
      return [".mid", ".midi", ".kar", ".rmi"].contains { name.hasSuffix($0) }
    }
    for name in names.sorted() {
      guard let data = FileManager.default.contents(atPath: folder + "/" + name) else { continue }
      files += 1
      check(
        [UInt8](data), name: name,
        isChorale: (folder + "/" + name).split(separator: "/").dropLast().contains("chorales"))
    }
  }

  private mutating func check(_ bytes: [UInt8], name: String, isChorale: Bool) {
    let all: [Score]
    do {
      all = try MIDIFile(bytes: bytes).scores()
    } catch {
      refused += 1
      return
    }
    for score in all {
      scores += 1
      if let output {
        write(score, to: output + "/\(scores)", name: name)
        continue
      }
      if isChorale { lines.take(score) }
      let written = try? MIDIFile(bytes: MIDIFile(score: score).bytes).scores()
      if written != [score] { faults.append("\(name): read, written and read again, it is another score") }
      for (title, representation) in representations {
        let song: EncodedSong
        do {
          song = try representation.encode(score).0
        } catch {
          leftOut[title, default: 0] += 1
          // What a representation leaves out is told once, and of a variant what it leaves out alone.
          let base = representation.settings.name.rawValue
          if told[name, default: []].insert(base).inserted { print("\(title) leaves out \(name): \(error)") }
          continue
        }
        taken[title, default: 0] += 1
        let decoded = representation.decode(song)
        if (try? representation.quantised(score)) != decoded {
          faults.append("\(name): \(title) decodes to another score")
        }
        if (try? representation.encode(decoded).0) != song { faults.append("\(name): \(title) is no fixed point") }
      }
    }
  }

  /// Writes a score as a MIDI file, and its notes beside it: the name, the division, then a line a note with the number of its
  /// track, start, end, channel, pitch and velocity.
  private mutating func write(_ score: Score, to path: String, name: String) {
    var lines = [name, "\(MIDIFile(score: score).bytes[12...13].reduce(0) { $0 << 8 | Int($1) })"]
    for (number, track) in score.tracks.enumerated() {
      lines += track.notes.map { "\(number) \($0.start) \($0.end) \($0.channel) \($0.pitch) \($0.velocity)" }
    }
    do {
      try Data(MIDIFile(score: score).bytes).write(to: URL(fileURLWithPath: path + ".mid"))
      try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path + ".notes"))
    } catch {
      faults.append("\(name): \(error)")
    }
  }

  private func tell() {
    for fault in faults.prefix(20) { print(fault) }
    print("\(files) files, \(refused) refused, \(scores) scores read, written and read again")
    for (title, _) in representations {
      print("\(title): \(taken[title] ?? 0) songs encoded, decoded and encoded, \(leftOut[title] ?? 0) left out")
    }
    if lines.songs > 0 {
      let share = (lines.share * 10_000).rounded() / 100
      print(
        "\(lines.songs) chorales merged into one track and separated, \(lines.leftOut) left out: \(lines.found) of "
          + "\(lines.notes) notes come back in their own line (\(share) %)")
    }
    print("\(faults.count) faults")
  }
}
