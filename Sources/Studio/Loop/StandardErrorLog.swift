import Foundation
package import Logging

/// A log of plain lines on standard error: time, level where it is not information, message.
package struct StandardErrorLog: LogHandler {
  package var logLevel: Logger.Level = .info
  package var metadata: Logger.Metadata = [:]

  package init() {}

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let time = Date().formatted(.iso8601)
    let level = event.level <= .info ? "" : event.level.rawValue + ": "
    FileHandle.standardError.write(Data("\(time) \(level)\(event.message)\n".utf8))
  }
}
