import Network
import Representation
import Testing

@testable import Composition

@Suite("The stream of songs in lanes")
struct LaneStreamTests {
  @Test("a stream that is taken up again goes on as if it had not stopped")
  func bookmark() throws {
    let task = try Fixtures.task(Fixtures.plan(.voices, reads: .frames))
    let reading = try task.plan.reading()
    var whole = LaneStream(task.train, reading, task.settings)
    for _ in 0..<7 { _ = whole.next(9, progress: 0.3) }
    var resumed = LaneStream(task.train, reading, task.settings)
    try resumed.resume(at: whole.bookmark)
    for _ in 0..<20 {
      let (one, other) = (whole.next(9, progress: 0.5), resumed.next(9, progress: 0.5))
      #expect(one.vectors == other.vectors)
      #expect(one.written == other.written)
      #expect(one.keep == other.keep)
    }
  }

  @Test("every song starts once in an epoch")
  func epochs() throws {
    let task = try Fixtures.task(Fixtures.plan(.voices, reads: .tokens), songs: 7)
    let reading = try task.plan.reading()
    var stream = LaneStream(task.train, reading, task.settings)
    let songs = task.train.items.count
    let steps = task.train.items.map { reading.stepCount(of: $0.song) }.reduce(0, +)
    // One lane would read each epoch whole; three lanes together start all songs of it before the next one's first.
    let count = steps / 3 + 1
    let starts = stream.next(count, progress: 1).keep.filter { $0 == 0 }.count
    #expect(starts >= songs)
    #expect(starts <= songs + 3)
  }

  @Test("a bookmark of other songs is refused")
  func foreignBookmark() throws {
    let task = try Fixtures.task(Fixtures.plan(.voices, reads: .tokens))
    var stream = LaneStream(task.train, try task.plan.reading(), task.settings)
    #expect(throws: CompositionError.self) { try stream.resume(at: [3, 99, 0, 0, 0, 0, 0, 0, 0, 0]) }
    #expect(throws: CompositionError.self) { try stream.resume(at: []) }
  }
}
