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
  /// What was asked for, by representation; nil: nothing was.
  private var frameRules: (any FrameRules)?
  private var rollRules: RollRules?
  private var eventRules: EventRules?
  /// The classes that the network was not taught: they come only where nothing else may.
  private let strangers: Set<Int>

  /// Begins a song, which does what the rules say where there are any.
  init(
    _ reading: any SongReading, _ sampler: Sampler, limit: SongLimit, style: [Float],
    rules: GrowthRules = GrowthRules(),
    strangers: Set<Int> = []
  ) {
    self.strangers = strangers
    frameRules = rules.frames
    rollRules = rules.roll
    eventRules = rules.events
    self.reading = reading
    self.sampler = sampler
    self.limit = limit
    // Where bars are counted as they are drawn, it is not known before how many frames they have.
    past = Past(length: limit.bars == nil ? limit.frames : nil)
    past.style = style
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
    case let reading as BlockReading: take(blockOf: prime, reading.roll)
    case let reading as RollFrameReading: take(blockOf: prime, reading.roll)
    case let reading as any FrameWriting: take(frame: reading.frameTokens(of: prime, after: past), reading)
    case let reading as TokenReading: take(token: prime.tokens[past.place], reading)
    default: break
    }
  }

  /// Draws what follows one recurrent step.
  mutating func draw(from stepper: GuidedStepper, lane: Int) {
    switch reading {
    case let reading as BlockReading: drawBlock(stepper, lane, reading.roll)
    case let reading as RollFrameReading: drawBlock(stepper, lane, reading.roll)
    case let reading as any FrameWriting: drawFrame(stepper, lane, reading)
    case let reading as TokenReading: drawToken(stepper, lane, reading)
    default: break
    }
  }

  /// The song without what was given to harmonise.
  var composed: EncodedSong {
    var composed = song
    if let tokens = frameRules?.composed { composed.tokens = tokens }
    if let rollRules { composed.rows = rollRules.composed }
    return composed
  }

  private mutating func drawFrame(_ stepper: GuidedStepper, _ lane: Int, _ reading: any FrameWriting) {
    var written: [Int32] = []
    while let call = reading.headCall(after: past, written: written) {
      if let token = frameRules?.forced(after: past, written: written) {
        written.append(token)
        continue
      }
      var logits = stepper.writtenLogits(lane: lane, call, starts: reading.starts)
      forbid(&logits, reading, past, written)
      guard let token = sampler.draw(logits, starts: reading.starts) ?? evenly(reading, call, past, written) else {
        break
      }
      drawn += 1
      written.append(token)
    }
    take(frame: written, reading)
  }

  private func forbid(_ logits: inout [Float], _ grammar: any FrameWriting, _ past: Past, _ written: [Int32]) {
    for token in logits.indices where grammar.isSenseless(Int32(token), after: past) { logits[token] = -.infinity }
    // A network that is not told how much is left would end after the first cadence as readily as after the last.
    if 2 * song.frames < lastFrame, let end = grammar.endClass { logits[Int(end)] = -.infinity }
    frameRules?.restrict(&logits, after: past, written: written)
    discourage(&logits) { frameRules?.isMelody($0) ?? false }
  }

  /// Puts what the network was not taught behind all else, but for the melody's notes, which come in any case: put behind,
  /// they would come only when nothing fits between.
  ///
  /// What is put behind keeps a probability, so that there is always something that may come.
  private func discourage(_ logits: inout [Float], isMelody: (Int32) -> Bool) {
    for place in strangers where !isMelody(Int32(place)) { logits[place] -= 1e4 }
  }

  /// Draws one of all that may come next, where a network whose numbers are none leaves nothing.
  private mutating func evenly(
    _ grammar: any FrameWriting, _ call: HeadCall, _ past: Past, _ written: [Int32]
  ) -> Int32? {
    guard frameRules != nil, case .written(let head) = grammar.architecture.writing else { return nil }
    let masks = head.masks.dropFirst(Int(call.mask) * head.classes).prefix(head.classes)
    var logits: [Float] = masks.map { $0 == 0 ? -.infinity : 0 }
    forbid(&logits, grammar, past, written)
    return sampler.draw(logits)
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
    frameRules?.take(frame: tokens)
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
    restrict(&logits, grammar)
    guard let token = sampler.draw(logits) ?? evenly(grammar) else {
      hasEnded = true
      return
    }
    drawn += 1
    take(token: token, reading)
  }

  private mutating func evenly(_ grammar: EventGrammar) -> Int32? {
    guard eventRules != nil else { return nil }
    var logits = (0..<Int32(grammar.vocabulary.count)).map { grammar.allows($0) ? Float(0) : -.infinity }
    restrict(&logits, grammar)
    return sampler.draw(logits)
  }

  private func restrict(_ logits: inout [Float], _ grammar: EventGrammar) {
    eventRules?.restrict(&logits, grammar)
    discourage(&logits) { eventRules?.isMelody($0, grammar) ?? false }
  }

  private mutating func drawToken(_ stepper: GuidedStepper, _ lane: Int, _ reading: TokenReading) {
    if let events { return drawEvent(stepper.outputs(lane: lane), events, reading) }
    guard let grammar, let call = grammar.headCall(after: framePast, written: frame),
      case .written(let head) = grammar.architecture.writing
    else {
      hasEnded = true
      return
    }
    if let token = frameRules?.forced(after: framePast, written: frame) { return take(token: token, reading) }
    let mask = head.masks.dropFirst(Int(call.mask) * head.classes).prefix(head.classes)
    var logits = stepper.outputs(lane: lane, mask: mask, starts: grammar.starts)
    forbid(&logits, grammar, framePast, frame)
    guard let token = sampler.draw(logits, starts: grammar.starts) ?? evenly(grammar, call, framePast, frame) else {
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
      if let events { eventRules?.take(token, events) }
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

  private mutating func drawBlock(_ stepper: GuidedStepper, _ lane: Int, _ roll: RollBlocks) {
    let isMean = reading.architecture.writing.isMeanLoss
    var values = stepper.outputs(lane: lane, areLogits: !isMean)
    discourage(&values) { _ in false }
    var places: [Int32] = []
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
      if sounds, !strangers.contains(place) { places.append(Int32(place)) }
    }
    drawn += 1
    append(rollRules?.choose(places, values) ?? places, to: roll)
  }

  private mutating func take(blockOf prime: EncodedSong, _ roll: RollBlocks) {
    let places = roll.ones(of: prime, at: past.place, shift: 0)
    rollRules?.take(places)
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
