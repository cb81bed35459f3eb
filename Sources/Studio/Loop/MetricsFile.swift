import Foundation
import Glibc
import Identity
import Ledger

/// The file that tells monitoring programs how the studio is: replaced in one step, now and then.
final class MetricsFile {
  private let paths: StudioPaths
  private let environment: StudioEnvironment
  private let reader: LedgerReader
  private var due = -Double.infinity

  /// Seconds between two writings.
  private static let interval = 15.0

  init(paths: StudioPaths, environment: StudioEnvironment, reader: LedgerReader) {
    self.paths = paths
    self.environment = environment
    self.reader = reader
  }

  /// Writes the file where it is due, or at once where that is asked for.
  ///
  /// - Returns: what kept it from being written.
  func write(to path: String?, pending: Int, atOnce: Bool = false) -> Problem? {
    guard let path else { return nil }
    let begun = environment.clock.monotonic
    guard atOnce || begun >= due else { return lastProblem }
    let status = StatusReport(paths: paths, environment: environment, reader: reader)
    let page = MetricsPage(
      status, try? reader.counts(), pending: pending, paths: paths,
      version: (environment.programVersion, environment.numerics), now: environment.clock.now)
    let target = path.hasPrefix("/") ? FileName(path) : paths.root / path
    lastProblem = nil
    do {
      try replace(target, with: Array(page.text.utf8))
    } catch {
      lastProblem = Problem(error, doing: "the metrics cannot be written", at: environment.clock.now)
    }
    // Of a large ledger counting takes a while: it is never more than a fiftieth of the time.
    let ended = environment.clock.monotonic
    due = ended + max(Self.interval, 50 * (ended - begun))
    return lastProblem
  }

  private var lastProblem: Problem?

  /// Puts a file in another's place; after a power cut it may be the one before, which does no harm.
  private func replace(_ target: FileName, with bytes: [UInt8]) throws(FileError) {
    let files = environment.files
    let temporary = FileName(bytes: target.bytes + Array(".tmp".utf8))
    do {
      let descriptor = try files.open(
        temporary, in: workingFolder, flags: O_WRONLY | O_CREAT | O_TRUNC, permissions: 0o644)
      defer { files.close(descriptor) }
      try files.write(bytes, to: descriptor, of: temporary)
      try files.rename(temporary, in: workingFolder, to: target, in: workingFolder)
    } catch {
      try? files.unlink(temporary, in: workingFolder)
      throw error
    }
  }
}
