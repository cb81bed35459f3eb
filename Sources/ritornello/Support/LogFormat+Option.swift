import ArgumentParser
import Studio

extension LogFormat: ExpressibleByArgument {}

/// What the commands take that write a log.
struct LogOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How the log is written on standard error: text or json, one event a line."))
  var logFormat = LogFormat.text
}
