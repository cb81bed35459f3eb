import ArgumentParser
import Foundation
import Glibc
import Identity
import Ledger
import Logging
import Studio
import Synchronization

/// What the commands share that work on a studio.
enum StudioOpening {
  static let studioHelp: ArgumentHelp = "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml."

  /// The studio that is meant.
  static func paths(_ studio: String?) throws -> StudioPaths {
    StudioPaths(root: try StudioFolder.find(explicit: studio))
  }

  /// The world as it is: the machine's clock and files, this program as worker, a log on standard error.
  static func environment(level: Logger.Level = .info, format: LogFormat = .text) -> StudioEnvironment {
    var log = Logger(label: "ritornello") { _ in StandardErrorLog(format: format) }
    log.logLevel = level
    return StudioEnvironment(launcher: PosixWorkerLauncher(), log: log)
  }

  /// Works on a thread of its own, which lives as long as the work: the studio's loop waits and computes, and neither is
  /// for Swift's own threads.
  static func onOwnThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) throws -> Result {
    let done = DispatchSemaphore(value: 0)
    let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
    let thread = Thread {
      let result = Swift.Result { try work() }
      outcome.withLock { $0 = result }
      done.signal()
    }
    thread.name = "studio"
    thread.stackSize = 8 << 20
    thread.start()
    done.wait()
    guard let result = outcome.withLock({ $0 }) else { throw fail("the studio's thread has ended", Exit.software) }
    return try result.get()
  }

  /// Turns what the studio throws into a message and an exit status.
  static func reporting<Result>(_ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch let error as StudioError {
      throw fail(error.description, error.exitStatus)
    } catch let error as FileError {
      throw fail("\(error); \(error.remedy)", status(of: error))
    } catch let error as LedgerError {
      throw fail(error.description, status(of: error))
    } catch let error as Stopped {
      throw ExitCode(128 + error.signal)
    } catch let error as ExitCode {
      throw error
    } catch {
      throw fail("\(error)", Exit.software)
    }
  }

  /// The exit status that tells of a fault of the machine.
  static func status(of error: FileError) -> Int32 {
    switch error.code {
    case EIO: Exit.inputOutput
    case EACCES, EPERM, EROFS: Exit.cannotCreate
    case ENOENT, ENOTDIR: Exit.noInput
    default: Exit.tryLater
    }
  }

  private static func status(of error: LedgerError) -> Int32 {
    switch error {
    case .machine(.inputOutput, _): Exit.inputOutput
    case .machine: Exit.tryLater
    case .newer, .damaged, .refused: Exit.data
    case .unknown: Exit.noInput
    case .fault: Exit.software
    }
  }
}
