package import Network
package import Representation

/// A network that reads frames of `voices` and writes each line by line from the top.
///
/// Read: for each line its pitch, one-hot (or silence); for each line whether its note has sounded for 2, 3, 4, 6, 8,
/// 12, 16 frames; *first*; the further inputs. Written: one token a line, *end* only before the first.
package struct VoicesReading: FrameWriting {
  package let representation: Representation
  package let architecture: Architecture
  package let endClass: Int32?
  package let axes: NetworkAxes
  private static let ages = [2, 3, 4, 6, 8, 12, 16]
  private static let hold: Int32 = 1
  private static let rest: Int32 = 2
  private static let firstStart = 3
  private let inputs: FrameInputs
  private let lines: Int
  private let low: Int
  private let pitches: Int

  init(_ representation: Representation, _ network: NetworkSettings) {
    self.representation = representation
    let settings = representation.settings
    let vocabulary = representation.vocabulary
    let lines = settings.lines
    self.lines = lines
    low = settings.low
    pitches = settings.pitchCount
    endClass = vocabulary.firstIndex(of: "end").map(Int32.init)
    let names = (0..<pitches).map { "\(settings.low + $0)" }
    var features: [String] = []
    for line in 0..<lines { features += ["line \(line) silent"] + names.map { "line \(line) \($0)" } }
    inputs = FrameInputs(network, settings, frame: features + (0..<lines).map { "line \($0) starts" })
    for line in 0..<lines { features += Self.ages.map { "line \(line) for \($0)" } }
    var axes = NetworkAxes(inputs: features + inputs.names, outputs: vocabulary)
    var tables = [WrittenHead.Table(name: "line.weight", rows: lines, isLinear: false)]
    axes.tables["line.weight"] = (0..<lines).map { "line \($0)" }
    for line in 0..<lines {
      let name = "line_last.\(line).weight"
      tables.append(.init(name: name, rows: pitches + 1, isLinear: false))
      axes.tables[name] = ["silence"] + names
    }
    for line in 0..<lines {
      let name = "line_written.\(line).weight"
      tables.append(.init(name: name, rows: 2 * pitches + 1, isLinear: false))
      axes.tables[name] = ["silence"] + names.map { "held \($0)" } + names.map { "started \($0)" }
    }
    self.axes = axes
    let head = WrittenHead(
      head: network.head, tables: tables, outputs: (0..<lines).map { "output.\($0)" }, classes: vocabulary.count,
      masks: Self.masks(classes: vocabulary.count, pitches: pitches, repeats: settings.repeats))
    architecture = Architecture(
      reading: .vectors(width: axes.inputs.count), embedding: network.embedding, cell: network.recurrentCell,
      hidden: network.hidden, layers: network.layers, dropout: network.dropoutShares,
      residual: network.residual, layerNorm: network.layerNorm, writing: .written(head))
  }

  /// Masks by what sounds in the line (nothing, then each pitch), first for the top line, then for the others.
  private static func masks(classes: Int, pitches: Int, repeats: Bool) -> [UInt8] {
    var masks: [UInt8] = []
    for isTop in [true, false] {
      for sounding in -1..<pitches {
        var mask = [UInt8](repeating: 1, count: classes)
        if !isTop { mask[0] = 0 }
        if sounding < 0 {
          mask[Int(hold)] = 0
        } else if !repeats {
          mask[firstStart + sounding] = 0
        }
        masks += mask
      }
    }
    return masks
  }

  package var styles: [String] { inputs.styles }

  var starts: Range<Int>? { Self.firstStart..<Self.firstStart + pitches }

  package func stepCount(of song: SongOutline) -> Int { song.frames + 1 }

  package func appendInput(after past: Past, to batch: inout BatchBuilder) {
    for line in 0..<lines { batch.vectors.append(place(of: line, in: past)) }
    var place = lines * (pitches + 1)
    for line in 0..<lines {
      let age = line < past.lines.count && past.lines[line].pitch >= 0 ? past.lines[line].age : 0
      for (number, threshold) in Self.ages.enumerated() where age >= threshold {
        batch.vectors.append(place + number)
      }
      place += Self.ages.count
    }
    batch.sounding.removeAll(keepingCapacity: true)
    for line in past.lines where line.pitch >= 0 { batch.sounding.append(line.pitch) }
    inputs.append(to: &batch.vectors, from: place, after: past, pitches: batch.sounding)
    batch.vectors.endRow()
  }

  func headCall(
    after past: Past, written: ArraySlice<Int32>, tableRows: inout [Int32]
  ) -> (output: Int32, mask: Int32)? {
    let line = written.count
    guard line < lines, written.first != endClass || written.isEmpty else { return nil }
    let sounding = index(of: line, in: past)
    tableRows.append(Int32(line))
    tableRows.append(Int32(lines + line * (pitches + 1) + 1 + sounding))
    let tables = lines + lines * (pitches + 1)
    for (above, token) in written.enumerated() {
      let row: Int
      switch token {
      case Self.hold: row = 1 + index(of: above, in: past)
      case Self.rest: row = 0
      default: row = 1 + pitches + max(0, Int(token) - Self.firstStart)
      }
      tableRows.append(Int32(tables + above * (2 * pitches + 1) + row))
    }
    return (output: Int32(line), mask: Int32((line == 0 ? 0 : pitches + 1) + 1 + sounding))
  }

  func appendFrame(of song: EncodedSong, after past: Past, to tokens: inout [Int32]) {
    guard past.place < song.tokens.count else { return }
    if song.tokens[past.place] == endClass { return tokens.append(song.tokens[past.place]) }
    let end = min(past.place + lines, song.tokens.count)
    for token in song.tokens[past.place..<end] { tokens.append(representation.transposed(token, by: past.shift)) }
  }

  func advance(_ past: inout Past, over tokens: [Int32]) {
    past.last.removeAll(keepingCapacity: true)
    past.last.append(contentsOf: tokens)
    past.place += tokens.count
    past.step += 1
    guard tokens.first != endClass else { return }
    while past.lines.count < lines { past.lines.append(Past.Line()) }
    for (line, token) in tokens.enumerated() where line < lines {
      switch token {
      case Self.hold: if past.lines[line].pitch >= 0 { past.lines[line].age += 1 }
      case Self.rest: past.lines[line] = Past.Line()
      default: past.lines[line] = Past.Line(pitch: low + Int(token) - Self.firstStart, age: 1)
      }
    }
    if inputs.remembers {
      let starts = past.lines.indices.filter { past.lines[$0].age == 1 }
      let pitchPlaces = (0..<lines).map { Int32(place(of: $0, in: past)) }
      past.echo.append(pitchPlaces + starts.map { Int32(lines * (pitches + 1) + $0) })
    }
  }

  func isSenseless(_ token: Int32, after past: Past) -> Bool { token == endClass && past.step == 0 }

  /// The place of a line's pitch or of its silence.
  private func place(of line: Int, in past: Past) -> Int { line * (pitches + 1) + 1 + index(of: line, in: past) }

  /// The pitch's index that sounds in a line; -1: none.
  private func index(of line: Int, in past: Past) -> Int {
    guard line < past.lines.count, past.lines[line].pitch >= 0 else { return -1 }
    return past.lines[line].pitch - low
  }
}
