import Glibc
package import Foundation
package import Identity

/// The sign that the studio's owner lives: the modification time of `.ritornello/heartbeat`.
package struct Heartbeat {
  let path: FileName
  let environment: StudioEnvironment

  /// Sets the time to now; a disk that fails here fails louder elsewhere.
  func beat() {
    let files = environment.files
    guard
      let descriptor = try? files.open(path, in: workingFolder, flags: O_WRONLY | O_CREAT, permissions: 0o644)
    else { return }
    defer { files.close(descriptor) }
    try? files.touch(descriptor, path: path)
  }

  /// When the heart beat last, or nil where it never did.
  package static func last(at path: FileName, files: any FileSystem) -> Date? {
    guard let facts = try? files.facts(of: path, in: workingFolder) else { return nil }
    return Date(timeIntervalSince1970: Double(facts.modified) / 1e9)
  }
}
