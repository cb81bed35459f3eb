import CLibArchive
import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import StrictYAML

/// Looks at the machine and at a studio, and says what is wrong and what to do about it; writes nothing.
package struct Doctor {
  let paths: StudioPaths
  let environment: StudioEnvironment
  let reader: LedgerReader

  package init(paths: StudioPaths, environment: StudioEnvironment) {
    self.paths = paths
    self.environment = environment
    reader = LedgerReader(studio: paths.root.text ?? paths.root.shown)
  }

  /// Bytes below which a file system counts as nearly full, and as full.
  private static let (scarce, full): (UInt64, UInt64) = (1 << 30, 64 << 20)

  /// Examines.
  ///
  /// - Parameters:
  ///   - instructionSet: what the kernels use.
  ///   - deep: whether every object, weights file and song is read and compared with its hash.
  /// - Returns: what was found.
  package func examine(instructionSet: String, deep: Bool) -> DoctorReport {
    var report = DoctorReport()
    report.good(
      "program", "version \(environment.programVersion), arithmetic \(environment.numerics), \(instructionSet)")
    let archive = String(cString: archive_version_string())
    report.good("libraries", "\(archive), SQLite \((try? reader.libraryVersion()) ?? "unknown")")
    examineClock(&report)
    examineLimits(&report)
    examineFolders(&report)
    examineWatcher(&report)
    examineJobs(&report)
    examineProblems(&report)
    if deep { examineDeep(&report) }
    return report
  }

  private func examineClock(_ report: inout DoctorReport) {
    let now = environment.clock.now
    // Before this program was written, and long after it.
    guard (1_750_000_000..<4_000_000_000).contains(now.timeIntervalSince1970) else {
      report.fault("clock", "the clock says \(Instant.text(now))", remedy: "set the clock; schedules depend on it")
      return
    }
    if let beat = Heartbeat.last(at: paths.heartbeat, files: environment.files), beat > now.addingTimeInterval(60) {
      report.notice(
        "clock", "the studio was last alive at \(Instant.text(beat)), which is in the future",
        remedy: "see that the clock is right; it was set back since")
    } else {
      report.good("clock", "the clock says \(Instant.text(now))")
    }
  }

  private func examineLimits(_ report: inout DoctorReport) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    if limit.rlim_cur < 512 {
      report.notice(
        "open-files", "a process may have \(limit.rlim_cur) files open", remedy: "raise the limit: ulimit -n 1024")
    } else {
      report.good("open-files", "a process may have \(limit.rlim_cur) files open")
    }
  }

  private func examineFolders(_ report: inout DoctorReport) {
    for (name, path) in [("inbox", paths.inbox), ("outbox", paths.outbox), (".ritornello", paths.hidden)] {
      guard (try? environment.exists(path / ".")) == true else {
        report.notice(
          "folder", "there is no \(name)", remedy: "watch and run make it; if it is to be mounted, mount it")
        continue
      }
      let remote = FileSystemKind.remoteName(of: path / ".", files: environment.files)
      if let remote, name == ".ritornello" {
        report.fault(
          "file-system", ".ritornello lies on \(remote), where the ledger is not safe",
          remedy: "keep the studio on a local disk; inbox and outbox may be links to folders elsewhere")
      }
      let place = remote.map { "on \($0)" } ?? "on a local file system"
      if !path.isWritable {
        if name == "inbox" {
          report.notice(
            "permission", "the inbox cannot be written: what is taken stays in it", remedy: "nothing, if that is meant")
        } else {
          report.fault(
            "permission", "\(name) cannot be written",
            remedy: "give the user who runs ritornello the right to write to \(path.shown)")
        }
        continue
      }
      guard let free = path.freeBytes else { continue }
      let room = "\(free >> 20) MiB are free"
      if free < Self.full {
        report.fault("disk", "\(name), \(place): \(room)", remedy: "free some space there")
      } else if free < Self.scarce {
        report.notice("disk", "\(name), \(place): \(room)", remedy: "free some space there soon")
      } else {
        report.good("disk", "\(name), \(place): \(room)")
      }
    }
  }

  private func examineWatcher(_ report: inout DoctorReport) {
    guard let holder = StudioLock.holder(at: paths.lock, files: environment.files) else {
      report.good("watcher", "no process holds the studio")
      return
    }
    let age = Heartbeat.last(at: paths.heartbeat, files: environment.files).map {
      environment.clock.now.timeIntervalSince($0)
    }
    if let age, age > 60 {
      report.notice(
        "watcher", "process \(holder.pid) (\(holder.word)) holds the studio and has shown no life for \(Int(age)) s",
        remedy: "look at its log; if it hangs, end it with SIGKILL: nothing is lost")
    } else {
      report.good("watcher", "process \(holder.pid) (\(holder.word)) holds the studio")
    }
  }

  private func examineJobs(_ report: inout DoctorReport) {
    guard let bytes = try? environment.contents(of: paths.jobs, limit: 1 << 20) else {
      report.fault("jobs", "jobs.yaml cannot be read", remedy: "ritornello init makes one; see its permissions")
      return
    }
    let (file, diagnostics) = JobsFile.parse(bytes: bytes, path: "jobs.yaml")
    guard let file else {
      report.fault(
        "jobs", diagnostics.told.replacing("\n", with: "; "), remedy: "correct it; ritornello check tells all errors"
      )
      return
    }
    // Zones were looked up while it was read.
    report.good("jobs", "jobs.yaml is good: \(file.jobs.count) jobs; zones are there")
  }

  private func examineProblems(_ report: inout DoctorReport) {
    for problem in StatusReport(paths: paths, environment: environment).problems where problem.code != "bad-config" {
      report.notice(problem.code, problem.message, remedy: problem.remedy)
    }
  }
}

extension FileName {
  /// Says whether this process may make entries in the folder.
  fileprivate var isWritable: Bool {
    let path = bytes.map { CChar(bitPattern: $0) } + [0]
    return access(path, W_OK | X_OK) == 0
  }

  /// The bytes that are free to this user on the folder's file system.
  var freeBytes: UInt64? {
    let path = bytes.map { CChar(bitPattern: $0) } + [0]
    var facts = statvfs()
    guard statvfs(path, &facts) == 0 else { return nil }
    return UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize)).partialValue
  }
}
