import ArgumentParser
import Studio

/// `ritornello cancel RUN`.
struct CancelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Cancel a run that has not ended.",
    discussion: """
      A run that is going on is stopped. Beside a watcher the request is handed to it and acted on within 2 seconds.

      ritornello cancel nightly-chorales/0007
      """)

  @OptionGroup var options: RunChangeOptions

  func run() throws { try options.make(.cancel) }
}
