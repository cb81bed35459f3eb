import Logging
import Synchronization

/// A log that remembers what it was told.
final class HeardLog: LogHandler {
  private let told = Mutex<[String]>([])

  var lines: [String] { told.withLock { $0 } }
  var logLevel: Logger.Level {
    get { .trace }
    set {}
  }
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) { told.withLock { $0.append("\(event.message)") } }
}
