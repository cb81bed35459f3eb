import ArgumentParser
import Foundation
import Identity

/// The studio that a command works on.
enum StudioFolder {
  /// Finds the studio: the folder that `--studio` names, or else the nearest one upwards that holds `jobs.yaml`
  /// (or the private folder of a studio whose `jobs.yaml` is gone).
  ///
  /// - Parameter explicit: what `--studio` gave.
  /// - Returns: the folder's absolute path, without a slash at its end.
  /// - Throws: `ExitCode` 66 where there is no such folder, after telling why.
  static func find(explicit: String?) throws -> String {
    let files = FileManager.default
    if let explicit {
      let folder = URL(fileURLWithPath: explicit).standardizedFileURL.path
      var isFolder: ObjCBool = false
      guard files.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
        throw fail(
          "no folder '\(FileName(explicit).shown)'; name a studio with --studio, or make one: ritornello init",
          Exit.noInput)
      }
      // A studio whose jobs.yaml was taken away still has its private folder, and its last good version in force.
      guard files.fileExists(atPath: folder + "/jobs.yaml") || files.fileExists(atPath: folder + "/.ritornello") else {
        throw fail("no jobs.yaml in '\(FileName(explicit).shown)'; make a studio there: ritornello init", Exit.noInput)
      }
      return folder
    }
    let start = files.currentDirectoryPath
    var folder = URL(fileURLWithPath: start).standardizedFileURL
    while true {
      for name in ["jobs.yaml", ".ritornello"]
      where files.fileExists(atPath: folder.appendingPathComponent(name).path) {
        return folder.path
      }
      let parent = folder.deletingLastPathComponent().standardizedFileURL
      guard parent.path != folder.path, folder.path != "/" else {
        throw fail(
          "no jobs.yaml here or in a folder above; name a studio with --studio, or make one: ritornello init",
          Exit.noInput)
      }
      folder = parent
    }
  }
}
