import Identity
import MIDI
import Network
import Representation
import TestSupport
import Testing

@testable import Composition

/// What is asked for in one test, drawn by a seed; and a check that knows nothing of how songs are held to it.
struct OrderFixture {
  static let major: UInt16 = 0b1010_1011_0101

  var settings = GenerationSettings(songs: 2, temperature: 1.5, seed: 1)
  var melody: Score?
  var prime: Score?
  let plan: NetworkPlan

  var constraints: SongConstraints {
    get { settings.constraints }
    set { settings.constraints = newValue }
  }

  /// A network of random numbers, which would write anything.
  static func weights(_ plan: NetworkPlan, seed: UInt64) throws -> WeightsFile {
    let reading = try plan.reading()
    let network = Network(reading.architecture, seed: seed)
    let metadata = WeightsMetadata(
      plan: plan, vocabulary: reading.representation.vocabulary, training: Fixtures.settings(), iteration: 0,
      validationLoss: nil, snapshot: ContentHash(of: []), parents: [])
    return WeightsFile(metadata: metadata, tensors: network.tensors())
  }

  static func transposed(_ classes: UInt16, by semitones: Int) -> UInt16 {
    (0..<12).reduce(0) { $0 | (classes >> UInt16($1) & 1) << UInt16(($1 + semitones) % 12) }
  }

