import MIDI
import TestSupport
import Testing

@Suite("Damaged files")
struct FuzzTests {
  @Test("20,000 damaged files are read or refused, with offsets inside the file")
  func mutations() throws {
    let files = try Golden.files().filter { $0.count < 700 }
    var generator = SeededGenerator(seed: 3)
    var accepted = 0
    for round in 0..<20_000 {
      var bytes = files[round % files.count]
      for _ in 0..<Int.random(in: 1...6, using: &generator) { Self.damage(&bytes, &generator) }
      do {
        let file = try MIDIFile(bytes: bytes, limits: MIDILimits(events: 2000))
        accepted += 1
        let facts = file.facts()
        let isSound = facts.warnings.allSatisfy { (0...bytes.count).contains($0.offset) }
        if !isSound { Issue.record("\(bytes)") }
        guard round % 16 == 0 else { continue }
        for score in file.scores() where MIDIFile(score: score).scores() != [score] { Issue.record("\(bytes)") }
      } catch {
        if !(0...bytes.count).contains(error.offset) { Issue.record("\(bytes)") }
      }
    }
    #expect(accepted > 5_000)
  }

  private static func damage(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    let place = Int.random(in: 0...bytes.count, using: &generator)
    let odd: [UInt8] = [0, 1, 0x7F, 0x80, 0x90, 0xC0, 0xF0, 0xF7, 0xFF, .random(in: 0...255, using: &generator)]
    let byte = odd[Int.random(in: 0..<odd.count, using: &generator)]
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes.insert(byte, at: place)
    case 1: bytes.removeLast(bytes.count - place)
    case 2 where place < bytes.count: bytes.remove(at: place)
    case 3: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
    case _ where place < bytes.count: bytes[place] = byte
    default: bytes.append(byte)
    }
  }
}
