/// The tokens of a batch, brought together by output layer so that each layer makes one product.
///
/// Place s is where token n stands: at[n] = s. Tokens of a layer keep their order.
struct TokenPlan {
  /// Step row of token n.
  var row: [Int32] = []
  var tableOffsets: [Int32] = []
  var tableRows: [Int32] = []
  /// Place of token n.
  var at: [Int32] = []
  /// Places of each output layer.
  var groups: [Range<Int>] = []
  /// By place: what is right and which mask.
  var target: [Int32] = []
  var mask: [Int32] = []
  /// Offsets of one place a token.
  private(set) var ones: [Int32] = []
  var count: Int { row.count }

  init(_ tokens: WrittenTokens, outputs: Int) {
    row = tokens.row
    tableOffsets = tokens.tableOffsets
    tableRows = tokens.tableRows
    ones = (0...Int32(count)).map { $0 }
    var sizes = [Int](repeating: 0, count: outputs)
    for output in tokens.output { sizes[Int(output)] += 1 }
    var next: [Int] = []
    var end = 0
    for size in sizes {
      groups.append(end..<end + size)
      next.append(end)
      end += size
    }
    at = [Int32](repeating: 0, count: count)
    target = at
    mask = at
    for n in 0..<count {
      let place = next[Int(tokens.output[n])]
      next[Int(tokens.output[n])] += 1
      at[n] = Int32(place)
      target[place] = tokens.target[n]
      mask[place] = tokens.mask[n]
    }
  }

  /// One token a row, without tables.
  init(rows: Int, targets: [Int32] = []) {
    row = (0..<Int32(rows)).map { $0 }
    tableOffsets = [Int32](repeating: 0, count: rows + 1)
    at = row
    ones = (0...Int32(rows)).map { $0 }
    groups = [0..<rows]
    target = targets
  }

  /// One token of one row.
  init(row: Int32, tableRows: [Int32]) {
    self.row = [row]
    self.tableRows = tableRows
    tableOffsets = [0, Int32(tableRows.count)]
    at = [0]
    ones = [0, 1]
    groups = [0..<1]
  }
}
