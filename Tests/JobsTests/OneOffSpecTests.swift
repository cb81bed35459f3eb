import StrictYAML
import Testing

@testable import Jobs

@Suite("One-off specs")
struct OneOffSpecTests {
  private func parse(_ text: String, studio: String = "jobs: {}") throws -> (OneOffSpec?, [String]) {
    let file = try #require(Parsed(studio).file)
    let (spec, diagnostics) = OneOffSpec.parse(bytes: Array(text.utf8), path: "tonight.yaml", studio: file)
    return (spec, diagnostics.map { $0.place + ": " + $0.text })
  }

  @Test("a spec is a job with a name, within the limits also where it leaves them open")
  func readsSpecs() throws {
    let (spec, said) = try parse(
      "name: tonight\ncorpus: bach\ntrain: {preset: chorale}\ngenerate: {songs: 3}\n",
      studio: "limits: {oneoff: {minutes: 7}}\ndefaults: {retries: 9, schedule: '@daily', on_finish: [tell]}\n")
    #expect(said == [])
    let job = try #require(spec).job
    #expect(job.name == "tonight" && job.corpus == ["bach"] && job.retries == 9)
    #expect(job.schedule == nil && job.train?.minutes == 7 && job.generate?.songs == 3)
    #expect(job.onFinish == ["tell"])
  }

  @Test("a spec has no schedule, names no program and does not go past the limits")
  func refuses() throws {
    let (spec, said) = try parse(
      """
      name: Tonight
      schedule: "@daily"
      corpus: bach
      train: {minutes: 61}
      generate: {songs: 51, prime: /etc/passwd}
      on_failure: [rm]
      on_finish: [rm]
      """)
    #expect(spec == nil)
    #expect(
      said == [
        "tonight.yaml:1:7: name is 'Tonight': expected " + JobsFile.nameExpected,
        "tonight.yaml:2:1: schedule is not allowed here: a one-off spec runs once, when it is taken in",
        "tonight.yaml:4:18: minutes is 61; the limit is 60 (limits.oneoff.minutes)",
        "tonight.yaml:5:19: songs is 51; the limit is 50 (limits.oneoff.songs)",
        "tonight.yaml:5:30: prime is '/etc/passwd': expected a file of a corpus, of the studio or beside the spec, "
          + "without .. and not absolute",
        "tonight.yaml:6:1: on_failure is not allowed here: a one-off spec may not name programs",
        "tonight.yaml:7:1: on_finish is not allowed here: a one-off spec may not name programs",
      ])
  }

  @Test("a spec may not have the name of a job")
  func refusesTakenNames() throws {
    let (_, said) = try parse("name: j\ngenerate: {}", studio: "jobs: {j: {generate: {}}}")
    #expect(said == ["tonight.yaml:1:7: name is 'j', which is a job of jobs.yaml; give the spec another"])
  }

  @Test("a spec without a name is told so")
  func needsName() throws {
    #expect(
      try parse("generate: {}").1 == ["tonight.yaml:1:1: name is missing: expected " + JobsFile.nameExpected])
  }

  @Test("faults that defaults cause are told at the spec's start, not at a place of another file")
  func keepsPlacesApart() throws {
    let (_, said) = try parse(
      "name: x\ncorpus: c\ntrain:\n  representation: roll\n", studio: "defaults: {train: {loss: cross-entropy}}")
    #expect(
      said == [
        "tonight.yaml:4:19: loss is 'cross-entropy', which does not fit the representation roll: expected mse, mae or bce"
      ])
  }
}
