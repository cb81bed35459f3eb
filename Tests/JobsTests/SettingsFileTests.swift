import StrictYAML
import Testing

@testable import Jobs

@Suite("Settings files and options")
struct SettingsFileTests {
  @Test("without a file and options, a training starts from scratch, and what it is waits for the music")
  func takesDefaults() throws {
    let (settings, diagnostics) = SettingsFile.parseTrain()
    #expect(diagnostics.isEmpty)
    var expected = TrainSettings(representation: .steps)
    expected.open = [
      "average", "batch", "iterations", "loss", "network", "optimizer", "patience", "representation", "sequence",
      "transpose", "validate_every", "vary_tempo", "vary_velocity",
    ]
    #expect(settings == expected)
    #expect(settings?.from == "scratch")
  }

  @Test("options override a settings file")
  func overrides() throws {
    let (settings, diagnostics) = SettingsFile.parseTrain(
      bytes: Array("preset: chorale\nbatch: 8\niterations: 10\n".utf8), path: "f.yaml",
      options: [
        "batch": ["4"], "accumulate": ["2"], "validate-every": ["5"], "validation": ["a.mid", "b"],
        "transpose": ["-3,3"],
        "patience": ["none"],
        "representation": ["steps"], "from": ["out/w.safetensors"],
      ])
    #expect(diagnostics.isEmpty)
    let train = try #require(settings)
    #expect(train.batch == 4 && train.accumulate == 2 && train.iterations == 10 && train.validateEvery == 5)
    #expect(train.validation == .paths(["a.mid", "b"]) && train.transpose?.range == Bounds(-3, 3))
    #expect(train.representation == RepresentationFields(name: .steps) && train.network.reads == .frames)
    #expect(train.from == "out/w.safetensors")
  }

  @Test("a bad option is named, and so is a bad line of the file")
  func tellsBoth() {
    let (settings, diagnostics) = SettingsFile.parseTrain(
      bytes: Array("batc: 8\n".utf8), path: "f.yaml", options: ["top-k": ["1"], "batch": ["0"], "loss": ["mse"]])
    #expect(settings == nil)
    #expect(
      diagnostics.map { $0.place + ": " + $0.text } == [
        "--batch: batch is '0': expected a whole number from 1 to 4096",
        "--loss: loss is 'mse', which does not fit the representation steps: expected cross-entropy",
        "--top-k: unknown key 'top_k'",
        "f.yaml:1:1: unknown key 'batc'",
      ])
  }

  @Test("what is written for a generation lies over the weights' defaults, and these over the general ones")
  func resolvesGeneration() throws {
    let (written, diagnostics) = SettingsFile.parseGenerate(
      bytes: Array("songs: 2\ntemperature: 0.5\n".utf8), path: "g.yaml",
      options: ["length": ["90 s"], "songs": ["3"], "top-k": ["5"]])
    #expect(diagnostics.isEmpty)
    var weights = GenerateFields()
    weights.topP = 0.98
    weights.songs = 4
    let settings = try #require(written).resolved(over: weights)
    var expected = GenerateSettings()
    expected.songs = 3
    expected.length = .seconds(90)
    expected.temperature = 0.5
    expected.topP = 0.98
    expected.topK = 5
    expected.order.isLengthExact = true
    #expect(settings == expected)
    #expect(GenerateFields().resolved() == GenerateSettings())
  }

  @Test("the options are the fields that are no maps")
  func namesOptions() {
    let train = ConfigurationSchema.trainOptions.map(\.key)
    #expect(
      train == [
        "from", "preset", "representation", "loss", "batch", "accumulate", "sequence", "iterations", "minutes",
        "validate_every", "validation", "patience", "transpose", "vary_tempo", "vary_velocity", "average", "guide",
        "seed",
        "precision",
      ])
    let generate = ConfigurationSchema.generateOptions.map(\.key)
    #expect(
      generate == [
        "songs", "length", "temperature", "top_p", "top_k", "pitch_temperature", "pitch_top_p", "guidance",
        "pitch_guidance", "prime", "seed", "key",
        "scale", "range", "polyphony", "metre", "tempo", "density", "chords", "programs", "melody", "style",
        "attempts", "on_gate",
      ])
  }
}

@Suite("Schema")
struct ConfigurationSchemaTests {
  @Test("each key stands once, with its type, default, unit and range")
  func tellsKeys() throws {
    let rows = ConfigurationSchema.rows
    #expect(Set(rows.map(\.key)).count == rows.count)
    let row = try #require(rows.first { $0.key == "jobs.*.train.iterations" })
    #expect(
      row
        == .init(
          key: "jobs.*.train.iterations", type: "integer", default: "2000", unit: "iterations", range: "1 to 1000000000"
        ))
    for key in [
      "studio.poll", "limits.oneoff.songs", "jobs.*.schedule.every", "jobs.*.train.optimizer.warm_up",
      "jobs.*.train.transpose.fade", "jobs.*.train.transpose.tonic", "jobs.*.train.transpose.register",
      "jobs.*.train.network.dropout.head", "jobs.*.train.network.residual",
      "jobs.*.train.network.layer_norm", "jobs.*.train.accumulate", "jobs.*.generate.top_p",
      "jobs.*.keep.weights",
      "jobs.*.train.representation.lines",
    ] {
      #expect(rows.contains { $0.key == key }, "\(key)")
    }
  }
}
