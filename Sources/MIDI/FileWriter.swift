/// Writes chunks and events (SMF 1.0) and keeps where each lies, as a reader would.
struct FileWriter {
  let length: Int
  let division: Score.Division
  private(set) var bytes: [UInt8] = []
  private(set) var chunks: [MIDIFile.Chunk] = []
  private(set) var tracks: [MIDIFile.Track] = []
  private(set) var events: [MIDIEvent] = []

  /// A message with its place: tick, then rank, then the order in which it was given.
  struct Message {
    let tick: Int
    let rank: Int
    let status: UInt8
    let data1: UInt8
    let data2: UInt8
    let payload: [UInt8]

    static func channel(_ status: UInt8, _ data1: UInt8, _ data2: UInt8 = 0, at tick: Int, rank: Int) -> Message {
      Message(tick: tick, rank: rank, status: status, data1: data1, data2: data2, payload: [])
    }

    static func meta(_ type: UInt8, at tick: Int, rank: Int = 0, _ payload: [UInt8] = []) -> Message {
      Message(tick: tick, rank: rank, status: 0xFF, data1: type, data2: 0, payload: payload)
    }
  }

  init(division: Score.Division, length: Int) {
    self.division = division
    self.length = length
  }

  mutating func begin(tracks count: Int) {
    bytes += "MThd".utf8
    append(6, width: 4)
    append(1, width: 2)
    append(min(count, 0xFFFF), width: 2)
    switch division {
    case .ticksPerQuarter(let ticks): append(ticks, width: 2)
    case .smpte(let frames, let ticks): append((256 - frames) << 8 | ticks, width: 2)
    }
  }

  mutating func track(name: [UInt8]?, _ messages: [Message]) {
    let offset = bytes.count
    let first = events.count
    bytes += "MTrk".utf8
    append(0, width: 4)
    var tick = 0
    if let name { append(.meta(MIDIEvent.Meta.trackName, at: 0, name), &tick) }
    let ordered = messages.indices.sorted { a, b in
      let (x, y) = (messages[a], messages[b])
      if x.tick != y.tick { return x.tick < y.tick }
      return x.rank != y.rank ? x.rank < y.rank : a < b
    }
    for index in ordered { append(messages[index], &tick) }
    append(.meta(MIDIEvent.Meta.endOfTrack, at: length), &tick)
    let body = offset + 8..<bytes.count
    for place in 0..<4 { bytes[offset + 4 + place] = UInt8(truncatingIfNeeded: body.count >> (24 - 8 * place)) }
    chunks.append(MIDIFile.Chunk(name: "MTrk", offset: offset, body: body))
    tracks.append(
      MIDIFile.Track(offset: offset, events: first..<events.count, endTick: tick, endOffset: bytes.count))
  }

  private mutating func append(_ message: Message, _ tick: inout Int) {
    // A delta time has 28 bits; a longer silence is bridged by empty texts.
    while message.tick - tick > 0xFFF_FFFF { append(.meta(MIDIEvent.Meta.text, at: tick + 0xFFF_FFFF), &tick) }
    appendQuantity(message.tick - tick)
    tick = message.tick
    let offset = bytes.count
    bytes.append(message.status)
    let isMeta = message.status == 0xFF
    if isMeta || message.status < 0xF0 { bytes.append(message.data1) }
    if message.status >= 0xF0 {
      appendQuantity(message.payload.count)
      let headLength = bytes.count - offset
      bytes += message.payload
      events.append(
        MIDIEvent(
          tick: tick, offset: offset, status: message.status, data1: isMeta ? message.data1 : 0, headLength: headLength,
          length: message.payload.count))
    } else {
      if message.status & 0xE0 != 0xC0 { bytes.append(message.data2) }
      events.append(
        MIDIEvent(tick: tick, offset: offset, status: message.status, data1: message.data1, data2: message.data2))
    }
  }

  private mutating func append(_ number: Int, width: Int) {
    for place in (0..<width).reversed() { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * place))) }
  }

  private mutating func appendQuantity(_ value: Int) {
    for shift in [21, 14, 7] where value >> shift > 0 { bytes.append(UInt8(truncatingIfNeeded: value >> shift) | 0x80) }
    bytes.append(UInt8(truncatingIfNeeded: value) & 0x7F)
  }
}
