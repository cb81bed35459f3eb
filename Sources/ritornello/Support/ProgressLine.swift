import Composition
import Glibc

/// Tells how far training is: a bar where standard error is a terminal, else a line at each validation.
struct ProgressLine {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var shown = false
  private var lastTenth = 0

  mutating func show(_ progress: TrainingProgress) {
    let share = Double(progress.iteration) / Double(max(1, progress.iterations))
    if isTerminal {
      let filled = Int(share * 20)
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
      write("\r\(bar) \(text(progress))   ")
      shown = true
      return
    }
    let tenth = Int(share * 10)
    guard progress.isValidation || tenth > lastTenth else { return }
    lastTenth = max(tenth, lastTenth)
    write(text(progress) + "\n")
  }

  /// Leaves the bar's line.
  mutating func finish() {
    if shown { write("\n") }
    shown = false
  }

  private func text(_ progress: TrainingProgress) -> String {
    var parts = ["\(progress.iteration)/\(progress.iterations)", "loss " + decimal(progress.loss)]
    if let loss = progress.validationLoss { parts.append("validation " + decimal(loss)) }
    parts.append("\(Int(progress.tokensPerSecond.rounded())) tokens/s")
    let left = Int(min(progress.etaSeconds, 1e7).rounded())
    parts.append("\(left / 60):\(left % 60 < 10 ? "0" : "")\(left % 60) left")
    return parts.joined(separator: "  ")
  }

  private func decimal(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
    let thousandths = Int((value * 1000).rounded())
    let fraction = String(abs(thousandths) % 1000)
    return (thousandths < 0 ? "-" : "") + "\(abs(thousandths) / 1000)."
      + String(repeating: "0", count: 3 - fraction.count) + fraction
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    // What cannot be shown is not worth stopping for.
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}
