/// When a job is due.
package enum ScheduleSpec: Sendable, Equatable {
  /// A five-field cron expression or one of `@hourly`, `@daily` …, as written.
  case cron(CronExpression)
  /// Each time that an interval has passed since the last due time.
  case every(TimeSpan)
  /// Once, at a time of the clock.
  case at(ClockTime)
  /// When the content of the job's corpora has changed and then been quiet for a while.
  case corpusChanges(quiet: TimeSpan)
}

extension ScheduleSpec: Codable {
  private enum CodingKeys: String, CodingKey { case every, at, when, quiet }

  private static let corpusChanges = "corpus-changes"

  package init(from decoder: any Decoder) throws {
    if let expression = try? decoder.singleValueContainer().decode(CronExpression.self) {
      self = .cron(expression)
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let interval = try container.decodeIfPresent(TimeSpan.self, forKey: .every) {
      self = .every(interval)
    } else if let time = try container.decodeIfPresent(ClockTime.self, forKey: .at) {
      self = .at(time)
    } else {
      self = .corpusChanges(quiet: try container.decode(TimeSpan.self, forKey: .quiet))
    }
  }

  /// Writes the schedule as `jobs.yaml` has it.
  package func encode(to encoder: any Encoder) throws {
    if case .cron(let expression) = self {
      var container = encoder.singleValueContainer()
      try container.encode(expression)
      return
    }
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .cron: break
    case .every(let interval): try container.encode(interval, forKey: .every)
    case .at(let time): try container.encode(time, forKey: .at)
    case .corpusChanges(let quiet):
      try container.encode(Self.corpusChanges, forKey: .when)
      try container.encode(quiet, forKey: .quiet)
    }
  }
}

/// What to do about due times that passed while nobody looked.
package enum MissedPolicy: String, Codable, Sendable, CaseIterable {
  case runOnce = "run-once"
  case skip
}

/// What to do where the job's last run is still going or waiting.
package enum OverlapPolicy: String, Codable, Sendable, CaseIterable { case skip, queue }

/// One job with every setting after defaults.
package struct JobSpec: Codable, Sendable, Equatable {
  package var name: String
  /// When the job is due; nil: only by hand.
  package var schedule: ScheduleSpec?
  /// The IANA zone of the schedule; nil: the system's.
  package var timezone: String?
  package var missed: MissedPolicy = .runOnce
  /// The age up to which a missed time is made up for.
  package var missedWithin: TimeSpan = .days(7)
  package var overlap: OverlapPolicy = .skip
  /// Runs of a job with a higher number come first; nil: 0.
  package var priority: Int?
  /// Names of the corpora that the job reads.
  package var corpus: [String] = []
  package var train: TrainSettings?
  package var generate: GenerateFields?
  package var evaluate: EvaluateSettings?
  /// How many of the job's weights are kept; nil: all.
  package var keepWeights: Int?
  /// Further attempts after one that failed by no fault of data or spec.
  package var retries = 2
  /// The running time of one attempt.
  package var timeout: TimeSpan = .hours(2)
  /// A program and its arguments that is told of a failed run; empty: none.
  package var onFailure: [String] = []
  /// A program and its arguments that is told of a run that ended well; empty: none.
  package var onFinish: [String] = []

  package init(name: String) { self.name = name }

  package enum CodingKeys: String, CodingKey {
    case name, schedule, timezone, missed
    case missedWithin = "missed_within"
    case overlap, priority, corpus, train, generate, evaluate
    case keepWeights = "keep_weights"
    case retries, timeout
    case onFailure = "on_failure"
    case onFinish = "on_finish"
  }
}
