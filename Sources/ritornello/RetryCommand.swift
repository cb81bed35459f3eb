import ArgumentParser
import Studio

/// `ritornello retry RUN`.
struct RetryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Queue a run again that is failed, waiting or blocked.",
    discussion: """
      It is tried at once, and its tries are counted afresh. Without a watcher it is queued for the next pass.

      ritornello retry nightly-chorales/0007
      """)

  @OptionGroup var options: RunChangeOptions

  func run() throws { try options.make(.retry) }
}
