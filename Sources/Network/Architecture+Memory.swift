/// What buffers take, told before they are made; kept in step with the stages' own.
extension Architecture {
  /// Bytes that a trainer holds: weights, gradients, moments, the average, and all that a batch needs.
  ///
  /// - Parameters:
  ///   - optimizer: What moments and average there are.
  ///   - lanes: B.
  ///   - steps: T.
  ///   - tokens: N, the most that a batch writes; without a written head they are the rows.
  ///   - accumulate: How many batches make an iteration.
  ///   - precision: Whether rounded operands are kept beside.
  /// - Returns: bytes.
  package func trainingBytes(
    optimizer: OptimizerSettings, lanes: Int, steps: Int, tokens: Int, accumulate: Int = 1, precision: Precision
  ) -> Int {
    let layout = PackedLayout(self)
    // The gradient of one batch stands beside the sum.
    let copies = 2 + optimizer.moments + (optimizer.average == nil ? 0 : 1) + (accumulate > 1 ? 1 : 0)
    var numbers = copies * layout.count
    numbers += passNumbers(layout, lanes: lanes, steps: steps, tokens: tokens, trains: true)
    numbers += lanes * maskNumbers(layout)
    if precision == .bf16 { numbers += pairNumbers(layout, rows: lanes * steps, tokens: tokens) }
    return 4 * numbers
  }

  /// Bytes that a scorer holds.
  package func scoringBytes(lanes: Int, steps: Int, tokens: Int) -> Int {
    let layout = PackedLayout(self)
    return 4 * (layout.count + passNumbers(layout, lanes: lanes, steps: steps, tokens: tokens, trains: false))
  }

  private func passNumbers(_ layout: PackedLayout, lanes: Int, steps: Int, tokens: Int, trains: Bool) -> Int {
    let rows = lanes * steps, hidden = layout.hidden, width = cell.gates * hidden
    // A buffer that grows is a quarter longer than what was first asked for.
    func growing(_ count: Int) -> Int { count + count / 4 }
    var numbers = 2 * rows
    // Gates, outputs, states before a step, cells, and going back the outputs' gradient and the transposed matrix.
    var layer = rows * ((cell == .gru ? 4 * hidden : width) + 2 * hidden) + 4 * lanes * hidden
    if cell != .rnn { layer += (rows + lanes) * hidden }
    if trains { layer += rows * hidden + width * hidden }
    // What is handed up where it is not the layer's own output.
    let handsUp = layerNorm ? layers : residual ? layers - 1 : 0
    numbers += handsUp * (rows * hidden * (trains ? 2 : 1) + 2 * rows)
    numbers += layers * layer + (trains ? (layers - 1) * width * hidden : 0)
    // What is read.
    let embedding = embedding > 0 ? padded(embedding) : 0
    if trains { numbers += embedding * width }
    if case .classes(let classes) = reading, !trains || dropout.input == 0 {
      numbers += classes * width + (trains ? growing(classes * width) : 0)
    } else {
      numbers += (trains ? 2 : 1) * growing(rows * embedding)
    }
    // What is written.
    let inner = headWidth > 0 ? padded(headWidth) : hidden, output = padded(outputWidth)
    var written = rows
    if case .written = writing { written = tokens }
    numbers += growing(written * output)
    if trains { numbers += layout.outputs.count * inner * output }
    if case .values = writing { numbers += growing(written * output) }
    guard headWidth > 0 else { return numbers + 16 * written }
    if case .independent = writing { numbers += growing(written * output) }
    numbers += (trains ? 2 : 1) * (growing(written * inner) + growing(rows * inner)) + (trains ? hidden * inner : 0)
    if trains, dropout.head > 0 { numbers += growing(written * inner / 4) }
    return numbers + 16 * written
  }

  /// Places of dropout's masks of a lane.
  private func maskNumbers(_ layout: PackedLayout) -> Int {
    var numbers = dropout.input > 0 ? embedding > 0 ? padded(embedding) : readingWidth : 0
    if dropout.recurrent > 0 { numbers += layers * layout.hidden }
    if dropout.between > 0 { numbers += (layers - 1) * layout.hidden }
    if dropout.output > 0 { numbers += layout.hidden }
    return numbers
  }
}

extension Architecture {
  /// Places of operands rounded to bfloat16, as rows and as pairs of rows.
  private func pairNumbers(_ layout: PackedLayout, rows: Int, tokens: Int) -> Int {
    let hidden = layout.hidden, width = cell.gates * hidden, gates = cell == .gru ? 4 * hidden : width
    func growing(_ count: Int) -> Int { count + count / 4 }
    var numbers = layers * (rows * (2 * hidden + gates) + width * hidden) + (layers - 1) * width * hidden
    let embedding = embedding > 0 ? padded(embedding) : 0
    var looksUp = false
    if case .classes = reading { looksUp = dropout.input == 0 }
    if !looksUp { numbers += embedding * width + growing(rows * embedding) }
    let inner = headWidth > 0 ? padded(headWidth) : hidden, output = padded(outputWidth)
    var written = rows
    if case .written = writing { written = tokens }
    numbers += layout.outputs.count * inner * output + growing(written * (inner / 2 + output))
    numbers += growing(written * inner / 2)
    guard layout.head != nil else { return numbers }
    return numbers + hidden * inner + growing(rows * inner)
  }
}

extension OptimizerSettings {
  /// How many numbers are kept beside each weight.
  var moments: Int {
    switch name {
    case .adamw, .adam: 2
    case .rmsprop: 1
    case .sgd: 0
    }
  }
}
