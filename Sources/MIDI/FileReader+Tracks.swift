/// The events of one track (SMF 1.0, "MTrk").
extension FileReader {
  /// Reads a track and says whether its end of track was there.
  mutating func readTrack(_ bytes: Span<UInt8>, offset: Int, body: Range<Int>) throws(MIDIError) -> Bool {
    let first = events.count
    let end = body.upperBound
    var position = body.lowerBound
    var tick = 0
    var running: UInt8 = 0
    // Set while running status should have been cancelled.
    var isInterrupted = false
    var hasEnd = false
    var isDamaged = false

    while position < end, !hasEnd {
      let start = position
      guard let delta = quantity(bytes, at: &position, end: end, event: start) else {
        isDamaged = true
        break
      }
      tick += delta
      guard tick <= limits.ticks else {
        throw error(.limit, at: start, "an event stands at tick \(tick); the limit is \(limits.ticks)")
      }
      guard position < end else {
        isDamaged = cutShort(at: start)
        break
      }
      guard events.count < limits.events else {
        throw error(.limit, at: start, "the file holds more than \(limits.events) events, which is the limit")
      }
      let offset = position
      let byte = bytes[position]
      if byte < 0xF0 {
        if byte >= 0x80 {
          running = byte
          isInterrupted = false
          position += 1
        } else if running == 0 {
          collector.warn(.dataWithoutStatus, at: offset, "a data byte follows no status byte; the track ends here")
          isDamaged = true
          break
        } else if isInterrupted {
          isInterrupted = false
          collector.warn(
            .runningStatusCarriedOn, at: offset, "running status goes on over an event that should cancel it")
        }
        let needed = running & 0xE0 == 0xC0 ? 1 : 2
        guard end - position >= needed else {
          isDamaged = cutShort(at: start)
          break
        }
        var data1 = bytes[position]
        var data2 = needed == 2 ? bytes[position + 1] : 0
        if (data1 | data2) & 0x80 != 0 {
          collector.warn(.dataByteAbove127, at: position, "a data byte above 127 is read as 127")
          data1 = min(data1, 127)
          data2 = min(data2, 127)
        }
        position += needed
        events.append(MIDIEvent(tick: tick, offset: offset, status: running, data1: data1, data2: data2))
      } else if byte == 0xFF || byte == 0xF0 || byte == 0xF7 {
        isInterrupted = true
        let headBytes = byte == 0xFF ? 2 : 1
        guard end - position > headBytes else {
          isDamaged = cutShort(at: start)
          break
        }
        let type = byte == 0xFF ? bytes[position + 1] : 0
        position += headBytes
        guard let length = quantity(bytes, at: &position, end: end, event: start) else {
          isDamaged = true
          break
        }
        guard length <= end - position else {
          isDamaged = cutShort(at: start)
          break
        }
        let event = MIDIEvent(
          tick: tick, offset: offset, status: byte, data1: type, headLength: position - offset, length: length)
        if byte == 0xFF {
          hasEnd = type == MIDIEvent.Meta.endOfTrack
          warnOfMeta(event, bytes)
        }
        events.append(event)
        position += length
      } else {
        isInterrupted = isInterrupted || byte < 0xF8
        collector.warn(
          .systemMessage, at: offset,
          "system message \(String(byte, radix: 16, uppercase: true)) has no place in a file; passed over")
        let dataBytes = byte == 0xF2 ? 2 : byte == 0xF1 || byte == 0xF3 ? 1 : 0
        position = min(position + 1 + dataBytes, end)
      }
    }
    if hasEnd, position < end {
      collector.warn(
        .bytesAfterEndOfTrack, at: position, "\(end - position) bytes follow the end of track; ignored")
    }
    if !hasEnd, !isDamaged {
      collector.warn(.noEndOfTrack, at: end, "no end of track; the track ends at its last event")
    }
    tracks.append(
      MIDIFile.Track(offset: offset, events: first..<events.count, endTick: tick, endOffset: min(position, end)))
    return hasEnd
  }

  private mutating func cutShort(at offset: Int) -> Bool {
    collector.warn(.eventCutShort, at: offset, "an event is cut short; the track ends here")
    return true
  }

  /// Reads a variable-length quantity, or warns and gives nil.
  @inline(__always)
  private mutating func quantity(_ bytes: Span<UInt8>, at position: inout Int, end: Int, event: Int) -> Int? {
    if position < end, bytes[position] < 0x80 {
      position += 1
      return Int(bytes[position - 1])
    }
    return longQuantity(bytes, at: &position, end: end, event: event)
  }

  @inline(never)
  private mutating func longQuantity(_ bytes: Span<UInt8>, at position: inout Int, end: Int, event: Int) -> Int? {
    let start = position
    var value = 0
    while position < end {
      let byte = bytes[position]
      position += 1
      value = value << 7 | Int(byte & 0x7F)
      let width = position - start
      if byte < 0x80 {
        guard width > 4 else { return value }
        guard value < 1 << 28 else { break }
        collector.warn(.longQuantity, at: start, "a variable-length quantity has \(width) bytes; 4 are allowed")
        return value
      }
      if width == 8 { break }
    }
    if position - start <= 4 {
      _ = cutShort(at: event)
    } else {
      collector.warn(
        .unreadableQuantity, at: start, "a variable-length quantity is longer than 4 bytes; the track ends here")
    }
    return nil
  }

  private mutating func warnOfMeta(_ event: MIDIEvent, _ bytes: Span<UInt8>) {
    let payload = event.payload
    switch event.data1 {
    case MIDIEvent.Meta.tempo:
      guard payload.count == 3 else {
        collector.warn(.tempoLength, at: event.offset, "a tempo of \(payload.count) bytes is passed over; it has 3")
        return
      }
      if bytes.bigEndian(at: payload.lowerBound, count: 3) == 0 {
        collector.warn(.tempoZero, at: event.offset, "a tempo of 0 is passed over; the previous one holds")
      }
    case MIDIEvent.Meta.timeSignature:
      guard payload.count >= 2, bytes[payload.lowerBound] > 0, bytes[payload.lowerBound + 1] <= 15 else {
        collector.warn(.unreadableTimeSignature, at: event.offset, "a time signature cannot be read and is passed over")
        return
      }
      if payload.count < 4 {
        collector.warn(.shortTimeSignature, at: event.offset, "a time signature has \(payload.count) bytes, not 4")
      }
    case MIDIEvent.Meta.keySignature:
      guard payload.count == 2, abs(Int(Int8(bitPattern: bytes[payload.lowerBound]))) <= 7,
        bytes[payload.lowerBound + 1] <= 1
      else {
        collector.warn(.unreadableKeySignature, at: event.offset, "a key signature cannot be read and is passed over")
        return
      }
    default: break
    }
  }
}
