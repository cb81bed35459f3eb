internal import Network
internal import Representation

extension WeightsFile {
  /// The tensors of the network, these weights or their guide, that writes all that it does so many semitones higher.
  ///
  /// Rows and columns that stand for pitches change places; the few at the edge that have none go round. Those are
  /// `strangers`.
  func moved(_ tensors: [Tensor], up semitones: Int, _ reading: any SongReading) -> [Tensor] {
    guard semitones % 12 != 0 else { return tensors }
    let names = PitchNames(movingPitches(reading), up: semitones)
    let (own, moved) = (reading.axes, names.moved(reading.axes))
    return tensors.map { Self.moved($0, into: $0, from: moved, to: own, architecture: reading.architecture) }
  }

  /// The classes whose rows went round, in the network that writes so many semitones higher: what it says of them it
  /// learned of the pitches at the other edge.
  ///
  /// None in weights of an older arithmetic, so that their songs stay what they were.
  func strangers(up semitones: Int, _ reading: any SongReading) -> Set<Int> {
    guard semitones % 12 != 0, hasOwnEdges else { return [] }
    let names = PitchNames(movingPitches(reading), up: semitones)
    return Set(reading.axes.outputs.indices.filter { names.wentRound(to: reading.axes.outputs[$0]) })
  }

  /// The pitches that change places; of an older arithmetic those of the settings, whatever the vocabulary has.
  private func movingPitches(_ reading: any SongReading) -> ClosedRange<Int> {
    hasOwnEdges ? reading.representation.possiblePitches : metadata.representation.pitches
  }

  /// Whether songs on another tonic keep off the pitches that the network was not taught there.
  private var hasOwnEdges: Bool { metadata.numerics >= 4 }
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
    guard let (before, pitch) = Self.parts(name) else { return name }
    let whole = before.joined(separator: " ") + (before.isEmpty ? "" : " ")
    if before.last == "class" { return whole + "\(((pitch + semitones) % 12 + 12) % 12)" }
    guard isPitch(pitch, after: before) else { return name }
    let place = (pitch - pitches.lowerBound + semitones) % pitches.count
    return whole + "\(pitches.lowerBound + (place + pitches.count) % pitches.count)"
  }

  /// Whether what moved to a name's pitch comes from the other edge.
  func wentRound(to name: String) -> Bool {
    guard let (before, pitch) = Self.parts(name), isPitch(pitch, after: before) else { return false }
    return !pitches.contains(pitch - semitones)
  }

  private func isPitch(_ pitch: Int, after before: ArraySlice<Substring>) -> Bool {
    let isOfLine = before.count >= 2 && before.dropLast().last == "line"
    return pitches.contains(pitch) && (before.isEmpty || before.last.map(Self.leading.contains) == true || isOfLine)
  }

  /// What stands before the number that a name ends in, and the number; nil: it is no pitch that moves.
  private static func parts(_ name: String) -> (before: ArraySlice<Substring>, pitch: Int)? {
    let words = name.split(separator: " ")
    guard let last = words.last, let pitch = Int(last), words.first != "style", !words.contains("drum") else {
      return nil
    }
    return (words.dropLast(), pitch)
  }
}
