/// Sorts all suffixes of a text in time in proportion to its length.
///
/// Induced sorting of the suffixes that are smaller than both their neighbours (Nong, Zhang and Chan 2009, "Linear
/// Suffix Array Construction by Almost Pure Induced-Sorting").
enum SuffixArray {
  /// Sorts the suffixes; one that ends where another goes on comes first.
  ///
  /// - Parameters:
  ///   - text: numbers from 0 to `largest`.
  ///   - largest: the largest number that the text may hold.
  /// - Returns: the starts of all suffixes, in the order of the suffixes.
  static func sorted(_ text: [Int32], largest: Int) -> [Int32] {
    let count = text.count
    if count < 2 { return text.isEmpty ? [] : [0] }
    // Of each suffix, whether it is smaller than the next one.
    var isSmall = [Bool](repeating: false, count: count)
    var place = count - 2
    while place >= 0 {
      let (here, next) = (text[place], text[place + 1])
      isSmall[place] = here == next ? isSmall[place + 1] : here < next
      place -= 1
    }
    // Where, of each first number, the larger suffixes begin, and behind them the smaller ones.
    var largeStart = [Int32](repeating: 0, count: largest + 2)
    var smallStart = [Int32](repeating: 0, count: largest + 1)
    for place in 0..<count {
      let number = Int(text[place])
      if isSmall[place] { largeStart[number + 1] += 1 } else { smallStart[number] += 1 }
    }
    for number in 0...largest {
      smallStart[number] += largeStart[number]
      largeStart[number + 1] += smallStart[number]
    }
    let buckets = Buckets(large: largeStart, small: smallStart)
    var lows: [Int32] = []
    var rank = [Int32](repeating: -1, count: count + 1)
    for place in 1..<count where !isSmall[place - 1] && isSmall[place] {
      rank[place] = Int32(lows.count)
      lows.append(Int32(place))
    }
    var order = induced(lows, text, isSmall, buckets)
    guard !lows.isEmpty else { return order }
    let found = order.filter { $0 >= 0 && rank[Int($0)] >= 0 }
    let (names, largestName) = named(found, lows, rank, text)
    let recursed = sorted(names, largest: largestName)
    order = induced(recursed.map { lows[Int($0)] }, text, isSmall, buckets)
    return order
  }

  private struct Buckets {
    var large: [Int32]
    var small: [Int32]
  }

  /// Sorts all suffixes, given the lowest ones in order.
  private static func induced(
    _ lows: [Int32], _ text: [Int32], _ isSmall: [Bool], _ buckets: Buckets
  ) -> [Int32] {
    let count = text.count
    var order = [Int32](repeating: -1, count: count)
    var next = buckets.small
    for low in lows {
      let number = Int(text[Int(low)])
      order[Int(next[number])] = low
      next[number] += 1
    }
    next = buckets.large
    let last = Int(text[count - 1])
    order[Int(next[last])] = Int32(count - 1)
    next[last] += 1
    for place in 0..<count {
      let before = Int(order[place]) - 1
      guard before >= 0, !isSmall[before] else { continue }
      let number = Int(text[before])
      order[Int(next[number])] = Int32(before)
      next[number] += 1
    }
    next = buckets.large
    var place = count - 1
    while place >= 0 {
      let before = Int(order[place]) - 1
      if before >= 0, isSmall[before] {
        let number = Int(text[before]) + 1
        next[number] -= 1
        order[Int(next[number])] = Int32(before)
      }
      place -= 1
    }
    return order
  }

  /// Gives each stretch between two lows a number in the order of the stretches, equal ones the same.
  private static func named(
    _ sorted: [Int32], _ lows: [Int32], _ rank: [Int32], _ text: [Int32]
  ) -> (names: [Int32], largest: Int) {
    func end(_ low: Int32) -> Int {
      let next = Int(rank[Int(low)]) + 1
      return next < lows.count ? Int(lows[next]) : text.count
    }
    var names = [Int32](repeating: 0, count: lows.count)
    var name: Int32 = 0
    for (previous, low) in zip(sorted, sorted.dropFirst()) {
      var (a, b) = (Int(previous), Int(low))
      let (endA, endB) = (end(previous), end(low))
      var isSame = endA - a == endB - b
      if isSame {
        while a < endA, text[a] == text[b] { (a, b) = (a + 1, b + 1) }
        isSame = a < text.count && b < text.count && text[a] == text[b]
      }
      if !isSame { name += 1 }
      names[Int(rank[Int(low)])] = name
    }
    return (names, Int(name))
  }
}
