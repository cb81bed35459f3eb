internal import Glibc
internal import Network

extension TrainingTask {
  /// Reckons the most bytes that this process will take: what it has now, and what training adds at its fullest.
  ///
  /// Fullest is the larger of validating and going on from a checkpoint; weights of a file are in memory already.
  ///
  /// - Parameter resident: bytes that the process has in memory already; nil: what it has now.
  /// - Returns: bytes.
  /// - Throws: `CompositionError` of kind `spec` with the figure where the machine, or what the control group leaves of
  ///   it, is smaller; `CompositionError` or `NetworkError` where the network cannot be made.
  package func checkedMemory(resident: Int? = nil) throws -> Int {
    let reading = try plan.reading(), architecture = reading.architecture
    try architecture.check()
    let parameters = 4 * architecture.parameterCount
    let (lanes, steps) = (settings.batch, settings.sequence)
    // Written tokens a row, as the first batches have them.
    var tokensPerRow = 0.0
    if case .written = architecture.writing, !train.items.isEmpty {
      var stream = LaneStream(train, reading, settings)
      let rows = min(steps, 64)
      tokensPerRow = Double(stream.next(rows, progress: 0).written.count) / Double(rows * lanes)
    }
    func tokens(_ rows: Int) -> Int { Int((Double(rows) * tokensPerRow).rounded(.up)) }
    let trainer = architecture.trainingBytes(
      optimizer: settings.optimizer, lanes: lanes, steps: steps, tokens: tokens(lanes * steps),
      accumulate: settings.accumulate, precision: settings.operands)
    // The best weights, those that are validated, and a scorer of them; the best alone without validation. And the guide.
    let hasGuide = settings.guide != nil || start?.metadata.guide != nil
    var more = (hasGuide ? 3 : 2) * parameters
    // Weights on the way, as tensors and as a file; and their guide, as tensors and as text.
    if tellsSnapshots(ofParameters: architecture.parameterCount) {
      more += (hasGuide && architecture.parameterCount <= GuideText.mostParameters ? 5 : 2) * parameters
    }
    if !validation.items.isEmpty {
      let rows = Scoring.lanes * Scoring.window
      more += parameters + architecture.scoringBytes(lanes: Scoring.lanes, steps: Scoring.window, tokens: tokens(rows))
    }
    if let path = checkpointPath, let size = DurableFile.size(path) { more = max(more, 2 * size + parameters) }
    // A batch as it is gathered and checked.
    let batch = lanes * steps * 256 + tokens(lanes * steps) * 96
    // What each lane remembers of its song.
    if plan.network.inputs.contains(.echo) {
      func longest(_ corpus: EncodedCorpus) -> Int { corpus.items.map { reading.stepCount(of: $0.song) }.max() ?? 0 }
      more += 160 * (lanes * longest(train) + Scoring.lanes * longest(validation))
    }
    // What small pieces, thread stacks and holes between them take beside the buffers.
    let beside = (2 << 20) + (trainer + more) / 64
    let needed = (resident ?? Self.residentBytes) + trainer + more + batch + beside
    let present = MachineShare.present.memory
    guard needed <= present else {
      throw CompositionError(
        .spec,
        "training a network of \(architecture.parameterCount) parameters with batch \(lanes) and sequence \(steps) needs"
          + " \(needed >> 20) MiB of memory; there are \(present >> 20) MiB; take a smaller hidden, batch or sequence")
    }
    return needed
  }

  /// Bytes that this process has in memory now.
  private static var residentBytes: Int {
    guard let bytes = try? DurableFile.read("/proc/self/statm") else { return 0 }
    let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
  }
}
