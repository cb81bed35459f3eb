import Foundation
import MIDI
import Representation

/// The mutation under test, for the handler of signals: it may read nothing but this.
nonisolated(unsafe) private let underTest = UnsafeMutablePointer<Int>.allocate(capacity: 1)

/// Damages files and reads them: `ritornello-fuzz-midi FOLDER… [--count N] [--seed S] [--first N] [--write FILE]`.
///
/// Each mutation is parsed, its facts are told and its scores made. Where it is accepted, every offset lies in the file,
/// the scores keep their invariants, and of every sixteenth the scores are equal once written and read again and all four
/// representations encode what they decode to the same numbers. Prints one JSON object; a trap, a hang (10 s of processor
/// time) or a broken law is told with the mutation's number, and the exit status is 1. `--first` takes that number, and
/// `--write` writes the first mutation to a file.
@main
struct MIDIFuzz {
  private var count = 2_000_000
  private var seed: UInt64 = 1
  private var first = 0
  private var folders: [String] = []
  private var output: String?
  private let representations = RepresentationSettings.Name.allCases.compactMap {
    try? Representation(RepresentationSettings($0))
  }

  static func main() {
    var fuzz = MIDIFuzz()
    var arguments = CommandLine.arguments.dropFirst()
    while let argument = arguments.popFirst() {
      switch argument {
      case "--count": fuzz.count = arguments.popFirst().flatMap { Int($0) } ?? fuzz.count
      case "--seed": fuzz.seed = arguments.popFirst().flatMap { UInt64($0) } ?? fuzz.seed
      case "--first": fuzz.first = arguments.popFirst().flatMap { Int($0) } ?? fuzz.first
      case "--write": fuzz.output = arguments.popFirst()
      default: fuzz.folders.append(argument)
      }
    }
    exit(fuzz.run() ? 0 : 1)
  }

  private func run() -> Bool {
    let files = folders.flatMap(Self.files)
    guard !files.isEmpty else {
      print("usage: ritornello-fuzz-midi FOLDER… [--count N] [--seed S] [--first N] [--write FILE]")
      return false
    }
    if let output {
      var mutation = Mutation(seed: seed, number: first)
      _ = FileManager.default.createFile(atPath: output, contents: Data(mutation.bytes(of: files)))
    }
    Self.watch()
    var (accepted, songs, faults) = (0, 0, 0)
    var slowest = (seconds: 0.0, number: first)
    for number in first..<first + count {
      underTest.pointee = number
      Self.setAlarm(10)
      var mutation = Mutation(seed: seed, number: number)
      let bytes = mutation.bytes(of: files)
      var (seconds, found) = timed { read(bytes) }
      // A thread that was kept waiting is no slow reader.
      for _ in 0..<4 where seconds > slowest.seconds { seconds = min(seconds, timed { read(bytes) }.seconds) }
      if seconds > slowest.seconds { slowest = (seconds, number) }
      if let found {
        accepted += 1
        guard number % 16 == 0 else { continue }
        songs += found.count
        if let broken = brokenLaw(of: found) {
          faults += 1
          print("mutation \(number): \(broken)")
        }
      } else if let broken = misplacedError(of: bytes) {
        faults += 1
        print("mutation \(number): \(broken)")
      }
    }
    Self.setAlarm(0)
    print(
      """
      {"files": \(files.count), "mutations": \(count), "seed": \(seed), "first": \(first), "accepted": \(accepted), \
      "written_and_read": \(songs), "faults": \(faults), "slowest_read_seconds": \(slowest.seconds), \
      "slowest_mutation": \(slowest.number), "seconds": \(Self.processorTime)}
      """)
    return faults == 0
  }

  /// What reading one mutation gives; nil where it is refused.
  private func read(_ bytes: [UInt8]) -> [Score]? {
    guard let file = try? MIDIFile(bytes: bytes) else { return nil }
    let facts = file.facts()
    for warning in facts.warnings where !(0...bytes.count).contains(warning.offset) {
      print("mutation \(underTest.pointee): the warning \(warning.code) is outside the file")
    }
    return file.scores()
  }

  private func misplacedError(of bytes: [UInt8]) -> String? {
    do {
      _ = try MIDIFile(bytes: bytes)
      return nil
    } catch {
      return (0...bytes.count).contains(error.offset) ? nil : "the error \(error) is outside the file"
    }
  }

  private func brokenLaw(of scores: [Score]) -> String? {
    for score in scores {
      if let failure = score.invariantFailures.first { return failure }
      guard (try? MIDIFile(bytes: MIDIFile(score: score).bytes).scores()) == [score] else {
        return "written and read again, it is another score"
      }
      for representation in representations {
        guard let song = try? representation.encode(score).0 else { continue }
        guard (try? representation.encode(representation.decode(song)).0) == song else {
          return "\(representation.settings.name) is no fixed point"
        }
      }
    }
    return nil
  }

  /// Tells which mutation it was before the process ends by a trap, or by the alarm.
  private static func watch() {
    underTest.initialize(to: 0)
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGPROF] {
      signal(number) { number in
        var text: [UInt8] = Array((number == SIGPROF ? "hang" : "trap").utf8) + Array(" at mutation ".utf8)
        text += Array(String(underTest.pointee).utf8) + [10]
        _ = text.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
        _exit(1)
      }
    }
  }

  private func timed(_ work: () -> [Score]?) -> (seconds: Double, scores: [Score]?) {
    let start = ContinuousClock.now
    let scores = work()
    let took = (ContinuousClock.now - start).components
    return (Double(took.seconds) + Double(took.attoseconds) / 1e18, scores)
  }

  /// Seconds that this process has computed: a busy machine makes nothing look like a hang.
  private static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func setAlarm(_ seconds: Int) {
    var timer = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: seconds, tv_usec: 0))
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
  }

  /// The MIDI files of a folder, by name; also those within folders.
  private static func files(below folder: String) -> [[UInt8]] {
    guard let walk = FileManager.default.enumerator(atPath: folder) else { return [] }
    let names = walk.compactMap { $0 as? String }.filter {
      let name = $0.lowercased()
      return [".mid", ".midi", ".kar", ".rmi"].contains { name.hasSuffix($0) }
    }
    return names.sorted().compactMap { FileManager.default.contents(atPath: folder + "/" + $0).map { [UInt8]($0) } }
  }
}
