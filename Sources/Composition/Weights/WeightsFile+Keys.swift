internal import Network
internal import Representation

extension WeightsFile {
  /// The tensors of the network that writes all that this one does so many semitones higher.
  ///
  /// Rows and columns that stand for pitches change places; the few at the edge that have none go round, which music far
  /// from the edge does not notice.
  func tensors(up semitones: Int, _ reading: any SongReading) -> [Tensor] {
    guard semitones % 12 != 0 else { return tensors }
    let names = PitchNames(metadata.representation.pitches, up: semitones)
    let (own, moved) = (reading.axes, names.moved(reading.axes))
    return tensors.map { Self.moved($0, into: $0, from: moved, to: own, architecture: reading.architecture) }
  }
}

/// The names of a network's axes with each pitch in them moved.
private struct PitchNames {
  private let pitches: ClosedRange<Int>
  private let semitones: Int

  init(_ pitches: ClosedRange<Int>, up semitones: Int) {
    self.pitches = pitches
    self.semitones = semitones
  }

  func moved(_ axes: NetworkAxes) -> NetworkAxes {
    NetworkAxes(
      inputs: axes.inputs.map(moved), outputs: axes.outputs.map(moved), tables: axes.tables.mapValues { $0.map(moved) })
  }

  /// What stands before a pitch: `start 60`, `line 0 60`, `program 40 pitch 60`; nothing, or `echo`, too.
  private static let leading: Set<Substring> = ["start", "hold", "held", "started", "pitch", "echo"]

  private func moved(_ name: String) -> String {
    let words = name.split(separator: " ")
    guard let last = words.last, let pitch = Int(last), words.first != "style", !words.contains("drum") else {
      return name
    }
    let before = words.dropLast()
    let whole = before.joined(separator: " ") + (before.isEmpty ? "" : " ")
    if before.last == "class" { return whole + "\(((pitch + semitones) % 12 + 12) % 12)" }
    let isOfLine = before.count >= 2 && before.dropLast().last == "line"
    guard before.isEmpty || before.last.map(Self.leading.contains) == true || isOfLine, pitches.contains(pitch) else {
      return name
    }
    let place = (pitch - pitches.lowerBound + semitones) % pitches.count
    return whole + "\(pitches.lowerBound + (place + pitches.count) % pitches.count)"
  }
}
