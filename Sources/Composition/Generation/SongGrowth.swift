internal import Network
internal import Representation

/// One song as it grows: its past, what is written, whether it has ended.
struct SongGrowth {
  private(set) var song: EncodedSong
  private(set) var past: Past
  private(set) var hasEnded = false
  /// How many tokens (roll: blocks) were drawn.
  private(set) var drawn = 0
  private var sampler: Sampler
  private let limit: SongLimit
  private let reading: any SongReading
  /// Where tokens are read: the same representation read by frames, which knows what may follow.
  private let grammar: (any FrameWriting)?
  private var framePast = Past()
  /// Events: what may follow what.
  private var events: EventGrammar?
  private var frame: [Int32] = []
  private var isPrimed = false

  /// Begins a song.
  init(_ reading: any SongReading, _ sampler: Sampler, limit: SongLimit) {
    self.reading = reading
    self.sampler = sampler
    self.limit = limit
    // Where bars are counted as they are drawn, it is not known before how many frames they have.
    past = Past(length: limit.bars == nil ? limit.frames : nil)
    song = EncodedSong(frames: 0, tokens: [], rows: [])
    grammar = (reading as? TokenReading)?.grammar
    events = reading.representation.events.map { EventGrammar($0, limit: limit.frames, bars: limit.bars) }
  }

  /// The frame at which the song ends at the latest, as far as can be told now.
  private var lastFrame: Int { events?.limit ?? limit.frames }

  /// The share of the song that is written, from 0 to 1.
  var share: Double { hasEnded ? 1 : min(1, Double(song.frames) / Double(max(1, lastFrame))) }

  /// Takes one step of a song that is to be continued as if it had been drawn.
  mutating func take(stepOf prime: EncodedSong) {
    isPrimed = true
    switch reading {
    case let reading as BlockReading: append(reading.roll.ones(of: prime, at: past.place, shift: 0), to: reading.roll)
    case let reading as RollFrameReading:
      append(reading.roll.ones(of: prime, at: past.place, shift: 0), to: reading.roll)
    case let reading as any FrameWriting: take(frame: reading.frameTokens(of: prime, after: past), reading)
    case let reading as TokenReading: take(token: prime.tokens[past.place], reading)
    default: break
    }
  }

  /// Draws what follows one recurrent step.
  ///
  /// - Throws: `NetworkError`.
  mutating func draw(from stepper: Stepper, lane: Int) throws {
    switch reading {
    case let reading as BlockReading: drawBlock(stepper.logits(lane: lane), reading.roll)
    case let reading as RollFrameReading: drawBlock(stepper.logits(lane: lane), reading.roll)
    case let reading as any FrameWriting: drawFrame(stepper, lane, reading)
    case let reading as TokenReading: drawToken(stepper.logits(lane: lane), reading)
    default: break
    }
  }

  private mutating func drawFrame(_ stepper: Stepper, _ lane: Int, _ reading: any FrameWriting) {
    var written: [Int32] = []
    while let call = reading.headCall(after: past, written: written) {
      var logits = stepper.writtenLogits(
        lane: lane, tableRows: call.tableRows, output: Int(call.output), mask: Int(call.mask))
      forbid(&logits, reading, past)
      guard let token = sampler.draw(logits) else { break }
      drawn += 1
      written.append(token)
    }
    take(frame: written, reading)
  }

  private func forbid(_ logits: inout [Float], _ grammar: any FrameWriting, _ past: Past) {
    for token in logits.indices where grammar.isSenseless(Int32(token), after: past) { logits[token] = -.infinity }
    // A network that is not told how much is left would end after the first cadence as readily as after the last.
    if 2 * song.frames < lastFrame, let end = grammar.endClass { logits[Int(end)] = -.infinity }
  }

  private mutating func take(frame tokens: [Int32], _ reading: any FrameWriting) {
    reading.advance(&past, over: tokens)
    finish(frame: tokens, end: reading.endClass)
  }

  /// Writes a whole frame, and the end where it is due.
  private mutating func finish(frame tokens: [Int32], end: Int32?) {
    song.tokens += tokens
    if tokens.isEmpty || tokens.first == end {
      if tokens.isEmpty, let end { song.tokens.append(end) }
      hasEnded = true
      return
    }
    song.frames += 1
    if song.frames >= limit.frames {
      if let end { song.tokens.append(end) }
      hasEnded = true
    }
  }

  private mutating func drawEvent(_ values: [Float], _ grammar: EventGrammar, _ reading: TokenReading) {
    var logits = values
    for token in logits.indices where !grammar.allows(Int32(token)) { logits[token] = -.infinity }
    if 2 * song.frames < lastFrame, let end = reading.endClass { logits[Int(end)] = -.infinity }
    guard let token = sampler.draw(logits) else {
      hasEnded = true
      return
    }
    drawn += 1
    take(token: token, reading)
  }

  private mutating func drawToken(_ values: [Float], _ reading: TokenReading) {
    if let events { return drawEvent(values, events, reading) }
    guard let grammar, let call = grammar.headCall(after: framePast, written: frame),
      case .written(let head) = grammar.architecture.writing
    else {
      hasEnded = true
      return
    }
    var logits = values
    let mask = Int(call.mask) * head.classes
    for token in logits.indices where head.masks[mask + token] == 0 { logits[token] = -.infinity }
    forbid(&logits, grammar, framePast)
    guard let token = sampler.draw(logits) else {
      hasEnded = true
      return
    }
    drawn += 1
    take(token: token, reading)
  }

  private mutating func take(token: Int32, _ reading: TokenReading) {
    reading.advance(&past, over: token)
    if events != nil {
      events?.take(token)
      song.tokens.append(token)
      song.frames = events?.frame ?? 0
      hasEnded = token == reading.endClass
      return
    }
    frame.append(token)
    guard let grammar, grammar.headCall(after: framePast, written: frame) == nil else { return }
    grammar.advance(&framePast, over: frame)
    finish(frame: frame, end: reading.endClass)
    frame = []
  }

  private mutating func drawBlock(_ values: [Float], _ roll: RollBlocks) {
    var places: [Int32] = []
    let isMean = reading.architecture.writing.isMeanLoss
    // A network trained to the mean says the same after the same past, so a song's first block is drawn; after that
    // what is predicted at 0.5 or more sounds.
    let isDrawn = !isMean || (past.step == 0 && !isPrimed)
    for (place, value) in values.enumerated() {
      let sounds: Bool
      if !isDrawn {
        sounds = value >= 0.5
      } else if isMean {
        sounds = sampler.drawBit(probability: min(max(value, 0.001), 0.999))
      } else {
        sounds = sampler.drawBit(logit: value)
      }
      if sounds { places.append(Int32(place)) }
    }
    drawn += 1
    append(places, to: roll)
  }

  private mutating func append(_ places: [Int32], to roll: RollBlocks) {
    var row = [UInt8](repeating: 0, count: roll.width)
    for place in places { row[Int(place)] = 1 }
    song.rows += row
    (reading as? any BlockWriting)?.advance(&past, over: places)
    song.frames = min(limit.frames, past.step * (roll.width / max(1, roll.keys)))
    if song.frames >= limit.frames { hasEnded = true }
  }
}
