import Composition
import Foundation
package import Jobs
package import Ledger
import Work

/// What a job's next run is likely to cost: time as its last runs took it, memory as reckoned from its settings.
package struct RunEstimate: Sendable, Equatable {
  /// Seconds; nil: no run of the job was delivered yet.
  package var seconds: Double?
  /// The number of runs that the time comes from.
  package var runs: Int
  /// Bytes that training takes at least; nil: the job does not train.
  package var memory: Int?

  /// The number of past runs that are looked at.
  package static let most = 5

  /// Reckons; nil where nothing is known.
  ///
  /// Where the job trains, time goes by iterations, so that a longer training is told as longer; the middle one of the
  /// past runs counts.
  package init?(_ job: JobSpec, past: [PastWork]) {
    memory = (try? job.train?.leastMemory()) ?? nil
    let times = past.map { work -> Double in
      // Where the music chooses the training, a training is as long as the last ones were.
      guard let train = job.train, train.open.isEmpty, let iterations = work.iterations, iterations > 0 else {
        return work.seconds
      }
      let whole = work.seconds / Double(iterations) * Double(train.iterations)
      return train.minutes.map { min(whole, $0 * 60 + work.seconds * 0.1) } ?? whole
    }.sorted()
    runs = times.count
    seconds = times.isEmpty ? nil : times[times.count / 2]
    if seconds == nil, memory == nil { return nil }
  }

  /// The estimate for people: `about 12 min, at least 210 MiB`.
  package var told: String {
    var parts: [String] = []
    if let seconds { parts.append("about " + TimeLeft.text(seconds)) }
    if let memory { parts.append("at least \(memory >> 20) MiB of memory") }
    return parts.joined(separator: ", ")
  }
}
