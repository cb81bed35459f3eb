internal import Foundation

/// A folder that is removed with the value that owns it.
package final class TemporaryFolder: Sendable {
  /// Its path.
  package let path: String

  /// Makes the folder.
  ///
  /// - Throws: the system's reason.
  package init() throws {
    path = NSTemporaryDirectory() + "/ritornello-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
