/// The frame that followed the longest earlier match of the recent past in the same song, kept up to date frame by frame.
///
/// Before frame t a candidate is an earlier frame s with 1 ≤ s < t − 1 (frame t − 1 itself is read anyway). Its match is
/// the largest n such that the n frames before s equal the n frames before t. The longest match wins, the earliest of
/// equals.
struct Echo: Sendable, Equatable {
  /// The frames that differ, each as the places of its ones.
  private var frames: [[Int32]] = []
  private var numberOfFrame: [[Int32]: Int32] = [:]
  /// Which frame stands at each time: equal frames have the same number.
  private var numbers: [Int32] = []
  /// The match of frame t − d, for each distance d.
  private var runs: [Int32] = []
  /// How many frames match; 0: none.
  private(set) var length = 0
  private var distance = 0

  /// The frame that followed the longest match, as the places of its ones; empty where nothing matches.
  var frame: [Int32] { length > 0 ? frames[Int(numbers[numbers.count - distance])] : [] }

  /// Adds the next frame of the song: a step of as many comparisons as there are frames.
  mutating func append(_ frame: [Int32]) {
    let number = number(of: frame)
    numbers.append(number)
    runs.append(0)
    let count = numbers.count
    (length, distance) = (0, 0)
    guard count > 2 else { return }
    var longest: Int32 = 0
    for distance in 2..<count {
      let run = numbers[count - 1 - distance] == number ? runs[distance] + 1 : 0
      runs[distance] = run
      longest = max(longest, run)
    }
    guard longest > 0, let furthest = runs.lastIndex(of: longest) else { return }
    (length, distance) = (Int(longest), furthest)
  }

  private mutating func number(of frame: [Int32]) -> Int32 {
    if let known = numberOfFrame[frame] { return known }
    let number = Int32(frames.count)
    frames.append(frame)
    numberOfFrame[frame] = number
    return number
  }
}