  /// Draws an order: each constraint in half of them.
  init(_ plan: NetworkPlan, seed: UInt64) {
    self.plan = plan
    var random = SeededGenerator(seed: seed)
    func draw(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    settings.seed = seed
    settings.temperature = [0.3, 1, 2.5][draw(3)]
    settings.topP = [1, 0.9][draw(2)]
    var asked = SongConstraints()
    let bars = 1 + draw(4)
    if draw(4) > 0 {
      settings.length = .bars(bars)
      asked.lengthRule = draw(4) > 0 ? .exact : .atMost
    } else {
      settings.length = .frames(13 + draw(30))
      asked.lengthRule = .exact
    }
    if draw(2) == 0 {
      let tonic = draw(12)
      asked.key = .init(name: "key \(tonic)", pitchClasses: Self.transposed(Self.major, by: tonic))
      asked.key?.sharps = 0
    }
    if draw(2) == 0 { asked.range = (50 + draw(8))...(70 + draw(12)) }
    if draw(2) == 0 { asked.polyphony = 1 + draw(4) }
    if draw(2) == 0 { asked.metre = [.init(3, 4), .init(6, 8), .init(4, 4), .init(5, 4)][draw(4)] }
    if draw(2) == 0 { asked.tempo = Double(40 + draw(160)) }
    switch draw(6) {
    case 0: asked.mostDensity = 0.5 + Double(draw(4))
    case 1: asked.leastDensity = 0.5 + Double(draw(2))
    case 2: (asked.leastDensity, asked.mostDensity) = (0.9, 2)
    default: break
    }
    if asked.key == nil, draw(2) == 0 {
      asked.chords = [
        [.init(symbol: "C", pitchClasses: 0b0000_1001_0001)],
        [.init(symbol: "F", pitchClasses: 0b0010_0010_0001), .init(symbol: "G", pitchClasses: 0b1000_1000_0100)],
      ]
    }
    let name = plan.representation.name
    let sorts = name == .events || plan.representation.programs != .merged
    if sorts, draw(2) == 0 {
      asked.programs = name == .events ? [0, 40, 128] : plan.representation.drums ? [40, 128] : [40]
    }
    if !sorts, draw(3) == 0 { asked.programs = [19, 70] }
    if asked.range == nil, draw(3) == 0 {
      asked.ranges = name == .voices ? ["soprano": 60...80, "4": 48...64] : ["0": 55...75]
    }
    switch draw(4) {
    case 0: melody = Self.melody(bars, asked, &random)
    case 1: prime = Self.prime(asked)
    default: break
    }
    if asked.polyphony == 1, melody != nil { asked.leastDensity = nil }
    constraints = asked
  }

  /// A melody within what is asked for, in one of some divisions, on the grid or not.
  private static func melody(_ bars: Int, _ asked: SongConstraints, _ random: inout SeededGenerator) -> Score {
    func draw(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    let division = [480, 384, 96, 1000][draw(4)]
    var score = Score(division: .ticksPerQuarter(division))
    let quarters = asked.lengthRule == .exact ? min(3, bars * 3) : 4 * bars
    let isExact = draw(2) == 0
    var pitches = Array((asked.range ?? 60...72).clamped(to: 60...72))
    if let key = asked.key { pitches.removeAll { key.pitchClasses >> UInt16($0 % 12) & 1 == 0 } }
    var notes: [Score.Note] = []
    var tick = draw(3) == 0 ? division : 0
    while tick < quarters * division, !pitches.isEmpty {
      let length = [division / 2, division, division / 4][draw(3)]
      let end = min(tick + length, quarters * division)
      let late = isExact ? 0 : draw(division / 10)
      if draw(5) > 0, tick + late < end {
        notes.append(
          Score.Note(
            start: tick + late, end: end, channel: 3, pitch: UInt8(pitches[draw(pitches.count)]),
            velocity: UInt8(1 + draw(127))))
      }
      tick = end
    }
    if notes.isEmpty { notes = [Score.Note(start: 0, end: division, channel: 3, pitch: UInt8(pitches.first ?? 60))] }
    let program = asked.programs?.contains(40) == true ? 40 : 0
    score.tracks = [
      Score.Track(
        name: Array("Given".utf8), notes: notes,
        programs: [Score.ProgramChange(tick: 0, channel: 3, program: UInt8(program))])
    ]
    score.tempos = [Score.Tempo(tick: 0, microsecondsPerQuarter: 600_000)]
    score.length = quarters * division
    return score
  }

  private static func prime(_ asked: SongConstraints) -> Score {
    var prime = ScoreBuilder.chorale(seed: 9, quarters: 2)
    if let metre = asked.metre {
      prime.timeSignatures = [
        Score.TimeSignature(tick: 0, numerator: metre.numerator, denominator: metre.denominator)
      ]
    }
    return prime
  }
}

// MARK: Checking

extension OrderFixture {
  /// What a song breaks of what was asked for.
  func faults(_ song: GeneratedSong) throws -> [String] {
    let score = try #require(try MIDIFile(bytes: song.bytes).scores().first)
    guard case .ticksPerQuarter(let quarter) = score.division else { return ["division"] }
    let isPrimed = prime != nil
    let block = plan.representation.name == .roll ? plan.representation.block : 1
    let grid = plan.representation.framesAQuarter
    let primeFrames = isPrimed ? (2 * grid + block - 1) / block * block : 0
    let from = primeFrames * quarter / grid
    let tracks = score.tracks.filter { !$0.notes.isEmpty || !$0.programs.isEmpty }
    let notes = score.tracks.flatMap(\.notes).filter { $0.end > from }
    let composed = score.tracks.dropFirst(melody == nil ? 0 : 1).flatMap(\.notes).filter { $0.end > from }
    var faults: [String] = []
    func check(_ name: String, _ holds: Bool) { if !holds { faults.append(name) } }
    let asked = constraints
    func isIn(_ classes: UInt16, _ note: Score.Note) -> Bool {
      note.isDrum || classes >> UInt16(note.pitch % 12) & 1 == 1
    }
    if let key = asked.key { check("key", notes.allSatisfy { isIn(key.pitchClasses, $0) }) }
    if let range = asked.range { check("range", notes.allSatisfy { $0.isDrum || range.contains(Int($0.pitch)) }) }
    for (name, range) in asked.ranges {
      let voice = name == "soprano" ? 0 : name == "4" ? 3 : -1
      for (number, track) in tracks.enumerated() {
        let isMeant =
          voice >= 0
          ? number == voice : number >= (melody == nil ? 0 : 1) && Int(track.programs.first?.program ?? 255) == 0
        guard isMeant else { continue }
        check("range \(name)", track.notes.allSatisfy { $0.end <= from || $0.isDrum || range.contains(Int($0.pitch)) })
      }
    }
    if let most = asked.polyphony { check("polyphony", Self.mostAtOnce(notes, from: from) <= most) }
    checkEnd(score, quarter, &faults)
    if let metre = asked.metre {
      check(
        "metre",
        score.timeSignatures.map(\.numerator) == [metre.numerator]
          && score.timeSignatures.map(\.denominator) == [metre.denominator] && score.timeSignatures.first?.tick == 0)
    }
    if let tempo = asked.tempo {
      check("tempo", score.tempos.map(\.microsecondsPerQuarter) == [Int((60_000_000 / tempo).rounded())])
    }
    if !asked.chords.isEmpty {
      let bars = MetreMap(score)
      let step = max(1, quarter / grid)
      for note in composed where !note.isDrum {
        for tick in stride(from: max(from, note.start), to: note.end, by: step) {
          let bar = bars.bar(atTick: tick)
          let chords = asked.chords[bar % asked.chords.count]
          let (start, end) = (bars.start(ofBar: bar), bars.start(ofBar: bar + 1))
          let chord = chords[(tick - start) * chords.count / (end - start)]
          check("chords at \(tick)", isIn(chord.pitchClasses, note))
        }
      }
    }
    if let programs = asked.programs {
      check(
        "programs",
        score.tracks.filter { $0.notes.contains { $0.end > from } }.allSatisfy { track in
          track.notes.allSatisfy { $0.isDrum && programs.contains(128) }
            || track.programs.allSatisfy { programs.contains(Int($0.program)) }
        } || isPrimed)
    }
    let count = Double(notes.count { $0.start >= from })
    let quarters = Double(score.length - from) / Double(quarter)
    if let least = asked.leastDensity { check("density \(count)", count >= least * quarters - 1e-9) }
    if let most = asked.mostDensity { check("density \(count)", count <= most * quarters + 1e-9) }
    checkMelody(score, quarter, &faults)
    return faults
  }

  private func checkEnd(_ score: Score, _ quarter: Int, _ faults: inout [String]) {
    let last = score.tracks.flatMap(\.notes).map(\.end).max() ?? 0
    if last > score.length { faults.append("a note past the end") }
    let isExact = constraints.lengthRule == .exact
    guard isExact || melody != nil else { return }
    if last <= score.length - 2 * quarter { faults.append("silence at the end") }
    if score.timeSignatures.first?.tick != 0 { faults.append("no metre at 0") }
    guard isExact else { return }
    switch settings.length {
    case .bars(let bars):
      if score.length != MetreMap(score).start(ofBar: bars) { faults.append("\(score.length) ticks for \(bars) bars") }
    case .frames(let frames):
      let grid = plan.representation.framesAQuarter
      if score.length * grid != frames * quarter { faults.append("\(score.length) ticks for \(frames) frames") }
    case .seconds: break
    }
  }

  private func checkMelody(_ score: Score, _ quarter: Int, _ faults: inout [String]) {
    guard let melody, case .ticksPerQuarter(let division) = melody.division else { return }
    let given = melody.tracks[0].notes.map {
      [$0.start * quarter, $0.end * quarter, Int($0.pitch) * division, Int($0.velocity)]
    }
    let kept = score.tracks[0].notes.map {
      [$0.start * division, $0.end * division, Int($0.pitch) * division, Int($0.velocity)]
    }
    if given != kept { faults.append("melody") }
    let channel = score.tracks[0].notes.first?.channel
    if score.tracks.dropFirst().contains(where: { $0.notes.contains { $0.channel == channel } }) {
      faults.append("the melody's channel")
    }
    if constraints.lengthRule == .byDefault, score.length * division != melody.length * quarter {
      faults.append("the melody's length")
    }
  }

  /// The most notes that sound at once from a tick on.
  static func mostAtOnce(_ notes: [Score.Note], from tick: Int) -> Int {
    let changes = notes.filter { $0.end > max($0.start, tick) }.flatMap { [(max($0.start, tick), 1), ($0.end, -1)] }
      .sorted { $0 < $1 }
    var (now, most) = (0, 0)
    for (_, change) in changes {
      now += change
      most = max(most, now)
    }
    return most
  }
}
