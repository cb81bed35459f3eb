import MIDI
import TestSupport
import Testing

@testable import Representation

@Suite("Frames that are too full for their lines")
struct CrowdTests {
  /// Leaves out one note after another, each time the first of those that are over first.
  private func plainly(_ group: [GridNote], toFit count: Int) -> [GridNote] {
    var group = group
    while group.count > count {
      let over = group.indices.filter { place in group.contains { $0.startTick >= group[place].endTick } }
      guard let first = over.min(by: { group[$0].endTick < group[$1].endTick }) else { break }
      group.remove(at: first)
    }
    return group
  }

  @Test("the same notes are left out as one after another would be")
  func sameNotes() throws {
    let representation = try Representation(RepresentationSettings(.voices))
    var random = SeededGenerator(seed: 6)
    var leftOut = 0
    for _ in 0..<3000 {
      let notes = (0..<Int.random(in: 0...9, using: &random)).map { number in
        let start = Int.random(in: 0...6, using: &random)
        return GridNote(
          start: 0, end: 1, pitch: number, startTick: start, endTick: start + Int.random(in: 0...4, using: &random))
      }
      let count = Int.random(in: 0...4, using: &random)
      var (group, report) = (notes, EncodingReport())
      representation.uncrowd(&group, toFit: count, report: &report)
      #expect(group == plainly(notes, toFit: count))
      #expect(report.crowded == notes.count - group.count)
      leftOut += report.crowded
    }
    #expect(leftOut > 1000)
  }

  @Test("a hundred thousand notes of no length at one tick are sorted out")
  func crowd() throws {
    let representation = try Representation(RepresentationSettings(.voices))
    let notes = (0..<100_000).map { Score.Note(start: 0, end: 0, channel: UInt8($0 % 5), pitch: UInt8(30 + $0 % 70)) }
    let (song, report) = try representation.encode(Score(tracks: [Score.Track(notes: notes)], length: 480))
    #expect(song.frames == 4)
    #expect(report.crowded > 90_000)
  }
}
