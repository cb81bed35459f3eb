internal import Representation

/// What all networks that read frames are told besides the frame itself: *first*, then the further inputs.
struct FrameInputs: Sendable {
  let names: [String]
  private let inputs: [NetworkSettings.Input]
  /// Frames in a bar of 4/4, which is the longer of the two periods of `position`.
  private let bar: Int
  /// Frames a step.
  private let framesAStep: Int

  init(_ network: NetworkSettings, _ settings: RepresentationSettings, framesAStep: Int = 1) {
    inputs = network.inputs
    bar = max(1, 4 * settings.framesAQuarter)
    self.framesAStep = framesAStep
    var names = ["first"]
    for input in network.inputs {
      switch input {
      case .position:
        names += (0..<bar).map { "position \($0) of \(4 * settings.framesAQuarter)" }
        names += (0..<12).map { "position \($0) of 12" }
      case .pitchClasses: names += (0..<12).map { "pitch class \($0)" }
      case .shift: names += (0..<12).map { "shift \($0)" }
      }
    }
    self.names = names
  }

  /// Adds the places of the ones, from place `start` on.
  ///
  /// `pitches` are those that sounded in the last frame, transposed.
  func append(to places: inout [Int32], from start: Int, after past: Past, pitches: some Sequence<Int>) {
    var place = start
    if past.step == 0 { places.append(Int32(place)) }
    place += 1
    for input in inputs {
      switch input {
      case .position:
        let frame = past.step * framesAStep
        places.append(Int32(place + frame % bar))
        places.append(Int32(place + bar + frame % 12))
        place += bar + 12
      case .pitchClasses:
        var classes: UInt32 = 0
        for pitch in pitches { classes |= 1 << UInt32(((pitch % 12) + 12) % 12) }
        for pitchClass in 0..<12 where classes >> UInt32(pitchClass) & 1 == 1 {
          places.append(Int32(place + pitchClass))
        }
        place += 12
      case .shift:
        places.append(Int32(place + ((past.shift % 12) + 12) % 12))
        place += 12
      }
    }
  }
}
