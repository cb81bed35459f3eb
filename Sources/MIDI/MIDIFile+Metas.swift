/// What the meta events of a file say.
extension MIDIFile {
  /// The tempo that an event sets; nil where it is none or cannot be read.
  func tempo(_ event: MIDIEvent) -> Score.Tempo? {
    guard event.isMeta, event.data1 == MIDIEvent.Meta.tempo else { return nil }
    let payload = payload(of: event)
    guard payload.count == 3 else { return nil }
    let microseconds = payload.reduce(0) { $0 << 8 | Int($1) }
    return microseconds > 0 ? Score.Tempo(tick: event.tick, microsecondsPerQuarter: microseconds) : nil
  }

  /// The metre that an event sets; nil where it is none or cannot be read.
  func timeSignature(_ event: MIDIEvent) -> Score.TimeSignature? {
    guard event.isMeta, event.data1 == MIDIEvent.Meta.timeSignature else { return nil }
    let payload = Array(payload(of: event).prefix(4))
    guard payload.count >= 2, payload[0] > 0, payload[1] <= 15 else { return nil }
    return Score.TimeSignature(
      tick: event.tick, numerator: Int(payload[0]), denominator: 1 << Int(payload[1]),
      clocksPerClick: payload.count > 2 ? Int(payload[2]) : 24,
      thirtySecondsPerQuarter: payload.count > 3 ? Int(payload[3]) : 8)
  }

  /// The key that an event sets; nil where it is none or cannot be read.
  func keySignature(_ event: MIDIEvent) -> Score.KeySignature? {
    guard event.isMeta, event.data1 == MIDIEvent.Meta.keySignature else { return nil }
    let payload = Array(payload(of: event).prefix(3))
    guard payload.count == 2, payload[1] <= 1 else { return nil }
    let sharps = Int(Int8(bitPattern: payload[0]))
    guard abs(sharps) <= 7 else { return nil }
    return Score.KeySignature(tick: event.tick, sharps: sharps, isMinor: payload[1] == 1)
  }
}
