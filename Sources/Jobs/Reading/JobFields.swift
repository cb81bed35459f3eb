import StrictYAML

/// What is written for one job, each field with its place; what is not written is nil.
package struct JobFields: Sendable {
  var schedule: Written<ScheduleSpec>?
  var timezone: String?
  var missed: MissedPolicy?
  var missedWithin: TimeSpan?
  var overlap: OverlapPolicy?
  var priority: Int?
  var corpus: [String]?
  var train: TrainFields?
  var generate: GenerateFields?
  var songs: Written<Int>?
  var evaluate: EvaluateSettings?
  var keepWeights: Int?
  var retries: Int?
  var timeout: TimeSpan?
  var onFailure: [String]?
  var onFinish: [String]?

  /// The keys that are written, right or wrong.
  var keys: Set<String> = []

  /// No field at all.
  package init() {}

  /// Reads a job's fields and reports what is wrong with each by itself.
  init(_ reader: MappingReader, isOneOff: Bool = false) {
    let standard = JobSpec(name: "")
    keys = Set(["corpus", "train", "generate", "evaluate"].filter { reader.node($0) != nil })
    if isOneOff {
      for key in ["schedule", "timezone", "missed", "missed_within", "overlap"] {
        reader.refuse(key, "a one-off spec runs once, when it is taken in")
      }
      reader.refuse("priority", "a one-off spec waits for its turn")
      for key in ["on_failure", "on_finish"] { reader.refuse(key, "a one-off spec may not name programs") }
    } else {
      schedule = ScheduleSpec.written(reader)
      timezone = reader.value("timezone", .zone, default: "the system's")
      missed = reader.value("missed", .choice, default: standard.missed.rawValue)
      missedWithin = reader.value(
        "missed_within", .span(.seconds(0)...(.days(3650))), default: "\(standard.missedWithin)")
      overlap = reader.value("overlap", .choice, default: standard.overlap.rawValue)
      priority = reader.value("priority", .integer(-1000...1000), default: "0")
      onFailure = reader.value("on_failure", .program)
      onFinish = reader.value("on_finish", .program)
    }
    corpus = reader.value("corpus", .texts(.corpus, expected: "the name of a corpus or a list of such"))
    reader.record("train", type: "map")
    train = reader.mapping("train").map { TrainFields($0, scope: .studio) }
    reader.record("generate", type: "map")
    if let inner = reader.mapping("generate") {
      let fields = GenerateFields(inner, scope: .studio)
      generate = fields
      songs = fields.songs.map { Written($0, at: inner.node("songs")?.mark) }
    }
    reader.record("evaluate", type: "map")
    if let inner = reader.mapping("evaluate") {
      let corpus = inner.value("corpus", .texts(.corpus, expected: "the name of a corpus or a list of such"))
      inner.finish()
      evaluate = EvaluateSettings(corpus: corpus ?? [])
    }
    reader.record("keep", type: "map")
    if let inner = reader.mapping("keep") {
      keepWeights = inner.value("weights", .integer(1...1_000_000), default: "all")
      inner.finish()
    }
    retries = reader.value("retries", .integer(0...100), default: "\(standard.retries)")
    timeout = reader.value("timeout", .span(.seconds(1)...(.days(365))), default: "\(standard.timeout)")
  }

  /// Fills what is not written here with what is written below.
  func overlaid(on base: JobFields) -> JobFields {
    var result = self
    result.schedule = schedule ?? base.schedule
    result.timezone = timezone ?? base.timezone
    result.missed = missed ?? base.missed
    result.missedWithin = missedWithin ?? base.missedWithin
    result.overlap = overlap ?? base.overlap
    result.priority = priority ?? base.priority
    result.corpus = corpus ?? base.corpus
    if let below = base.train { result.train = train?.overlaid(on: below) ?? below }
    if let below = base.generate { result.generate = generate?.overlaid(on: below) ?? below }
    result.songs = songs ?? base.songs
    result.evaluate = evaluate ?? base.evaluate
    result.keepWeights = keepWeights ?? base.keepWeights
    result.retries = retries ?? base.retries
    result.timeout = timeout ?? base.timeout
    result.onFailure = onFailure ?? base.onFailure
    result.onFinish = onFinish ?? base.onFinish
    result.keys.formUnion(base.keys)
    return result
  }

  /// Reports a `from` that names no job of the file and is nearly one of the words that stand for weights.
  ///
  /// A job that is no longer in the file may still be named, since its weights are there.
  func checkStart(knownJobs: Set<String>, reportingTo list: DiagnosticList) {
    guard let from = train?.from, let mark = from.mark, !knownJobs.contains(from.value) else { return }
    let words = ["latest", "scratch", "starter"]
    guard !words.contains(from.value), let near = words.first(where: { editDistance($0, from.value) <= 2 }) else {
      return
    }
    list.report(
      "from is '\(from.value)', which is no job of this studio", at: mark, key: "from",
      expected: Kind<String>.weights.expected, nearest: near)
  }

  /// The job after defaults; what does not fit together is reported, at the job's place where it has none of its own.
  func resolved(name: String, reportingTo list: DiagnosticList, at mark: Mark) -> JobSpec {
    var job = JobSpec(name: name)
    job.schedule = schedule?.value
    job.timezone = timezone
    job.missed = missed ?? job.missed
    job.missedWithin = missedWithin ?? job.missedWithin
    job.overlap = overlap ?? job.overlap
    job.priority = priority
    job.corpus = corpus ?? []
    job.train = train?.resolved(from: "latest", reportingTo: list, at: mark)
    job.generate = generate
    job.evaluate = evaluate
    job.keepWeights = keepWeights
    job.retries = retries ?? job.retries
    job.timeout = timeout ?? job.timeout
    job.onFailure = onFailure ?? []
    job.onFinish = onFinish ?? []
    if keys.isDisjoint(with: ["train", "generate", "evaluate"]) {
      list.report("job '\(name)' does nothing", at: mark, key: name, expected: "train, generate or evaluate")
    }
    if job.train != nil, !keys.contains("corpus") {
      list.report("job '\(name)' trains on nothing", at: mark, key: name, expected: "a corpus")
    }
    if job.train != nil, let from = generate?.from {
      list.report(
        "generate has from: \(from), but the job trains; its songs come from what it made", at: mark, key: "from")
    }
    if let reason = generate?.order.contradiction { list.report(reason, at: mark, key: "scale") }
    if case .corpusChanges = job.schedule, !keys.contains("corpus"), job.train == nil {
      list.report(
        "job '\(name)' waits for no corpus", at: schedule?.mark ?? mark, key: "schedule", expected: "a corpus")
    }
    return job
  }
}
