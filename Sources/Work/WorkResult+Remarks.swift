package import Composition

extension WorkResult {
  /// What the person should know of the music and its training, with what would help.
  package struct Remark: Codable, Sendable, Equatable {
    /// A word for programs: `too-little-music`, `training-made-worse`, `trained-too-long`, `songs-outside-band`.
    package var code: String
    package var message: String
    /// What would help.
    package var remedy: String

    package init(code: String, message: String, remedy: String) {
      self.code = code
      self.message = message
      self.remedy = remedy
    }
  }

  /// A song that passed no attempt and was left out.
  package struct Withheld: Codable, Sendable, Equatable {
    package var attempts: [SongAttempt]
    package var gate: GateVerdict
  }
}

extension WorkResult.Training {
  /// What is to be said of a training.
  ///
  /// - Parameters:
  ///   - files: the files that were trained on.
  ///   - heldOut: the files that were held out.
  /// - Returns: the remarks, worst first; none where all is well.
  func remarks(files: Int, heldOut: Int) -> [WorkResult.Remark] {
    var remarks: [WorkResult.Remark] = []
    if heldOut == 0 {
      let count = files == 1 ? "there is 1 file" : "there are \(files) files"
      remarks.append(
        WorkResult.Remark(
          code: "too-little-music",
          message: "too little music: \(count) to train on and none could be held out, so validation_loss is null and "
            + "nothing tells when training makes things worse",
          remedy: "add music of the same kind to the corpus: of three files on one is held out, of five on songs are "
            + "compared with what is usual"))
    }
    guard let best = validationLoss else { return remarks }
    if let start = startLoss, best >= start {
      remarks.append(
        WorkResult.Remark(
          code: "training-made-worse",
          message: "training made things worse: held-out music cost \(Self.told(start)) nats with the weights that it "
            + "began from, and \(Self.told(best)) at its best",
          remedy:
            "begin with a smaller optimizer.learning_rate, add music of the same kind, or keep the earlier weights "
            + "with from:"))
    }
    if let last = lastValidationLoss, 2 * bestIteration <= iterations, last - best > 0.05 * abs(best) {
      remarks.append(
        WorkResult.Remark(
          code: "trained-too-long",
          message: "training made things worse after iteration \(bestIteration) of \(iterations): held-out music cost "
            + "\(Self.told(best)) nats then and \(Self.told(last)) at the end; the weights of iteration \(bestIteration) "
            + "were kept",
          remedy: "add music of the same kind, or set patience, fewer iterations or more dropout"))
    }
    return remarks
  }

  private static func told(_ loss: Double) -> String {
    guard loss.isFinite, abs(loss) < 1e12 else { return "\(loss)" }
    return "\((loss * 1000).rounded() / 1000)"
  }
}

extension JudgedOutcome {
  /// What is to be said of the songs.
  var remarks: [WorkResult.Remark] {
    let refused = songs.filter { !$0.judgement.gate.passed }
    guard !refused.isEmpty || !withheld.isEmpty else { return [] }
    let count = refused.count + withheld.count
    let all = songs.count + withheld.count
    let reasons = (refused + withheld).flatMap(\.judgement.gate.reasons).prefix(3).joined(separator: "; ")
    return [
      WorkResult.Remark(
        code: "songs-outside-band",
        message: "\(count) of \(all) songs passed no attempt and \(withheld.isEmpty ? "are marked" : "were withheld"): "
          + reasons,
        remedy: "listen to them; train longer or on more music of the kind, raise attempts, or set on_gate: withhold")
    ]
  }
}
