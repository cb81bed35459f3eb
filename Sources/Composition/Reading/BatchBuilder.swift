package import Network
package import Representation

/// A batch being filled row by row: step 0 of all lanes, step 1 of all lanes, and so on.
///
/// Its memory is used again for the next batch, if the one before is let go first.
package struct BatchBuilder: Sendable {
  package let lanes: Int
  let architecture: Architecture
  var classes: [Int32] = []
  var vectors: SparseRows
  var keep: [UInt8] = []
  var targetClasses: [Int32] = []
  /// For target classes: 1 where the class is a frame's first, so that *end* could stand in its place.
  var startsFrame: [UInt8] = []
  var targetValues: SparseRows
  var scored: [UInt8] = []
  var written = WrittenTokens()
  /// What a reading needs for a row: the tokens of a frame, the pitches that sound.
  var frame: [Int32] = []
  var sounding: [Int] = []
  /// How many rows have been begun.
  private(set) var rows = 0
  /// How many rows are scored.
  private(set) var scoredRows = 0

  package init(lanes: Int, architecture: Architecture) {
    self.lanes = lanes
    self.architecture = architecture
    vectors = SparseRows(width: 0)
    targetValues = SparseRows(width: 0)
    if case .vectors(let width) = architecture.reading { vectors.width = width }
    switch architecture.writing {
    case .values(let width, _), .independent(_, let width): targetValues.width = width
    case .classes, .written: break
    }
  }

  /// Removes all rows and keeps their memory.
  package mutating func removeAll() {
    classes.removeAll(keepingCapacity: true)
    vectors.removeAll()
    keep.removeAll(keepingCapacity: true)
    targetClasses.removeAll(keepingCapacity: true)
    startsFrame.removeAll(keepingCapacity: true)
    targetValues.removeAll()
    scored.removeAll(keepingCapacity: true)
    written.removeAll()
    (rows, scoredRows) = (0, 0)
  }

  /// The row that was begun last.
  var row: Int32 { Int32(rows - 1) }

  /// Adds the next step of a lane, with what it reads and what is right.
  package mutating func append(_ song: EncodedSong, after past: Past, by reading: some SongReading) {
    begin(keeping: past.step > 0)
    scoredRows += 1
    reading.appendInput(after: past, to: &self)
    reading.appendTarget(of: song, after: past, to: &self)
  }

  /// Adds the next step of a lane and moves on over it.
  mutating func append(_ song: EncodedSong, movingOn past: inout Past, by reading: some SongReading) {
    append(song, after: past, by: reading)
    reading.advance(&past, over: song, in: &self)
  }

  /// Adds a step with nothing to predict.
  package mutating func append(inputAfter past: Past, by reading: some SongReading) {
    begin(keeping: past.step > 0)
    reading.appendInput(after: past, to: &self)
    appendNoTarget()
  }

  /// Adds a step of a lane that has nothing left to read.
  package mutating func appendPadding() {
    begin(keeping: false)
    switch architecture.reading {
    case .classes: classes.append(0)
    case .vectors: vectors.append(onesAt: [])
    }
    appendNoTarget()
  }

  private mutating func appendNoTarget() {
    switch architecture.writing {
    case .classes:
      targetClasses.append(-1)
      startsFrame.append(0)
    case .values, .independent:
      targetValues.append(onesAt: [])
      scored.append(0)
    case .written: break
    }
  }

  private mutating func begin(keeping: Bool) {
    keep.append(keeping ? 1 : 0)
    rows += 1
  }

  /// What the rows read.
  package var reads: StepBatch.Reads {
    switch architecture.reading {
    case .classes: .classes(classes)
    case .vectors: .vectors(vectors)
    }
  }

  /// The batch; the rows fill whole steps.
  package var batch: StepBatch {
    let targets: StepBatch.Targets =
      switch architecture.writing {
      case .classes: .classes(targetClasses)
      case .values, .independent: .values(targetValues, scored: scored)
      case .written: .written(written)
      }
    return StepBatch(
      steps: rows / max(1, lanes), lanes: lanes, reads: reads, keep: keep, targets: targets,
      divisor: Float(max(1, scoredRows)))
  }
}
