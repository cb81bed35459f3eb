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

  private static func varied(byTheClock: Bool = false) throws -> TrainingTask {
    var plan = Fixtures.plan(.events, reads: .tokens)
    if byTheClock { plan.representation.time = .clock }
    var task = try Fixtures.task(plan)
    task.settings.varyTempo = 0.2
    task.settings.varyVelocity = 12
    return task
  }

  @Test(
    "songs of events are played faster and slower, louder and softer, and taken up again so", arguments: [false, true])
  func variation(byTheClock: Bool) throws {
    let task = try Self.varied(byTheClock: byTheClock)
    let reading = try task.plan.reading()
    var plain = task.settings
    (plain.varyTempo, plain.varyVelocity) = (nil, nil)
    var (whole, other) = (LaneStream(task.train, reading, task.settings), LaneStream(task.train, reading, plain))
    #expect(whole.next(200, progress: 0).classes != other.next(200, progress: 0).classes)
    var resumed = LaneStream(task.train, reading, task.settings)
    try resumed.resume(at: whole.bookmark)
    for _ in 0..<20 {
      let (one, two) = (whole.next(31, progress: 0), resumed.next(31, progress: 0))
      #expect(one.classes == two.classes)
      #expect(one.keep == two.keep)
    }
    var foreign = whole.bookmark
    foreign[4] = 201
    #expect(throws: CompositionError.self) { try resumed.resume(at: foreign) }
  }

  @Test("what other representations are trained on is not varied, and their bookmarks stay short")
  func noVariation() throws {
    var task = try Fixtures.task(Fixtures.plan(.steps, reads: .frames))
    let reading = try task.plan.reading()
    var plain = LaneStream(task.train, reading, task.settings)
    task.settings.varyVelocity = 20
    var varied = LaneStream(task.train, reading, task.settings)
    #expect(varied.next(50, progress: 0).vectors == plain.next(50, progress: 0).vectors)
    #expect(varied.bookmark == plain.bookmark)
  }
}
