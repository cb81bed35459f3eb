import Foundation
import Glibc
import Identity
import Ledger
package import Logging

/// A log on standard error, one event a line.
///
/// As text: time, level where it is not information, message. As JSON: `time`, `level`, `message`, and what else is known
/// of the event by name, such as `run`. Nothing in it can move a terminal's cursor or begin another line.
package struct StandardErrorLog: LogHandler {
  package var logLevel: Logger.Level = .info
  package var metadata: Logger.Metadata = [:]
  private let format: LogFormat

  package init(format: LogFormat = .text) { self.format = format }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let known = metadata.merging(event.metadata ?? [:]) { $1 }
    Self.write(Self.line(format, event.level, "\(event.message)", known, at: Date()) + "\n")
  }

  /// The line that tells of an event, without its end.
  static func line(
    _ format: LogFormat, _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, at time: Date
  ) -> String {
    switch format {
    case .text:
      let word = level <= .info ? "" : level.rawValue + ": "
      return time.formatted(.iso8601) + " " + word + FileName(message.replacing("\n", with: "; ")).shown
    case .json:
      let members: [(String, JSONValue)] = [
        ("time", .string(Instant.text(time))), ("level", .string(level.rawValue)), ("message", .string(message)),
      ]
      let more = metadata.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string("\($0.value)")) }
      return JSONValue.object(members + more).text(pretty: false)
    }
  }

  /// Writes in one call, so that the lines of several processes do not mix; where nobody reads, it is lost.
  private static func write(_ text: String) {
    var bytes = Array(text.utf8)
    while !bytes.isEmpty {
      let count = Glibc.write(STDERR_FILENO, bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      bytes.removeFirst(count)
    }
  }
}
