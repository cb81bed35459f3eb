import Network
import Representation
import TestSupport
import Testing

@testable import Composition

@Suite("What echoes in a song")
struct EchoTests {
  // Printed by Tests/Engine/echo.py.
  private static let golden: [(song: String, sources: [Int], lengths: [Int])] = [
    ("abcabcabcd", [-1, -1, -1, -1, 1, 2, 3, 4, 5, 6, -1], [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 0]),
    ("aaaaaaaa", [-1, -1, -1, 1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 2, 3, 4, 5, 6]),
    (
      "abacabadabacaba", [-1, -1, -1, 1, -1, 1, 2, 3, -1, 1, 2, 3, 4, 5, 6, 7],
      [0, 0, 0, 1, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7]
    ),
    ("abcdefgh", [-1, -1, -1, -1, -1, -1, -1, -1, -1], [0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ("aabbaabbaab", [-1, -1, -1, -1, -1, 1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7]),
    ("ab", [-1, -1, -1], [0, 0, 0]),
    ("", [-1], [0]),
  ]

  @Test("a frame's echo is that of the reference", arguments: golden)
  func reference(song: String, sources: [Int], lengths: [Int]) {
    let frames = song.unicodeScalars.map { [Int32($0.value)] }
    #expect(told(frames).map(\.length) == lengths)
    #expect(told(frames).map(\.frame) == sources.map { $0 < 0 ? [] : frames[$0] })
  }

  @Test("kept up to date frame by frame it equals its definition", arguments: 0..<40)
  func definition(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let kinds = UInt64(1 + seed % 7)
    let frames = (0..<80).map { _ in
      (0..<Int32(random.next() % kinds)).map { $0 }
    }
    let told = told(frames)
    for time in 0...frames.count {
      var best = (source: -1, length: 0)
      for source in stride(from: 1, to: time - 1, by: 1) {
        var length = 0
        while length < source, frames[source - 1 - length] == frames[time - 1 - length] { length += 1 }
        if length > best.length { best = (source, length) }
      }
      #expect(told[time].length == best.length)
      #expect(told[time].frame == (best.source < 0 ? [] : frames[best.source]))
    }
  }

  /// What is told before each frame and after the last.
  private func told(_ frames: [[Int32]]) -> [(frame: [Int32], length: Int)] {
    var echo = Echo()
    var told = [(frame: echo.frame, length: echo.length)]
    for frame in frames {
      echo.append(frame)
      told.append((echo.frame, echo.length))
    }
    return told
  }

  @Test("a network that asks for the echo reads the frame and the match's length", arguments: Fixtures.plans)
  func input(plan: NetworkPlan) throws {
    guard plan.network.reads == .frames else { return #expect(plan.network.inputs.isEmpty) }
    var plan = plan
    plan.network.inputs = [.echo]
    let reading = try plan.reading()
    let names = reading.axes.inputs
    var (song, _) = try reading.representation.encode(ScoreBuilder.chorale(seed: 1))
    // The song twice.
    let frames = song.frames
    if reading.endClass != nil { song.tokens.removeLast() }
    (song.tokens, song.rows) = (song.tokens + song.tokens, song.rows + song.rows)
    if let end = reading.endClass { song.tokens.append(end) }
    song.frames *= 2
    let steps = reading.stepCount(of: song)
    var batch = BatchBuilder(lanes: 1, architecture: reading.architecture)
    var past = Past()
    for _ in 0..<steps {
      batch.append(inputAfter: past, by: reading)
      reading.advance(&past, over: song)
    }
    let values = try #require(batch.vectors.values)
    let last = Int(batch.vectors.offsets[steps - 1])..<Int(batch.vectors.offsets[steps])
    let read = Dictionary(uniqueKeysWithValues: last.map { (names[Int(batch.vectors.indices[$0])], values[$0]) })
    // Before the last step of the second half as many steps match as came before it in the first half.
    let half = reading.endClass == nil ? steps / 2 : frames
    let matching = reading.endClass == nil ? half - 1 : half
    #expect(read["echo of 1"] == 1)
    #expect(read["echo of 64"] == Float(min(matching, 64)) / 64)
    let places = batch.vectors.indices[last]
    #expect(zip(places, places.dropFirst()).allSatisfy { $0 < $1 })
  }
}

@Suite("What is told of a song's length")
struct BarsLeftTests {
  private let inputs: FrameInputs = {
    var network = Fixtures.plan(.steps, reads: .frames).network
    network.inputs = [.barsLeft]
    return FrameInputs(network, Fixtures.representation(.steps), frame: [])
  }()

  private func told(step: Int, of length: Int?) -> [String: Float] {
    var past = Past(length: length)
    past.step = step
    var row = SparseRows(width: inputs.names.count)
    inputs.append(to: &row, from: 0, after: past, pitches: [])
    let values = row.values ?? [Float](repeating: 1, count: row.indices.count)
    return Dictionary(uniqueKeysWithValues: zip(row.indices.map { inputs.names[Int($0)] }, values))
  }

  @Test("quarters are counted down to 0, and bars are told as shares")
  func countdown() {
    #expect(told(step: 64, of: 64) == ["quarters left 0": 1])
    #expect(
      told(step: 63, of: 64) == [
        "quarters left 1": 1, "bars left of 4": 0.015_625, "bars left of 16": 0.003_906_25,
        "bars left of 64": 0.000_976_562_5,
      ])
    #expect(
      told(step: 1, of: 65) == [
        "quarters left 16": 1, "bars left of 4": 1, "bars left of 16": 0.25, "bars left of 64": 0.0625,
      ])
    #expect(
      told(step: 1, of: 2000) == ["bars left of 4": 1, "bars left of 16": 1, "bars left of 64": 1])
  }

  @Test("nothing is told where no length is known, and 0 past the end")
  func edges() {
    #expect(told(step: 5, of: nil) == [:])
    #expect(told(step: 70, of: 64) == ["quarters left 0": 1])
  }
}
