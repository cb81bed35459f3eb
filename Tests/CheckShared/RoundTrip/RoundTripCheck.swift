import Foundation
import MIDI
import Representation

/// Checks every MIDI file below some folders: `ritornello-check-shared FOLDER…`.
///
/// A file that is accepted gives equal scores when they are written and read again, and each representation that takes a
/// score encodes what it decodes to the same numbers. Prints counts a representation; exits 1 where a law is broken.
@main
struct RoundTripCheck {
  private var files = 0
  private var refused = 0
  private var scores = 0
  private var taken: [String: Int] = [:]
  private var leftOut: [String: Int] = [:]
  private var faults: [String] = []
  private let representations: [(name: String, representation: Representation)]

  static func main() throws {
    var check = try RoundTripCheck()
    for folder in CommandLine.arguments.dropFirst() { check.walk(folder) }
    check.tell()
    exit(check.faults.isEmpty && check.files > 0 ? 0 : 1)
  }

  private init() throws {
    var all: [(String, RepresentationSettings)] = RepresentationSettings.Name.allCases.map {
      ($0.rawValue, RepresentationSettings($0))
    }
    var triplets = RepresentationSettings(.events)
    triplets.resolution = 12
    all.append(("events on 12", triplets))
    var clock = RepresentationSettings(.events)
    clock.time = .clock
    all.append(("events by the clock", clock))
    representations = try all.map { ($0, try Representation($1)) }
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
      check([UInt8](data), name: name)
    }
  }

  private mutating func check(_ bytes: [UInt8], name: String) {
    let all: [Score]
    do {
      all = try MIDIFile(bytes: bytes).scores()
    } catch {
      refused += 1
      return
    }
    for score in all {
      scores += 1
      let written = try? MIDIFile(bytes: MIDIFile(score: score).bytes).scores()
      if written != [score] { faults.append("\(name): read, written and read again, it is another score") }
      for (title, representation) in representations {
        guard let (song, _) = try? representation.encode(score) else {
          leftOut[title, default: 0] += 1
          if title == "voices" { print("voices leaves out \(name)") }
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

  private func tell() {
    for fault in faults.prefix(20) { print(fault) }
    print("\(files) files, \(refused) refused, \(scores) scores read, written and read again")
    for (title, _) in representations {
      print("\(title): \(taken[title] ?? 0) songs encoded, decoded and encoded, \(leftOut[title] ?? 0) left out")
    }
    print("\(faults.count) faults")
  }
}
