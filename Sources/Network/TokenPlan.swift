/// The tokens of a batch, brought together by output layer so that each layer makes one product.
///
/// Place s is where token n stands: at[n] = s. Tokens of a layer keep their order. The memory is used again for the next
/// batch; what is planned is copied, so that a batch's own memory can be too.
struct TokenPlan {
  /// Step row of token n.
  private(set) var row: [Int32] = []
  private(set) var tableOffsets: [Int32] = []
  private(set) var tableRows: [Int32] = []
  /// Place of token n.
  private(set) var at: [Int32] = []
  /// Places of each output layer.
  private(set) var groups: [Range<Int>] = []
  /// By place: what is right and which mask.
  private(set) var target: [Int32] = []
  private(set) var mask: [Int32] = []
  /// Offsets of one place a token, and perhaps more.
  private(set) var ones: [Int32] = [0]
  /// The next place of each output layer.
  private var next: [Int] = []
  var count: Int { row.count }

  /// Plans one token of one row.
  mutating func plan(row: Int32, tableRows: [Int32]) {
    self.row.become(CollectionOfOne(row))
    self.tableRows.become(tableRows)
    tableOffsets.become(CollectionOfOne(0))
    tableOffsets.append(Int32(tableRows.count))
    at.become(CollectionOfOne(0))
    if ones.count < 2 { ones.append(1) }
    groups.become(CollectionOfOne(0..<1))
  }

  /// Plans the tokens that a head writes.
  mutating func plan(_ tokens: WrittenTokens, outputs: Int) {
    row.become(tokens.row)
    tableOffsets.become(tokens.tableOffsets)
    tableRows.become(tokens.tableRows)
    while ones.count <= count { ones.append(Int32(ones.count)) }
    next.become(repeatElement(0, count: outputs))
    for output in tokens.output { next[Int(output)] += 1 }
    groups.removeAll(keepingCapacity: true)
    var end = 0
    for output in 0..<outputs {
      let size = next[output]
      groups.append(end..<end + size)
      next[output] = end
      end += size
    }
    // Every place is written below.
    at.become(tokens.row)
    target.become(tokens.row)
    mask.become(tokens.row)
    for n in 0..<count {
      let place = next[Int(tokens.output[n])]
      next[Int(tokens.output[n])] += 1
      at[n] = Int32(place)
      target[place] = tokens.target[n]
      mask[place] = tokens.mask[n]
    }
  }

  /// Plans one token a row, without tables.
  mutating func plan(rows: Int, targets: [Int32] = []) {
    target.become(targets)
    guard rows != count || groups.count != 1 else { return }
    row.become(0..<Int32(rows))
    tableOffsets.become(repeatElement(0, count: rows + 1))
    tableRows.removeAll(keepingCapacity: true)
    at.become(0..<Int32(rows))
    while ones.count <= rows { ones.append(Int32(ones.count)) }
    groups.removeAll(keepingCapacity: true)
    groups.append(0..<rows)
  }
}

extension Array {
  /// Takes over elements and keeps the memory.
  fileprivate mutating func become(_ elements: some Collection<Element>) {
    removeAll(keepingCapacity: true)
    append(contentsOf: elements)
  }
}
