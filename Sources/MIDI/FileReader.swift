/// Reads a file's header and chunks in one pass (SMF 1.0, "Chunks"; RIFF: "RMID", MIDI Manufacturers Association RP-029).
///
/// What it costs grows with the bytes that are there, never with a number written in them.
struct FileReader {
  let limits: MIDILimits
  var format = 0
  var claimedTracks = 0
  var division = Score.Division.ticksPerQuarter(480)
  var chunks: [MIDIFile.Chunk] = []
  var tracks: [MIDIFile.Track] = []
  var events: [MIDIEvent] = []
  var collector = WarningCollector()
  var isCutOff = false

  init(limits: MIDILimits) { self.limits = limits }

  mutating func read(_ bytes: Span<UInt8>) throws(MIDIError) {
    guard bytes.count <= limits.fileBytes else {
      throw error(
        .limit, at: limits.fileBytes, "the file holds \(bytes.count) bytes; the limit is \(limits.fileBytes)")
    }
    events.reserveCapacity(min(limits.events, bytes.count / 3))
    let range = try unwrapped(bytes)
    let body = try readHeader(bytes, range)
    try readChunks(bytes, body)
    guard !tracks.isEmpty else { throw error(.noTrack, at: range.upperBound, "the file holds no track") }
    collector.endTracks()
    if format > 2 {
      collector.warn(.unknownFormat, at: range.lowerBound + 8, "format \(format) is not known; read as format 1")
    }
    if format == 0, tracks.count > 1 {
      collector.warn(
        .severalTracksInFormat0, at: range.lowerBound + 8,
        "format 0 has one track, but there are \(tracks.count); read as format 1")
    }
    if tracks.count != claimedTracks {
      collector.warn(
        .trackCount, at: range.lowerBound + 10, "the header tells \(claimedTracks) tracks, there are \(tracks.count)")
    }
    isCutOff = isCutOff || tracks.count < claimedTracks
  }

  func error(_ fault: MIDIError.Fault, at offset: Int, _ message: String) -> MIDIError {
    MIDIError(fault: fault, offset: offset, message: message)
  }

  /// The part of the bytes that is the MIDI file proper.
  private func unwrapped(_ bytes: Span<UInt8>) throws(MIDIError) -> Range<Int> {
    guard !bytes.isEmpty else { throw error(.empty, at: 0, "the file is empty") }
    guard bytes.text(at: 0) == "RIFF" else { return 0..<bytes.count }
    guard let kind = bytes.text(at: 8) else {
      throw error(.headerCutShort, at: bytes.count, "the file ends within its RIFF header")
    }
    guard kind == "RMID" else { throw error(.notMIDI, at: 8, "not a MIDI file: its RIFF kind is not RMID") }
    var position = 12
    while let name = bytes.text(at: position), let length = bytes.littleEndian(at: position + 4) {
      let start = position + 8
      if name == "data" { return start..<start + min(length, bytes.count - start) }
      position = start + length + length & 1
    }
    throw error(.headerCutShort, at: min(position, bytes.count), "the RIFF file holds no data chunk")
  }

  /// Reads the header and gives what lies behind it.
  private mutating func readHeader(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(MIDIError) -> Range<Int> {
    let start = range.lowerBound
    // A file that is still arriving may end within these four letters.
    let begins = zip(range.prefix(4), "MThd".utf8).allSatisfy { bytes[$0] == $1 }
    guard begins else { throw error(.notMIDI, at: start, "not a MIDI file: it does not begin with MThd") }
    guard range.count >= 14, let length = bytes.bigEndian(at: start + 4, count: 4) else {
      throw error(.headerCutShort, at: range.upperBound, "the file ends within its header of 14 bytes")
    }
    guard length >= 6 else {
      throw error(.header, at: start + 4, "the header claims \(length) bytes; it has at least 6")
    }
    guard length <= range.count - 8 else {
      throw error(.headerCutShort, at: start + 4, "the header claims \(length) bytes, more than the file has")
    }
    format = bytes.bigEndian(at: start + 8, count: 2) ?? 0
    claimedTracks = bytes.bigEndian(at: start + 10, count: 2) ?? 0
    division = try readDivision(bytes.bigEndian(at: start + 12, count: 2) ?? 0, at: start + 12)
    return start + 8 + length..<range.upperBound
  }

  private func readDivision(_ word: Int, at offset: Int) throws(MIDIError) -> Score.Division {
    if word & 0x8000 == 0 {
      guard word > 0 else { throw error(.division, at: offset, "the division is 0 ticks a quarter note") }
      return .ticksPerQuarter(word)
    }
    let frames = 256 - word >> 8
    let ticks = word & 0xFF
    guard [24, 25, 29, 30].contains(frames) else {
      throw error(.division, at: offset, "the division is \(frames) frames a second; SMPTE has 24, 25, 29 and 30")
    }
    guard ticks > 0 else { throw error(.division, at: offset, "the division is 0 ticks a frame") }
    return .smpte(framesPerSecond: frames, ticksPerFrame: ticks)
  }

  private mutating func readChunks(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(MIDIError) {
    var position = range.lowerBound
    let end = range.upperBound
    while position < end {
      let present = end - position - 8
      guard present >= 0, let name = bytes.text(at: position), let length = bytes.bigEndian(at: position + 4, count: 4),
        name == "MTrk" || length <= present
      else {
        collector.endTracks()
        collector.warn(
          .bytesAfterLastTrack, at: position, "\(end - position) bytes behind the last track are no chunk; ignored")
        return
      }
      let body = position + 8..<position + 8 + min(length, present)
      // A file may be nothing but tiny chunks: no more of them are kept than tracks could be.
      if name == "MTrk" || chunks.count < limits.tracks {
        chunks.append(MIDIFile.Chunk(name: name, offset: position, body: body))
      }
      if name == "MTrk" {
        guard tracks.count < limits.tracks else {
          throw error(.limit, at: position, "the file holds more than \(limits.tracks) tracks, which is the limit")
        }
        collector.beginTrack(tracks.count + 1)
        if length > present {
          collector.warn(
            .trackLengthPastEnd, at: position + 4,
            "claims \(length) bytes, but the file has \(present) more; read to the end of the file")
        }
        let hasEnd = try readTrack(bytes, offset: position, body: body)
        isCutOff = isCutOff || (length > present && !hasEnd)
      }
      position = body.upperBound
    }
  }
}

extension Span<UInt8> {
  /// Four printable characters, or nil where there are fewer bytes or others.
  func text(at position: Int) -> String? {
    guard position >= 0, position <= count - 4 else { return nil }
    var result = ""
    for index in position..<position + 4 {
      guard (0x20...0x7E).contains(self[index]) else { return nil }
      result.unicodeScalars.append(Unicode.Scalar(self[index]))
    }
    return result
  }

  /// A number of some bytes, the highest first.
  func bigEndian(at position: Int, count width: Int) -> Int? {
    guard position >= 0, position <= count - width else { return nil }
    var result = 0
    for index in position..<position + width { result = result << 8 | Int(self[index]) }
    return result
  }

  /// A number of four bytes, the lowest first.
  func littleEndian(at position: Int) -> Int? {
    guard position >= 0, position <= count - 4 else { return nil }
    var result = 0
    for index in (position..<position + 4).reversed() { result = result << 8 | Int(self[index]) }
    return result
  }
}
