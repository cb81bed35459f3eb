package import StrictYAML

/// A job that is dropped in the inbox and runs once.
package struct OneOffSpec: Codable, Sendable, Equatable {
  /// The job after defaults, within the limits; it has no schedule and names no program of its own.
  package var job: JobSpec

  /// Reads a spec: one job's fields and a `name`.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - path: its name as diagnostics show it.
  ///   - studio: the `jobs.yaml` in force, whose defaults lie below and whose limits hold.
  /// - Returns: the spec, or nil where anything is wrong; and everything that is wrong, by place.
  package static func parse(
    bytes: [UInt8], path: String, studio: JobsFile = JobsFile()
  ) -> (OneOffSpec?, [Diagnostic]) {
    let list = DiagnosticList(path: path, bytes: bytes)
    var spec: OneOffSpec?
    if let root = Document.root(of: bytes, reportingTo: list), let reader = MappingReader(root, path: "", list: list) {
      spec = OneOffSpec(reader, studio)
    }
    return (list.isEmpty ? spec : nil, list.sorted)
  }

  private init?(_ reader: MappingReader, _ studio: JobsFile) {
    let isWritten = reader.node("name") != nil
    let name = reader.value("name", Kind<String>.text(JobsFile.nameExpected, JobsFile.isFree))
    let fields = JobFields(reader, isOneOff: true)
    reader.finish()
    if !isWritten {
      reader.list.report("name is missing", at: reader.mark, key: "name", expected: JobsFile.nameExpected)
    }
    if let name, studio.job(named: name) != nil {
      Self.report(
        "name is '\(name)', which is a job of jobs.yaml; give the spec another", "name", reader.node("name")?.mark,
        reader)
    }
    fields.checkStart(knownJobs: Set(studio.jobs.map(\.name)), reportingTo: reader.list)
    let limits = studio.limits.oneoff
    if let minutes = fields.train?.minutes, minutes.value > limits.minutes {
      Self.report(
        "minutes is \(shown(minutes.value)); the limit is \(shown(limits.minutes)) (limits.oneoff.minutes)", "minutes",
        minutes.mark, reader)
    }
    if let songs = fields.songs, songs.value > limits.songs {
      Self.report(
        "songs is \(songs.value); the limit is \(limits.songs) (limits.oneoff.songs)", "songs", songs.mark, reader)
    }
    guard let name else { return nil }
    var whole = fields.overlaid(on: studio.defaults.placeless)
    whole.schedule = nil
    job = whole.resolved(name: name, reportingTo: reader.list, at: reader.mark)
    // What the spec leaves open may not go past the limits either.
    if let train = job.train { job.train?.minutes = min(train.minutes ?? limits.minutes, limits.minutes) }
    if let songs = job.generate?.songs ?? (job.generate == nil ? nil : job.train?.generate.songs), songs > limits.songs
    {
      job.generate?.songs = limits.songs
    }
  }

  private static func report(_ message: String, _ key: String, _ mark: Mark?, _ reader: MappingReader) {
    reader.list.report(message, at: mark ?? reader.mark, key: key)
  }
}

/// A decimal number without a fraction that is none.
private func shown(_ number: Double) -> String {
  number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
}

extension JobFields {
  /// The same without places, since these are of another file.
  var placeless: JobFields {
    var result = self
    result.schedule = schedule?.placeless
    result.songs = songs?.placeless
    result.train = train?.placeless
    return result
  }
}

extension TrainFields {
  /// The same without the places that are ever reported.
  var placeless: TrainFields {
    var result = self
    result.mark = nil
    result.loss = loss?.placeless
    result.minutes = minutes?.placeless
    result.network?.head = network?.head?.placeless
    result.representation?.name = representation?.name?.placeless
    result.representation?.block = representation?.block?.placeless
    result.representation?.holds = representation?.holds?.placeless
    result.representation?.lines = representation?.lines?.placeless
    result.representation?.repeats = representation?.repeats?.placeless
    result.representation?.time = representation?.time?.placeless
    result.representation?.programs = representation?.programs?.placeless
    result.representation?.drums = representation?.drums?.placeless
    result.varyTempo = varyTempo?.placeless
    result.varyVelocity = varyVelocity?.placeless
    result.representation?.pitches = representation?.pitches?.placeless
    result.representation?.resolution = representation?.resolution?.placeless
    result.network?.reads = network?.reads?.placeless
    return result
  }
}
