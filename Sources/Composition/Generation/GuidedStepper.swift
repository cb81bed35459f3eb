internal import Network

/// Reads one step at a time with a network, and with its guide where there is one.
struct GuidedStepper {
  private let network: Stepper
  private let guide: Stepper?
  private let guidance: Guidance

  /// - Throws: `NetworkError` if the network cannot be run.
  init(
    _ network: Network, guide: Network?, _ guidance: Guidance, lanes: Int, pool: WorkerPool
  ) throws(NetworkError) {
    self.network = try Stepper(network: network, lanes: lanes, pool: pool)
    if let guide {
      self.guide = try Stepper(network: guide, lanes: lanes, pool: pool)
    } else {
      self.guide = nil
    }
    self.guidance = guidance
  }

  func clear(lane: Int) {
    network.clear(lane: lane)
    guide?.clear(lane: lane)
  }

  /// Makes one recurrent step in some lanes.
  ///
  /// - Throws: `NetworkError` if what is read does not fit.
  func read(_ reads: StepBatch.Reads, lanes: [Int]) throws(NetworkError) {
    try network.read(reads, lanes: lanes)
    try guide?.read(reads, lanes: lanes)
  }

  /// What the network says after what a lane read last: logits are steered, means are not.
  ///
  /// `mask` is 0 for each class that is forbidden; `starts` are the classes of one note's start at each pitch.
  func outputs(
    lane: Int, areLogits: Bool = true, mask: ArraySlice<UInt8>? = nil, starts: Range<Int>? = nil
  ) -> [Float] {
    var outputs = network.logits(lane: lane)
    for (place, allowed) in (mask ?? []).enumerated() where allowed == 0 && place < outputs.count {
      outputs[place] = -.infinity
    }
    if areLogits, let guide { guidance.steer(&outputs, awayFrom: guide.logits(lane: lane), starts: starts) }
    return outputs
  }

  /// The logits of the next token of a frame, steered.
  func writtenLogits(lane: Int, _ call: HeadCall, starts: Range<Int>?) -> [Float] {
    func logits(_ stepper: Stepper) -> [Float] {
      stepper.writtenLogits(lane: lane, tableRows: call.tableRows, output: Int(call.output), mask: Int(call.mask))
    }
    var result = logits(network)
    if let guide { guidance.steer(&result, awayFrom: logits(guide), starts: starts) }
    return result
  }
}
