internal import Network
internal import Representation

/// An endless stream of shuffled songs in B lanes: where one ends, the next starts, so that nothing is padding.
///
/// Every choice is a function of the seed and of how many songs were started before, so the stream can be taken up
/// again from a few numbers.
struct LaneStream {
  /// What a lane reads.
  private struct Lane {
    /// The song's number in the corpus; -1 before the first.
    var song = -1
    var past = Past()
    var variation = Variation()
    /// The song as it is played here.
    var played = EncodedSong(frames: 0)
    /// Its recurrent steps.
    var steps = 0
  }

  /// How a copy is played: faster by thousandths, louder by so much of 127.
  private struct Variation: Equatable {
    var tempo = 0
    var velocity = 0
  }

  private let songs: [EncodedCorpus.Item]
  private let steps: [Int]
  private let styles: [[Float]]
  /// The transpositions that lose no pitch of each song, within those asked for.
  private let shifts: [ClosedRange<Int>]
  private let fade: Bool
  /// The most that tempo and velocity are varied by.
  private let most: Variation
  private let seed: UInt64
  private let reading: any SongReading
  private var lanes: [Lane]
  /// How many songs have been started.
  private var started = 0
  private var order: [Int32] = []

  init(_ corpus: EncodedCorpus, _ reading: any SongReading, _ settings: TrainingSettings) {
    songs = corpus.items
    steps = songs.map { reading.stepCount(of: $0.outline) }
    styles = songs.map { reading.style(ofCorpus: $0.corpus) }
    shifts = songs.map { song in
      guard let asked = settings.transpose, asked.low <= asked.high else { return 0...0 }
      let possible = reading.representation.transpositions(of: song.outline)
      let low = max(asked.low, possible.lowerBound)
      let high = min(asked.high, possible.upperBound)
      return low <= high ? low...high : 0...0
    }
    fade = settings.transpose?.fade ?? false
    let isVaried = reading.representation.events != nil
    most = Variation(
      tempo: isVaried ? Int(((settings.varyTempo ?? 0).clamped(to: 0...0.9) * 1000).rounded()) : 0,
      velocity: isVaried ? (settings.varyVelocity ?? 0).clamped(to: 0...127) : 0)
    seed = settings.seed
    self.reading = reading
    lanes = [Lane](repeating: Lane(), count: settings.batch)
  }

  /// All recurrent steps of all songs.
  var stepsAnEpoch: Int { steps.reduce(0, +) }

  /// The next T steps of all lanes.
  ///
  /// `progress` is the share of the training that is over, from 0 to 1.
  mutating func next(_ count: Int, progress: Float) -> BatchBuilder {
    var batch = BatchBuilder(lanes: lanes.count, architecture: reading.architecture)
    next(count, progress: progress, into: &batch)
    return batch
  }

  /// Writes the next T steps of all lanes over a batch.
  mutating func next(_ count: Int, progress: Float, into batch: inout BatchBuilder) {
    batch.removeAll()
    for _ in 0..<count {
      for lane in lanes.indices {
        if lanes[lane].song < 0 || lanes[lane].past.step >= lanes[lane].steps {
          start(lane, progress: progress)
        }
        let song = lanes[lane].played
        batch.append(song, movingOn: &lanes[lane].past, by: reading)
      }
    }
  }

  private mutating func start(_ lane: Int, progress: Float) {
    let place = started % songs.count
    if place == 0 || order.isEmpty { shuffle() }
    let song = Int(order[place])
    let random = Philox(seed: seed, purpose: Purpose.transpose)
    let range = shifts[song]
    var shift = range.lowerBound + Int(random.uniform(UInt64(started), 1) * Float(range.count))
    if fade, random.uniform(UInt64(started), 0) < progress { shift = 0 }
    start(lane, song, shift: min(shift, range.upperBound), variation())
    started += 1
  }

  /// How the next copy is played.
  private func variation() -> Variation {
    let random = Philox(seed: seed, purpose: Purpose.vary)
    func draw(_ most: Int, _ number: UInt32) -> Int {
      min(most, Int(random.uniform(UInt64(started), number) * Float(2 * most + 1)) - most)
    }
    return Variation(tempo: draw(most.tempo, 0), velocity: draw(most.velocity, 1))
  }

  private mutating func start(_ lane: Int, _ song: Int, shift: Int, _ variation: Variation) {
    lanes[lane].song = song
    lanes[lane].past.restart(shift: shift)
    lanes[lane].variation = variation
    lanes[lane].steps = 0
    guard song >= 0 else { return }
    lanes[lane].played = songs[song].song
    lanes[lane].steps = steps[song]
    if variation != Variation() {
      lanes[lane].played = reading.representation.varied(
        lanes[lane].played, tempo: variation.tempo, velocity: variation.velocity)
      lanes[lane].steps = reading.stepCount(of: lanes[lane].played)
    }
    lanes[lane].past.style = styles[song]
    lanes[lane].past.length = lanes[lane].played.frames
  }

  private mutating func shuffle() {
    order = (0..<Int32(songs.count)).map { $0 }
    var random = PhiloxStream(seed: seed, purpose: Purpose.shuffle, index: UInt64(started / songs.count) << 32)
    random.shuffle(&order)
  }

  /// The few numbers from which the stream can be taken up again: songs started, then song, step and shift of each lane,
  /// and where songs are varied, tempo and velocity.
  var bookmark: [Int] {
    [started]
      + lanes.flatMap {
        [$0.song, $0.past.step, $0.past.shift] + (isVaried ? [$0.variation.tempo, $0.variation.velocity] : [])
      }
  }

  private var isVaried: Bool { most != Variation() }

  /// Takes the stream up again.
  ///
  /// - Throws: `CompositionError` of kind `data` where the numbers do not fit these songs.
  mutating func resume(at bookmark: [Int]) throws(CompositionError) {
    let width = isVaried ? 5 : 3
    guard bookmark.count == 1 + width * lanes.count, bookmark[0] >= 0 else {
      throw CompositionError(.data, "the checkpoint does not fit these settings")
    }
    started = bookmark[0]
    if started > 0 {
      started -= 1
      shuffle()
      started += 1
    }
    for lane in lanes.indices {
      let numbers = Array(bookmark[(1 + width * lane)...].prefix(width))
      let (song, step) = (numbers[0], numbers[1])
      let variation = isVaried ? Variation(tempo: numbers[3], velocity: numbers[4]) : Variation()
      guard song >= -1, song < songs.count, step >= 0, abs(variation.tempo) <= most.tempo,
        abs(variation.velocity) <= most.velocity
      else {
        throw CompositionError(.data, "the checkpoint does not fit these songs")
      }
      start(lane, song, shift: numbers[2], variation)
      guard song < 0 ? step == 0 : step <= lanes[lane].steps else {
        throw CompositionError(.data, "the checkpoint does not fit these songs")
      }
      for _ in 0..<step { reading.advance(&lanes[lane].past, over: lanes[lane].played) }
    }
  }
}

extension Comparable {
  fileprivate func clamped(to range: ClosedRange<Self>) -> Self { min(max(self, range.lowerBound), range.upperBound) }
}
