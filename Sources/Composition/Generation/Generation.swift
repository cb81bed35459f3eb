internal import Foundation
package import Identity
package import MIDI
internal import Network
package import Representation

/// One generated song.
package struct GeneratedSong: Sendable {
  /// The MIDI file.
  package var bytes: [UInt8]
  package var sha256: ContentHash
  /// The song's own seed, derived from the settings' seed and its place.
  package var seed: UInt64
  package var bars: Double
  package var notes: Int
  package var seconds: Double
  package var score: Score
  /// The song as the network wrote it.
  package var song: EncodedSong
}

/// What came of generating.
package struct GenerationOutcome: Sendable {
  package var songs: [GeneratedSong]
  /// Tokens (roll: blocks) that were drawn, and the time of drawing them alone.
  package var tokens: Int
  package var seconds: Double
  /// What the song to be continued lost on the grid, and what was asked for in vain, told for people.
  package var warnings: [String]
}

/// Songs being generated from weights.
package struct Generation {
  let weights: WeightsFile
  let settings: GenerationSettings
  let reading: any SongReading
  let pool: WorkerPool
  /// Songs that grow side by side.
  private static let lanes = 16

  /// - Throws: `CompositionError`.
  package init(_ weights: WeightsFile, _ settings: GenerationSettings, threads: Int) throws {
    self.weights = weights
    self.settings = settings
    reading = try weights.metadata.plan.reading()
    pool = WorkerPool(threads)
  }

  /// Generates all songs.
  ///
  /// - Parameters:
  ///   - prime: A song to continue.
  ///   - melody: A voice to keep and harmonise.
  ///   - stop: Looked at between steps.
  ///   - progress: Called with the share that is done, from 0 to 1.
  /// - Returns: The songs, and what is told of their making.
  /// - Throws: `Interrupted`; `CompositionError`, of kind `spec` where the song to be continued is too
  ///   long or what is asked for cannot be had.
  package func run(
    prime: Score?, melody: Score? = nil, stop: StopFlag, progress: (Double) -> Void
  ) throws -> GenerationOutcome {
    let seeds = (0..<max(0, settings.songs)).map { seed(ofSong: $0) }
    return try compose(seeds, prime: prime, melody: melody, stop: stop, progress: progress)
  }

  /// The seed of a song, by its number from 0 and its attempt from 0.
  ///
  /// It has 53 bits, so that it is exact wherever JSON is read.
  func seed(ofSong number: Int, attempt: Int = 0) -> UInt64 {
    let bits =
      attempt == 0
      ? Philox(seed: settings.seed, purpose: Purpose.song).bits(UInt64(number))
      : Philox(seed: settings.seed, purpose: Purpose.again).bits(UInt64(number) << 8 | UInt64(attempt))
    return UInt64(bits.x) | UInt64(bits.y & 0x1F_FFFF) << 32
  }

  /// Generates a song of each of some seeds; all else is as `run` has it.
  package func compose(
    _ seeds: [UInt64], prime: Score?, melody: Score? = nil, stop: StopFlag, progress: (Double) -> Void
  ) throws -> GenerationOutcome {
    let order = try SongOrder(prime: prime, melody: melody, reading, settings)
    let tonics = try tonics(of: seeds, order)
    let register = register(order)
    var outcome = GenerationOutcome(songs: [], tokens: 0, seconds: 0, warnings: order.warnings + guidanceWarnings)
    var songs: [Int: GeneratedSong] = [:]
    for tonic in Set(tonics).sorted() {
      let network = try network(weights.tensors, on: tonic)
      let guide = isGuided ? try self.network(weights.guide, on: tonic) : nil
      let strangers = strangers(on: tonic)
      let numbers = seeds.indices.filter { tonics[$0] == tonic }
      for first in stride(from: 0, to: numbers.count, by: Self.lanes) {
        let some = numbers[first..<min(first + Self.lanes, numbers.count)]
        var growths = some.map {
          SongGrowth(
            reading, Sampler(settings, seed: seeds[$0]), limit: order.limit, style: order.style, rules: order.growth,
            strangers: strangers)
        }
        let done = Double(songs.count)
        let stepper = try GuidedStepper(
          network, guide: guide, Guidance(settings), lanes: growths.count, pool: pool)
        try grow(&growths, stepper, start: order.prime, outcome: &outcome, stop) { share in
          progress((done + share * Double(some.count)) / Double(seeds.count))
        }
        for (growth, number) in zip(growths, some) {
          songs[number] = try finished(growth, order.rules, register, seed: seeds[number])
          outcome.tokens += growth.drawn
        }
      }
    }
    outcome.songs = seeds.indices.compactMap { songs[$0] }
    return outcome
  }

  private func grow(
    _ growths: inout [SongGrowth], _ stepper: GuidedStepper, start: EncodedSong?, outcome: inout GenerationOutcome,
    _ stop: StopFlag, progress: (Double) -> Void
  ) throws {
    for lane in growths.indices { stepper.clear(lane: lane) }
    // The closing *end* of the song to be continued is not read: the network goes on instead.
    let primeSteps = start.map { reading.stepCount(of: $0) - (reading.endClass == nil ? 0 : 1) } ?? 0
    var step = 0
    var began = ProcessInfo.processInfo.systemUptime
    while true {
      if stop.isStopped { throw Interrupted() }
      let active = growths.indices.filter { !growths[$0].hasEnded }
      if active.isEmpty { break }
      if step == primeSteps { began = ProcessInfo.processInfo.systemUptime }
      var batch = BatchBuilder(lanes: active.count, architecture: reading.architecture)
      for lane in active { batch.append(inputAfter: growths[lane].past, by: reading) }
      try stepper.read(batch.reads, lanes: active)
      for lane in active {
        if let start, step < primeSteps {
          growths[lane].take(stepOf: start)
        } else {
          growths[lane].draw(from: stepper, lane: lane)
        }
      }
      step += 1
      progress(growths.reduce(0) { $0 + $1.share } / Double(growths.count))
    }
    outcome.seconds += ProcessInfo.processInfo.systemUptime - began
  }

  private func finished(
    _ growth: SongGrowth, _ rules: SongRules?, _ register: CorpusRegister?, seed: UInt64
  ) throws -> GeneratedSong {
    var score = try rules?.score(of: growth) ?? reading.representation.decode(growth.song)
    var song = growth.song
    if let register {
      let semitones = move(of: song, to: register, seed: seed)
      score.transpose(by: semitones)
      song = reading.representation.transposed(song, by: semitones) ?? song
    }
    let bytes = MIDIFile(score: score).bytes
    // Events tell metre and tempo; the others are told in 4/4 at 120 quarters a minute, if nothing else is asked for.
    return GeneratedSong(
      bytes: bytes, sha256: ContentHash(of: bytes), seed: seed,
      bars: MetreMap(score).bars(atTick: score.length), notes: score.noteCount, seconds: score.seconds, score: score,
      song: song)
  }
}
