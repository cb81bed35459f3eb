import Jobs
import StrictYAML

/// Reads bytes as jobs.yaml, as a spec and as settings: each ends with a value or with diagnostics, which have places.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let (file, diagnostics) = JobsFile.parse(bytes: bytes, path: "jobs.yaml")
  check(diagnostics, isRead: file != nil)
  for job in file?.jobs ?? [] {
    guard let spec = job.schedule, let schedule = Schedule(spec, timezone: job.timezone) else { continue }
    let now = UTCTime(seconds: 1_780_000_000)
    let times = schedule.nextTimes(3, after: now).map(\.time)
    hold(times.allSatisfy { $0 > now }, "a due time is not later than now")
    hold(zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "due times are not in order")
  }
  let (spec, said) = OneOffSpec.parse(bytes: bytes, path: "t.yaml")
  check(said, isRead: spec != nil)
  return 0
}

private func check(_ diagnostics: [Diagnostic], isRead: Bool) {
  hold(isRead == diagnostics.isEmpty, "neither read nor refused, or both")
  for diagnostic in diagnostics {
    hold(diagnostic.line >= 1 && diagnostic.column >= 1, "a diagnostic has no place")
    hold(isHarmless(diagnostic.rendered), "a diagnostic holds control characters")
  }
}
