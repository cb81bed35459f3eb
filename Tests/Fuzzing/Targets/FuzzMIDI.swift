import MIDI

/// Reads bytes as a MIDI file: offsets lie in the file, scores keep their invariants and are equal when they are written
/// and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let file: MIDIFile
  do {
    file = try MIDIFile(bytes: bytes)
  } catch {
    hold((0...count).contains(error.offset), "the error \(error) is outside the file")
    hold(isHarmless("\(error)"), "the error holds control characters")
    return 0
  }
  let facts = file.facts()
  for warning in facts.warnings {
    hold((0...count).contains(warning.offset), "the warning \(warning.code) is outside the file")
  }
  for score in file.scores() {
    hold(score.invariantFailures.isEmpty, score.invariantFailures.joined(separator: "; "))
    let again = try? MIDIFile(bytes: MIDIFile(score: score).bytes).scores()
    hold(again == [score], "written and read again, it is another score")
  }
  return 0
}
