import Foundation
import MIDI
import TestSupport

/// Files made of bytes, for tests.
enum Made {
  /// A file with a header and some tracks, each a chunk of the bytes given.
  static func file(format: Int = 0, division: Int = 480, claimed: Int? = nil, _ tracks: [UInt8]...) -> [UInt8] {
    header(format: format, tracks: claimed ?? tracks.count, division: division) + tracks.flatMap { chunk("MTrk", $0) }
  }

  static func header(format: Int = 0, tracks: Int = 1, division: Int = 480) -> [UInt8] {
    Array("MThd".utf8) + [0, 0, 0, 6] + word(format) + word(tracks) + word(division)
  }

  static func chunk(_ name: String, _ body: [UInt8], length: Int? = nil) -> [UInt8] {
    let length = length ?? body.count
    return Array(name.utf8) + word(length >> 16) + word(length & 0xFFFF) + body
  }

  static func word(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }

  static let end: [UInt8] = [0x00, 0xFF, 0x2F, 0x00]
  /// A note of pitch 60 from where it stands, 240 ticks long.
  static let note: [UInt8] = [0x00, 0x90, 60, 64, 0x81, 0x70, 0x80, 60, 64]
}

/// Files that lie beside the tests.
enum Golden {
  static func url(_ name: String) throws -> URL {
    guard let folder = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
    return folder.appendingPathComponent("Golden").appendingPathComponent(name)
  }

  static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: url(name))) }

  static func decoded<Value: Decodable>(_ name: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(contentsOf: url(name)))
  }

  /// All MIDI files beside the tests.
  static func files() throws -> [[UInt8]] {
    try ["", "torture"].flatMap { folder in
      try FileManager.default.contentsOfDirectory(atPath: url(folder).path).filter { $0.hasSuffix(".mid") }.sorted()
        .map { try bytes(folder + "/" + $0) }
    }
  }
}

extension Score {
  /// A score of anything that a score may hold, also what is not canonical.
  static func random(_ generator: inout SeededGenerator) -> Score {
    let ticks = [1, 7, 24, 480, 10_080, 32_767].randomElement(using: &generator) ?? 480
    var score = Score(division: .ticksPerQuarter(ticks))
    if Int.random(in: 0..<8, using: &generator) == 0 {
      score.division = .smpte(
        framesPerSecond: [24, 25, 29, 30][Int.random(in: 0..<4, using: &generator)], ticksPerFrame: 40)
    }
    let last = [3, 500, 20_000, 1_000_000_000].randomElement(using: &generator) ?? 500
    func tick() -> Int { Int.random(in: 0...last, using: &generator) }
    for _ in 0..<Int.random(in: 0..<4, using: &generator) {
      var track = Track()
      if Bool.random(using: &generator) {
        track.name = (0..<Int.random(in: 0..<200, using: &generator)).map { _ in .random(in: 0...255, using: &generator)
        }
      }
      for _ in 0..<Int.random(in: 0..<3, using: &generator) {
        track.programs.append(
          ProgramChange(
            tick: tick(), channel: .random(in: 0...15, using: &generator),
            program: .random(in: 0...127, using: &generator)))
      }
      for _ in 0..<Int.random(in: 0..<40, using: &generator) {
        let (start, length) = (tick(), [0, 1, tick()].randomElement(using: &generator) ?? 0)
        track.notes.append(
          Note(
            start: start, end: start + length, channel: .random(in: 8...9, using: &generator),
            pitch: .random(in: 60...62, using: &generator), velocity: .random(in: 1...127, using: &generator),
            releaseVelocity: .random(in: 0...127, using: &generator)))
      }
      for _ in 0..<Int.random(in: 0..<6, using: &generator) {
        let status: UInt8 = [0xA3, 0xB0, 0xD5, 0xE9, 0xF0, 0xF7, 0xFF, 0xFF].randomElement(using: &generator) ?? 0xB0
        track.messages.append(
          Message(
            tick: tick(), status: status, data1: .random(in: 0...127, using: &generator),
            data2: .random(in: 0...127, using: &generator),
            payload: (0..<Int.random(in: 0..<200, using: &generator)).map { _ in .random(in: 0...255, using: &generator)
            }[
              ...]))
      }
      score.tracks.append(track)
    }
    for _ in 0..<Int.random(in: 0..<4, using: &generator) {
      score.tempos.append(Tempo(tick: tick(), microsecondsPerQuarter: .random(in: 1...0xFF_FFFF, using: &generator)))
      score.timeSignatures.append(
        TimeSignature(
          tick: tick(), numerator: .random(in: 1...255, using: &generator),
          denominator: 1 << Int.random(in: 0...15, using: &generator),
          clocksPerClick: .random(in: 0...255, using: &generator)))
      score.keySignatures.append(
        KeySignature(tick: tick(), sharps: .random(in: -7...7, using: &generator), isMinor: .random(using: &generator)))
    }
    score.length = tick()
    return score
  }
}
