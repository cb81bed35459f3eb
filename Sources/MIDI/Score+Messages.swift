extension Score {
  /// What a track says besides notes and programs, in its order: kept to be written back.
  ///
  /// Control changes, pitch bends, pressures, system exclusive messages, texts, lyrics, markers and meta events that nothing
  /// here reads. A message takes 16 bytes; what it carries lies in one array for all.
  package struct Messages: Sendable, Equatable {
    private struct Entry: Sendable, Equatable {
      var tick: UInt32
      var start: UInt32
      var length: UInt32
      var status: UInt8
      var data1: UInt8
      var data2: UInt8
    }

    private var entries: [Entry] = []
    private var bytes: [UInt8] = []

    package init() {}

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }
    package var indices: Range<Int> { entries.indices }
    /// The tick of the last message; nil where there is none.
    package var lastTick: Int? { entries.last.map { Int($0.tick) } }

    /// The message at a place.
    /// - Precondition: the place is one of `indices`.
    package subscript(place: Int) -> Message {
      let entry = entries[place]
      let payload = Int(entry.start)..<Int(entry.start) + Int(entry.length)
      return Message(
        tick: Int(entry.tick), status: entry.status, data1: entry.data1, data2: entry.data2, payload: bytes[payload])
    }

    /// Adds a message of a channel.
    mutating func append(tick: Int, status: UInt8, data1: UInt8, data2: UInt8) {
      entries.append(
        Entry(
          tick: UInt32(truncatingIfNeeded: tick), start: UInt32(truncatingIfNeeded: bytes.count), length: 0,
          status: status, data1: data1, data2: data2))
    }

    /// Adds a message; one that no file can hold is left out.
    package mutating func append(_ message: Message) {
      guard message.isWritable, bytes.count + message.payload.count <= Int(UInt32.max) else { return }
      let carries = message.status >= 0xF0
      entries.append(
        Entry(
          tick: UInt32(truncatingIfNeeded: Score.clamped(message.tick)), start: UInt32(truncatingIfNeeded: bytes.count),
          length: carries ? UInt32(truncatingIfNeeded: message.payload.count) : 0, status: message.status,
          data1: message.status == 0xFF ? message.data1 : carries ? 0 : message.data1 & 127,
          data2: carries || message.status & 0xF0 == 0xD0 ? 0 : message.data2 & 127))
      if carries { bytes += message.payload }
    }

    /// The messages by tick, those of one tick in their order.
    func sorted() -> Messages {
      if zip(entries, entries.dropFirst()).allSatisfy({ $0.tick <= $1.tick }) { return self }
      var result = Messages()
      for place in indices.sorted(by: { (entries[$0].tick, $0) < (entries[$1].tick, $1) }) {
        result.append(self[place])
      }
      return result
    }

    /// The messages that fulfil a condition.
    package func filter(_ isKept: (Message) -> Bool) -> Messages {
      var result = Messages()
      for place in indices where isKept(self[place]) { result.append(self[place]) }
      return result
    }
  }

  /// One message that is kept to be written back.
  package struct Message: Sendable, Equatable {
    package var tick: Int
    /// A0 to AF pitch's pressure, B0 to BF control change, D0 to DF channel's pressure, E0 to EF pitch bend, F0 or F7
    /// system exclusive, FF meta.
    package var status: UInt8
    /// The first data byte; of a meta event its type.
    package var data1: UInt8
    package var data2: UInt8
    /// What a meta event or a system exclusive message carries, without status, type and length.
    package var payload: ArraySlice<UInt8>

    package init(tick: Int, status: UInt8, data1: UInt8 = 0, data2: UInt8 = 0, payload: ArraySlice<UInt8> = []) {
      self.tick = tick
      self.status = status
      self.data1 = data1
      self.data2 = data2
      self.payload = payload
    }

    /// A text of one of the fifteen kinds (SMF 1.0, FF 01 to FF 0F): 5 is a lyric, 6 a marker.
    package static func text(_ kind: UInt8, tick: Int, _ text: [UInt8]) -> Message {
      Message(tick: tick, status: 0xFF, data1: kind, payload: text[...])
    }

    /// Says whether a file can hold it and reading it gives it back: what a score tells otherwise is none.
    var isWritable: Bool {
      guard payload.count <= 0xFFF_FFFF else { return false }
      switch status {
      case 0xA0...0xBF, 0xD0...0xEF, 0xF0, 0xF7: return true
      case 0xFF: return Self.isKept(meta: data1, isEmpty: payload.isEmpty)
      default: return false
      }
    }

    /// Tempo, metre, key and end of track are told by the score; an empty text or name says nothing.
    static func isKept(meta type: UInt8, isEmpty: Bool) -> Bool {
      switch type {
      case MIDIEvent.Meta.endOfTrack, MIDIEvent.Meta.tempo, MIDIEvent.Meta.timeSignature, MIDIEvent.Meta.keySignature:
        false
      case MIDIEvent.Meta.text, MIDIEvent.Meta.trackName: !isEmpty
      default: true
      }
    }
  }

  /// Texts of a kind in all tracks, by tick: 5 is a lyric, 6 a marker (SMF 1.0, FF 01 to FF 0F).
  package func texts(ofKind kind: UInt8) -> [(tick: Int, text: [UInt8])] {
    var texts: [(tick: Int, text: [UInt8])] = []
    for messages in tracks.map(\.messages) {
      for place in messages.indices where messages[place].status == 0xFF && messages[place].data1 == kind {
        texts.append((messages[place].tick, Array(messages[place].payload)))
      }
    }
    return texts.enumerated().sorted { ($0.element.tick, $0.offset) < ($1.element.tick, $1.offset) }.map(\.element)
  }
}
