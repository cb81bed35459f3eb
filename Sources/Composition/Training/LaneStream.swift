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
  }

  private let songs: [EncodedSong]
  private let steps: [Int]
  /// The transpositions that lose no pitch of each song, within those asked for.
  private let shifts: [ClosedRange<Int>]
  private let fade: Bool
  private let seed: UInt64
  private let reading: any SongReading
  private var lanes: [Lane]
  /// How many songs have been started.
  private var started = 0
  private var order: [Int32] = []

  init(_ corpus: EncodedCorpus, _ reading: any SongReading, _ settings: TrainingSettings) {
    songs = corpus.items.map(\.song)
    steps = songs.map(reading.stepCount)
    shifts = songs.map { song in
      guard let asked = settings.transpose, asked.low <= asked.high else { return 0...0 }
      let possible = reading.representation.transpositions(of: song)
      let low = max(asked.low, possible.lowerBound)
      let high = min(asked.high, possible.upperBound)
      return low <= high ? low...high : 0...0
    }
    fade = settings.transpose?.fade ?? false
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
    for _ in 0..<count {
      for lane in lanes.indices {
        if lanes[lane].song < 0 || lanes[lane].past.step >= steps[lanes[lane].song] {
          start(lane, progress: progress)
        }
        batch.append(songs[lanes[lane].song], after: lanes[lane].past, by: reading)
        reading.advance(&lanes[lane].past, over: songs[lanes[lane].song])
      }
    }
    return batch
  }

  private mutating func start(_ lane: Int, progress: Float) {
    let place = started % songs.count
    if place == 0 || order.isEmpty { shuffle() }
    let song = Int(order[place])
    let random = Philox(seed: seed, purpose: Purpose.transpose)
    let range = shifts[song]
    var shift = range.lowerBound + Int(random.uniform(UInt64(started), 1) * Float(range.count))
    if fade, random.uniform(UInt64(started), 0) < progress { shift = 0 }
    lanes[lane] = Lane(song: song, past: Past(shift: min(shift, range.upperBound)))
    started += 1
  }

  private mutating func shuffle() {
    order = (0..<Int32(songs.count)).map { $0 }
    var random = PhiloxStream(seed: seed, purpose: Purpose.shuffle, index: UInt64(started / songs.count) << 32)
    random.shuffle(&order)
  }

  /// The few numbers from which the stream can be taken up again: songs started, then song, step and shift of each lane.
  var bookmark: [Int] {
    [started] + lanes.flatMap { [$0.song, $0.past.step, $0.past.shift] }
  }

  /// Takes the stream up again.
  ///
  /// - Throws: `CompositionError` of kind `data` where the numbers do not fit these songs.
  mutating func resume(at bookmark: [Int]) throws(CompositionError) {
    guard bookmark.count == 1 + 3 * lanes.count, bookmark[0] >= 0 else {
      throw CompositionError(.data, "the checkpoint does not fit these settings")
    }
    started = bookmark[0]
    if started > 0 {
      started -= 1
      shuffle()
      started += 1
    }
    for lane in lanes.indices {
      let song = bookmark[1 + 3 * lane]
      let step = bookmark[2 + 3 * lane]
      guard song >= -1, song < songs.count, step >= 0, song < 0 ? step == 0 : step <= steps[song] else {
        throw CompositionError(.data, "the checkpoint does not fit these songs")
      }
      lanes[lane] = Lane(song: song, past: Past(shift: bookmark[3 + 3 * lane]))
      for _ in 0..<step { reading.advance(&lanes[lane].past, over: songs[song]) }
    }
  }
}
