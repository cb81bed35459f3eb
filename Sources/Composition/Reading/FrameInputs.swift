internal import Network
internal import Representation

/// What all networks that read frames are told besides the frame itself: *first*, then the further inputs.
struct FrameInputs: Sendable {
  let names: [String]
  private let inputs: [NetworkSettings.Input]
  /// Frames in a quarter.
  private let quarter: Int
  /// Frames in a bar of 4/4, which is the longer of the two periods of `position`.
  private var bar: Int { max(1, 4 * quarter) }
  /// Frames a step.
  private let framesAStep: Int
  /// Places of a frame as `echo` tells it.
  private let echoWidth: Int
  /// The corpora that are told apart.
  let styles: [String]
  /// Matches are told as shares of these lengths, at most 1.
  private static let echoLengths = [1, 4, 16, 64]
  /// So many quarters left are told one by one, 0 among them.
  private static let quartersLeft = 16
  /// Bars left are told as shares of these, at most 1.
  private static let barsLeft = [4, 16, 64]

  /// `frame` says what each place of a frame means that `echo` tells.
  init(_ network: NetworkSettings, _ settings: RepresentationSettings, frame: [String], framesAStep: Int = 1) {
    inputs = network.inputs
    quarter = settings.framesAQuarter
    self.framesAStep = framesAStep
    echoWidth = frame.count
    styles = network.inputs.contains(.style) ? network.styles : []
    var names = ["first"]
    for input in network.inputs {
      switch input {
      case .position:
        names += (0..<max(1, 4 * quarter)).map { "position \($0) of \(4 * settings.framesAQuarter)" }
        names += (0..<12).map { "position \($0) of 12" }
      case .pitchClasses: names += (0..<12).map { "pitch class \($0)" }
      case .echo:
        names += frame.map { "echo \($0)" }
        names += Self.echoLengths.map { "echo of \($0)" }
      case .shift: names += (0..<12).map { "shift \($0)" }
      case .barsLeft:
        names += (0...Self.quartersLeft).map { "quarters left \($0)" }
        names += Self.barsLeft.map { "bars left of \($0)" }
      case .style: names += network.styles.map { "style \($0)" }
      }
    }
    self.names = names
  }

  /// Whether the frames of a song have to be remembered.
  var remembers: Bool { inputs.contains(.echo) }

  /// Adds what the inputs tell, from place `start` on.
  ///
  /// `pitches` are those that sounded in the last frame, transposed.
  func append(to row: inout SparseRows, from start: Int, after past: Past, pitches: some Sequence<Int>) {
    var place = start
    if past.step == 0 { row.append(place) }
    place += 1
    for input in inputs {
      switch input {
      case .position:
        let frame = past.step * framesAStep
        row.append(place + frame % bar)
        row.append(place + bar + frame % 12)
        place += bar + 12
      case .pitchClasses:
        var classes: UInt32 = 0
        for pitch in pitches { classes |= 1 << UInt32(((pitch % 12) + 12) % 12) }
        for pitchClass in 0..<12 where classes >> UInt32(pitchClass) & 1 == 1 { row.append(place + pitchClass) }
        place += 12
      case .echo:
        for one in past.echo.frame { row.append(place + Int(one)) }
        place += echoWidth
        place = append(past.echo.length, asSharesOf: Self.echoLengths, to: &row, from: place)
      case .shift:
        row.append(place + ((past.shift % 12) + 12) % 12)
        place += 12
      case .barsLeft: place = appendBarsLeft(to: &row, from: place, after: past)
      case .style:
        for (number, share) in past.style.enumerated() where number < styles.count {
          row.append(place + number, value: share)
        }
        place += styles.count
      }
    }
  }

  /// Tells how much of a song of a known length is left before the next step.
  ///
  /// - Returns: the place after the input's.
  private func appendBarsLeft(to row: inout SparseRows, from start: Int, after past: Past) -> Int {
    let shares = start + Self.quartersLeft + 1
    guard let length = past.length else { return shares + Self.barsLeft.count }
    let left = max(0, length - past.step * framesAStep)
    let quarters = (left + quarter - 1) / max(1, quarter)
    if quarters <= Self.quartersLeft { row.append(start + quarters) }
    return append(left, asSharesOf: Self.barsLeft.map { $0 * bar }, to: &row, from: shares)
  }

  private func append(_ count: Int, asSharesOf wholes: [Int], to row: inout SparseRows, from start: Int) -> Int {
    for (number, whole) in wholes.enumerated() {
      row.append(start + number, value: Float(min(count, whole)) / Float(whole))
    }
    return start + wholes.count
  }
}
