import Foundation
import StrictYAML
import Testing

@testable import Jobs

@Suite("jobs.yaml")
struct JobsFileTests {
  static let example = """
    version: 1
    studio: {poll: 2s, settle: 5s, workers: 1, threads: 0}
    limits: {file_bytes: 32 MiB, archive_bytes: 1 GiB, oneoff: {minutes: 60, songs: 50}}
    defaults:
      retries: 3
      timeout: 90m
    jobs:
      nightly-chorales:
        schedule: "0 3 * * *"
        timezone: Europe/Berlin
        missed: run-once
        missed_within: 7d
        overlap: skip
        corpus: bach
        train:
          from: latest
          preset: chorale
          representation: steps
          network: {cell: lstm, hidden: 512, layers: 2, embedding: 256, dropout: 0.3}
          loss: cross-entropy
          optimizer: {name: adamw, learning_rate: 0.002, weight_decay: 0.02, schedule: cosine, warm_up: 50, clip: 1.0}
          batch: 32
          sequence: 128
          iterations: 2000
          validate_every: 100
          validation: 0.1
          patience: 10
          transpose: [-6, 5]
          average: 0.995
          seed: 1
        generate:
          songs: 4
          length: 32 bars
          temperature: 0.95
          top_p: 0.98
          top_k: 0
          prime: theme.mid
          seed: 7
        keep: {weights: 5}
        on_failure: [notify, studio]
    """

  @Test("the whole example of the design is read")
  func readsTheExample() throws {
    let parsed = Parsed(Self.example)
    #expect(parsed.said == [])
    let job = try #require(parsed.file?.job(named: "nightly-chorales"))
    #expect(job.schedule == .cron(try CronExpression("0 3 * * *")))
    #expect(job.timezone == "Europe/Berlin")
    #expect(job.corpus == ["bach"])
    #expect(job.retries == 3)
    #expect(job.timeout == .minutes(90))
    #expect(job.keepWeights == 5)
    #expect(job.onFailure == ["notify", "studio"])
    let train = try #require(job.train)
    #expect(train.representation == RepresentationFields(name: .steps))
    #expect(train.network.reads == .frames && train.network.head == 256)
    #expect(train.network.inputs == [.position, .pitchClasses, .shift])
    #expect(train.network.hidden == 512 && train.network.layers == 2 && train.network.embedding == 256)
    #expect(train.network.dropout.between == 0.3 && train.network.dropout.output == 0.3)
    #expect(train.network.dropout.head == 0)
    #expect(train.patience == 10)
    #expect(train.transpose == TransposeSettings(range: Bounds(-6, 5)))
    let generate = try #require(job.generate)
    #expect(generate.length == .bars(32))
    #expect(generate.seed == 7)
    #expect(generate.prime == "theme.mid")
  }

  @Test("residual, layer_norm and accumulate are read, are off by default, and lie over what is below")
  func readsHandingUp() throws {
    let plain = try Parsed(train: "batch: 4").train()
    #expect(!plain.network.residual && !plain.network.layerNorm && plain.accumulate == 1)
    let parsed = Parsed(
      """
      defaults: {train: {accumulate: 4, network: {residual: true, layer_norm: true}}}
      jobs: {j: {corpus: c, train: {network: {layers: 3, residual: false}}}}
      """)
    let train = try parsed.train()
    #expect(!train.network.residual && train.network.layerNorm && train.accumulate == 4)
    #expect(train.network.layers == 3)
  }

  @Test("sections may be there with nothing in them")
  func allowsEmptySections() throws {
    let parsed = Parsed("version: 1\nstudio:\nlimits:\ndefaults:\njobs:\n")
    #expect(parsed.said == [])
    #expect(try #require(parsed.file).jobs.isEmpty)
  }

  @Test("defaults lie below each job, field by field")
  func mergesDefaults() throws {
    let parsed = Parsed(
      """
      defaults:
        corpus: bach
        train: {preset: chorale, batch: 16, network: {hidden: 128, layers: 2}}
        generate: {songs: 2}
        on_finish: [tell]
      jobs:
        a:
          train: {network: {layers: 3}}
        b:
          corpus: [jazz, jazz, folk]
          train: {batch: 8}
          generate: {seed: 5}
      """)
    #expect(parsed.said == [])
    let a = try #require(parsed.file?.job(named: "a"))
    let b = try #require(parsed.file?.job(named: "b"))
    #expect(a.corpus == ["bach"] && b.corpus == ["jazz", "folk"])
    #expect(a.train?.network.hidden == 128 && a.train?.network.layers == 3 && a.train?.batch == 16)
    #expect(b.train?.network.layers == 2 && b.train?.batch == 8 && b.train?.preset == "chorale")
    #expect(a.generate?.songs == 2 && b.generate?.songs == 2 && b.generate?.seed == 5)
    #expect(a.onFinish == ["tell"])
  }

  @Test("this repository's own jobs.yaml is good")
  func readsOwnFile() throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../jobs.yaml")
    let bytes = Array(try Data(contentsOf: url.standardizedFileURL))
    let (file, diagnostics) = JobsFile.parse(bytes: bytes, path: "jobs.yaml")
    #expect(diagnostics.isEmpty)
    let demo = try #require(file?.job(named: "demo"))
    #expect(demo.corpus == ["chorales"] && demo.schedule == nil && demo.train?.from == "scratch")
    #expect(demo.generate?.songs == 4)
  }

  @Test("a job comes back from JSON as it was")
  func survivesJSON() throws {
    let file = try #require(Parsed(Self.example).file)
    let data = try JSONEncoder().encode(file.jobs)
    #expect(try JSONDecoder().decode([JobSpec].self, from: data) == file.jobs)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains("\"validate_every\":100") && text.contains("\"timeout\":\"90m\""))
  }
}
