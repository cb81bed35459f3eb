import StrictYAML
import Testing

@testable import Jobs

@Suite("Mistakes in jobs.yaml")
struct JobsFileFaultTests {
  @Test("five mistakes give five messages with lines and columns")
  func tellsFiveMistakes() {
    let parsed = Parsed(
      """
      jobs:
        nightly:
          schedule: "0 0 31 2 *"
          corpus: bach
          train:
            iteratons: 5
            batch: 0
            batch: 1
          timeout: 2 hours
      """)
    #expect(
      parsed.diagnostics.map(\.rendered).joined(separator: "\n") == """
        jobs.yaml:3:15: schedule '0 0 31 2 *': a date that never comes
         3 |     schedule: "0 0 31 2 *"
           |               ^
        jobs.yaml:6:7: unknown key 'iteratons' in jobs.nightly.train
         6 |       iteratons: 5
           |       ^
          did you mean 'iterations'?
        jobs.yaml:7:14: batch is '0': expected a whole number from 1 to 4096
         7 |       batch: 0
           |              ^
        jobs.yaml:8:7: duplicate key 'batch'; the first is in line 7
         8 |       batch: 1
           |       ^
        jobs.yaml:9:14: timeout is '2 hours': expected a length of time from 1s to 365d, such as 5s
         9 |     timeout: 2 hours
           |              ^
        """)
    #expect(parsed.diagnostics.map(\.key) == ["schedule", "iteratons", "batch", "batch", "timeout"])
    #expect(parsed.file == nil)
  }

  static let faults: [(String, [String])] = [
    ("[]", ["jobs.yaml:1:1: the file is a list: expected a map"]),
    ("version: 2", ["jobs.yaml:1:10: version is '2': expected a whole number from 1 to 1"]),
    ("job: {}", ["jobs.yaml:1:1: unknown key 'job'"]),
    ("jobs: []", ["jobs.yaml:1:7: jobs is a list: expected a map"]),
    ("jobs: {j: 1}", ["jobs.yaml:1:11: j is '1': expected a map"]),
    ("jobs: {j: {}}", ["jobs.yaml:1:8: job 'j' does nothing: expected train, generate or evaluate"]),
    ("jobs: {j: {train: {}}}", ["jobs.yaml:1:8: job 'j' trains on nothing: expected a corpus"]),
    ("jobs: {j: {train: 1}}", ["jobs.yaml:1:19: train is '1': expected a map"]),
    (
      "jobs: {j: {corpus: a/b, train: {}}}",
      ["jobs.yaml:1:20: corpus is 'a/b': expected the name of a corpus (one folder's name, without /)"]
    ),
    (
      "jobs: {latest: {generate: {}}}",
      ["jobs.yaml:1:8: 'latest' cannot be the name of a job: expected " + JobsFile.nameExpected]
    ),
    (
      "jobs: {j: {generate: {from: scratch}}}",
      [
        "jobs.yaml:1:29: from is 'scratch': expected starter, a hash of 64 digits, a job such as nightly or a run such "
          + "as nightly/0007"
      ]
    ),
    (
      "jobs: {j: {corpus: c, train: {}, generate: {from: starter}}}",
      ["jobs.yaml:1:8: generate has from: starter, but the job trains; its songs come from what it made"]
    ),
    (
      "jobs: {j: {generate: {style: {a: none}}}}",
      ["jobs.yaml:1:34: style is 'none': expected a number above 0 up to 1000000"]
    ),
    ("jobs: {j: {generate: {key: c}}}", ["jobs.yaml:1:28: key is 'c': expected a tonic such as C, F# or Bb"]),
    (
      "jobs: {j: {generate: {scale: dorian}}}",
      ["jobs.yaml:1:8: scale is dorian, but no key is named that it begins on"]
    ),
    (
      "jobs: {j: {generate: {key: C, scale: doric}}}",
      [
        "jobs.yaml:1:38: scale is 'doric': expected major, minor, harmonic-minor, melodic-minor, dorian, phrygian, lydian, "
          + "mixolydian, locrian, pentatonic, minor-pentatonic, blues, whole-tone or chromatic"
      ]
    ),
    (
      "jobs: {j: {generate: {range: {soprane: [60, 79]}}}}",
      [
        "jobs.yaml:1:31: 'soprane' is no voice and no program: expected soprano, alto, tenor, bass, melody or a number from "
          + "0 to 127"
      ]
    ),
    (
      "jobs: {j: {generate: {chords: C | H}}}",
      ["jobs.yaml:1:31: chords is 'C | H': expected chords by bar such as C | Am | F G7 | C"]
    ),
    (
      "jobs: {j: {generate: {metre: 3/5}}}", ["jobs.yaml:1:30: metre is '3/5': expected a metre such as 3/4"]
    ),
    (
      "jobs: {j: {generate: {density: many}}}",
      [
        "jobs.yaml:1:32: density is 'many': expected notes a quarter: 4 (about), at least 2, at most 6 or 2 to 6"
      ]
    ),
    (
      "jobs: {j: {generate: {programs: [0, 128]}}}",
      [
        "jobs.yaml:1:33: programs is a list: expected programs from 0 to 127 or drums, each once, as a list"
      ]
    ),
    (
      "jobs: {j: {generate: {melody: /etc/x.mid}}}",
      [
        "jobs.yaml:1:31: melody is '/etc/x.mid': expected a file of a corpus, of the studio or beside the spec, without .. "
          + "and not absolute"
      ]
    ),
    (
      "jobs: {j: {generate: {prime: ../x.mid}}}",
      [
        "jobs.yaml:1:30: prime is '../x.mid': expected a file of a corpus, of the studio or beside the spec, without .. "
          + "and not absolute"
      ]
    ),
    (
      "jobs: {j: {generate: {length: 3}}}",
      ["jobs.yaml:1:31: length is '3': expected a length such as 32 bars, 90 s or 512 frames, or at most 32 bars"]
    ),
    (
      "jobs: {j: {generate: {top_p: 0}}}", ["jobs.yaml:1:30: top_p is '0': expected a number above 0 up to 1"]
    ),
    (
      "jobs: {j: {generate: {}, schedule: {}}}",
      ["jobs.yaml:1:36: schedule says no time: expected one of every, at and when"]
    ),
    (
      "jobs: {j: {generate: {}, schedule: {every: 1h, at: 2026-01-01T00:00}}}",
      ["jobs.yaml:1:36: schedule has every and at at once: expected one of every, at and when"]
    ),
    (
      "jobs: {j: {generate: {}, schedule: {every: 1h, quiet: 5s}}}",
      ["jobs.yaml:1:48: quiet belongs to when: corpus-changes"]
    ),
    (
      "jobs: {j: {generate: {}, schedule: {when: corpus-changes}}}",
      ["jobs.yaml:1:36: job 'j' waits for no corpus: expected a corpus"]
    ),
    (
      "jobs: {j: {generate: {}, schedule: {at: today}}}",
      ["jobs.yaml:1:41: at is 'today': expected a time such as 2026-12-24T18:00"]
    ),
    (
      "jobs: {j: {generate: {}, timezone: UCT+1}}",
      ["jobs.yaml:1:36: timezone is 'UCT+1': expected an IANA time zone such as Europe/Berlin or UTC"]
    ),
    (
      "studio: {poll: 49ms, settle: 2h, workers: 0}",
      [
        "jobs.yaml:1:16: poll is '49ms': expected a length of time from 50ms to 1h, such as 5s",
        "jobs.yaml:1:30: settle is '2h': expected a length of time from 0s to 1h, such as 5s",
        "jobs.yaml:1:43: workers is '0': expected a whole number from 1 to 64",
      ]
    ),
    (
      "limits: {file_bytes: 32MB}",
      ["jobs.yaml:1:22: file_bytes is '32MB': expected a size from 1 KiB to 1 GiB, such as 32 MiB"]
    ),
  ]

  @Test("each fault is told at its place, in full", arguments: faults)
  func tellsFaults(_ text: String, _ said: [String]) {
    #expect(Parsed(text).said == said)
  }

  static let trainFaults: [(String, [String])] = [
    ("representation: stesp", ["representation is 'stesp': expected roll, steps, voices or events"]),
    ("representation: {name: steps, time: clock}", ["time means nothing for steps; it belongs to events"]),
    (
      "representation: {name: events, time: bars}", ["time is 'bars': expected metrical or clock"]
    ),
    ("representation: {name: events, pitches: [0, 9]}", ["pitches means nothing for events, which keep every pitch"]),
    (
      "representation: {name: events, time: clock, resolution: 4}",
      ["resolution means nothing where time is told by the clock, in frames of 10 ms"]
    ),
    (
      "representation: {name: voices, drums: true, programs: merged}",
      [
        "drums means nothing for voices; it belongs to roll and steps",
        "programs means nothing for voices; it belongs to roll and steps",
      ]
    ),
    (
      "representation: {name: steps, programs: each}",
      ["programs is 'each': expected merged, families, or a list of 1 to 16 programs from 0 to 127, each once"]
    ),
    (
      "representation: {name: steps, programs: [1, 1]}",
      ["programs is a list: expected merged, families, or a list of 1 to 16 programs from 0 to 127, each once"]
    ),
    (
      "representation: {name: steps, programs: [0, 128]}",
      ["programs is '128': expected a whole number from 0 to 127"]
    ),
    (
      "representation: {name: steps, resolution: mix}",
      ["resolution is 'mix': expected a whole number from 1 to 96, or mixed"]
    ),
    ("representation: {name: events, pedal: 1}", ["pedal is '1': expected true or false"]),
    ("vary_tempo: 0.6", ["vary_tempo is '0.6': expected a number from 0 to 0.5, or none"]),
    ("vary_velocity: 1.5", ["vary_velocity is '1.5': expected a whole number from 0 to 64, or none"]),
    ("representation: {name: steps, block: 4}", ["block means nothing for steps; it belongs to roll"]),
    ("representation: {name: voices, holds: false}", ["holds means nothing for voices; it belongs to steps"]),
    ("representation: {lines: 9, name: voices}", ["lines is '9': expected a whole number from 1 to 8"]),
    (
      "representation: {pitches: [5, 3]}",
      ["pitches is a list: expected [low, high], both from 0 to 127"]
    ),
    ("network: {cell: grn}", ["cell is 'grn': expected lstm, gru or rnn"]),
    (
      "network: {inputs: [eco]}",
      ["inputs is 'eco': expected position, pitch-classes, echo, shift, bars-left or style"]
    ),
    ("network: {inputs: [shift, shift]}", ["inputs names one input twice"]),
    (
      "network: {reads: tokens, head: 8}",
      ["head is 8, but only a network that reads frames has a head: expected reads: frames, or head: 0"]
    ),
    (
      "network: {head: 0}",
      [
        "head is 0, but a network that reads frames writes its tokens with a head: expected a head of 1 or more, or "
          + "reads: tokens"
      ]
    ),
    ("network: {dropout: 1}", ["dropout is '1': expected a number from 0 up to but not 1, or a map"]),
    ("network: {dropout: {out: 0.1}}", ["unknown key 'out' in jobs.j.train.network.dropout"]),
    ("network: {residual: 1}", ["residual is '1': expected true or false"]),
    ("network: {layer_norm: yes}", ["layer_norm is 'yes': expected true or false"]),
    ("network: {layernorm: true}", ["unknown key 'layernorm' in jobs.j.train.network"]),
    ("accumulate: 0", ["accumulate is '0': expected a whole number from 1 to 1024"]),
    ("accumulate: 1025", ["accumulate is '1025': expected a whole number from 1 to 1024"]),
    ("loss: mae", ["loss is 'mae', which does not fit the representation steps: expected cross-entropy"]),
    ("optimizer: {clip: 0}", ["clip is '0': expected a number above 0 up to 1000000, or none"]),
    ("minutes: 0", ["minutes is '0': expected a number above 0 up to 1000000"]),
    ("precision: half", ["precision is 'half': expected f32 or bf16"]),
    ("patience: 0", ["patience is '0': expected a whole number from 1 to 1000000000, or none"]),
    ("average: 1", ["average is '1': expected a number from 0 up to but not 1, or none"]),
    ("guide: 0", ["guide is '0': expected a whole number from 1 to 1000000000, or none"]),
    (
      "validation: 1",
      ["validation is '1': expected a share of the files from 0 up to but not 1, or the name of a corpus"]
    ),
    ("transpose: {fade: true}", ["range is missing: expected [low, high], both from -60 to 60"]),
    (
      "transpose: 3",
      ["transpose is '3': expected [low, high], both from -60 to 60; or {range: [low, high], fade: true}; or none"]
    ),
    ("preset: corale", ["preset is 'corale': expected original or chorale"]),
    ("seed: -1", ["seed is '-1': expected a whole number from 0 to 18446744073709551615"]),
    (
      "from: my/weights",
      [
        "from is 'my/weights': expected latest, scratch, starter, a hash of 64 digits, a job such as nightly or a run "
          + "such as nightly/0007"
      ]
    ),
  ]

  @Test("each fault of a training is told in full", arguments: trainFaults)
  func tellsTrainFaults(_ line: String, _ said: [String]) {
    #expect(Parsed(train: line).diagnostics.map(\.text) == said)
  }

  @Test("variations of events are refused beside another representation, and kept open where none is written")
  func tellsVariations() throws {
    for line in ["vary_tempo: 0.1", "vary_velocity: 10"] {
      let key = String(line.prefix { $0 != ":" })
      let said = Parsed(train: "representation: steps", line).diagnostics.map(\.text)
      #expect(said == ["\(key) means nothing for steps; it belongs to events"])
      let train = try Parsed(train: line).train()
      #expect(!train.open.isEmpty && !train.open.contains(key))
    }
  }

  @Test("a guide is refused with a loss whose songs are not drawn, and taken with others")
  func tellsGuide() throws {
    let said = Parsed(train: "preset: original", "guide: 100").diagnostics.map(\.text)
    #expect(
      said == ["guide means nothing with the loss mse, whose songs are not drawn: expected loss: cross-entropy or bce"])
    let late = Parsed(train: "representation: roll", "iterations: 100", "guide: 100").diagnostics.map(\.text)
    #expect(late == ["guide is 100, and training ends at iteration 100: expected an earlier iteration"])
    #expect(try Parsed(train: "representation: roll", "guide: 100").train().guide == 100)
    // How long training is to be waits for the corpus.
    #expect(try Parsed(train: "guide: 2500").train().guide == 2500)
    #expect(try Parsed(train: "preset: original", "guide: none").train().guide == nil)
  }

  @Test("a start that is nearly a known word is told, unless a job has that name")
  func tellsMistypedStart() {
    let parsed = Parsed(train: "from: scrach")
    #expect(parsed.diagnostics.map(\.nearest) == ["scratch"])
    #expect(parsed.diagnostics.map(\.mark) == [Mark(line: 5, column: 13)])
    #expect(Parsed(train: "from: gone").said == [])
    #expect(Parsed("jobs: {lates: {corpus: c, train: {from: lates}}}").said == [])
  }

  @Test("a key of the network or the training that is nearly one is told with that one")
  func tellsMistypedKeys() {
    #expect(Parsed(train: "network: {layernorm: true}").diagnostics.map(\.nearest) == ["layer_norm"])
    #expect(Parsed(train: "network: {residuals: true}").diagnostics.map(\.nearest) == ["residual"])
    #expect(Parsed(train: "acumulate: 2").diagnostics.map(\.nearest) == ["accumulate"])
  }

  @Test("a loss that does not fit a roll is told at its place")
  func tellsLossOfRoll() {
    let parsed = Parsed(train: "representation: roll", "loss: cross-entropy")
    #expect(
      parsed.said == [
        "jobs.yaml:6:13: loss is 'cross-entropy', which does not fit the representation roll: expected mse, mae or bce"
      ])
  }

  @Test("where a representation is wrong, nothing is said of what would have to fit it")
  func staysQuietOnWhatDepends() {
    #expect(Parsed(train: "representation: rol", "loss: mse").diagnostics.map(\.key) == ["representation"])
  }
}
