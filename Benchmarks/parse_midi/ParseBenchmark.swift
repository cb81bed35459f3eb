import Foundation
import MIDI
import Synchronization

/// Measures how fast MIDI files become scores: `ritornello-bench-midi DIR [REPEAT] [THREADS]`.
///
/// Reads every file into memory first, then parses all of them `REPEAT` times (default 5) and prints the best pass as one
/// JSON object, with the keys of its peers' benchmark. `busiest_seconds` is the processor time a pass of the thread that had
/// most to do: other work on the machine does not change it much, so it tells how parsing scales where the clock cannot.
@main
struct ParseBenchmark {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count > 1 else {
      print("usage: ritornello-bench-midi DIR [REPEAT] [THREADS]")
      exit(64)
    }
    let repeats = arguments.count > 2 ? max(1, Int(arguments[2]) ?? 5) : 5
    let threads = arguments.count > 3 ? max(1, Int(arguments[3]) ?? 1) : 1
    let files = paths(below: arguments[1]).compactMap { FileManager.default.contents(atPath: $0).map { [UInt8]($0) } }
    let size = files.reduce(0) { $0 + $1.count }
    var best = Double.infinity
    var (notes, failures) = (0, 0)
    var busy = [Double](repeating: 0, count: threads)
    for _ in 0..<repeats {
      let before = ContinuousClock.now
      let counts = Counts()
      let next = Atomic<Int>(0)
      busy.withUnsafeMutableBufferPointer { busy in
        nonisolated(unsafe) let busy = busy
        DispatchQueue.concurrentPerform(iterations: threads) { part in
          let began = threadTime
          while true {
            let first = next.add(filesAtOnce, ordering: .relaxed).oldValue
            guard first < files.count else { break }
            counts.add(parse(files[first..<min(first + filesAtOnce, files.count)]))
          }
          busy[part] += threadTime - began
        }
      }
      (notes, failures) = (counts.notes, counts.failures)
      let took = (ContinuousClock.now - before).components
      best = min(best, Double(took.seconds) + Double(took.attoseconds) / 1e18)
    }
    let busiest = (busy.max() ?? 0) / Double(repeats)
    print(
      """
      {"library": "ritornello", "files": \(files.count), "mib": \(Double(size) / 1_048_576), "seconds": \(best), \
      "files_per_second": \(Double(files.count) / best), "mb_per_second": \(Double(size) / best / 1e6), \
      "threads": \(threads), "busiest_seconds": \(busiest), "failures": \(failures), "notes": \(notes)}
      """)
  }

  private static let filesAtOnce = 16

  /// Seconds that this thread has computed.
  private static var threadTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func paths(below folder: String) -> [String] {
    guard let walk = FileManager.default.enumerator(atPath: folder) else { return [] }
    return walk.compactMap { $0 as? String }.filter {
      let name = $0.lowercased()
      return name.hasSuffix(".mid") || name.hasSuffix(".midi")
    }.map { folder + "/" + $0 }.sorted()
  }

  private static func parse(_ files: ArraySlice<[UInt8]>) -> (notes: Int, failures: Int) {
    var (notes, failures) = (0, 0)
    for bytes in files {
      do {
        for score in try MIDIFile(bytes: bytes).scores() { notes += score.noteCount }
      } catch {
        failures += 1
      }
    }
    return (notes, failures)
  }
}

/// What all threads counted.
private final class Counts: @unchecked Sendable {
  private let lock = NSLock()
  private(set) var notes = 0
  private(set) var failures = 0

  func add(_ counts: (notes: Int, failures: Int)) {
    lock.withLock {
      notes += counts.notes
      failures += counts.failures
    }
  }
}
