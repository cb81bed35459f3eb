/// The least number of inserted, deleted, replaced or swapped neighbouring characters that turns one text into another
/// (optimal string alignment; Damerau 1964, Wagner and Fischer 1974).
package func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first.unicodeScalars)
  let b = Array(second.unicodeScalars)
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var before: [Int] = []
  var previous = Array(0...b.count)
  for i in 1...a.count {
    var row = [i]
    row.reserveCapacity(b.count + 1)
    for j in 1...b.count {
      var best = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, before[j - 2] + 1) }
      row.append(best)
    }
    before = previous
    previous = row
  }
  return previous.last ?? 0
}

/// The candidate that a mistyped word most likely means, or nil where none is near; the first of equals.
package func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
  let lowered = word.lowercased().replacing("-", with: "_")
  guard word.unicodeScalars.count <= 64 else { return nil }
  var best: (distance: Int, text: String)?
  for candidate in candidates {
    let distance = editDistance(lowered, candidate.lowercased().replacing("-", with: "_"))
    // A third of the word may be wrong: more is another word.
    guard distance <= max(1, min(word.unicodeScalars.count, candidate.unicodeScalars.count) / 3 + 1),
      distance < candidate.unicodeScalars.count, distance < best?.distance ?? .max
    else { continue }
    best = (distance, candidate)
  }
  return best?.text
}
