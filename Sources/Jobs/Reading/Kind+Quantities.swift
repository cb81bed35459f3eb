import Identity
import StrictYAML

extension Kind where Value == TimeSpan {
  /// A number with `ms`, `s`, `m`, `h` or `d`, within bounds.
  static func span(_ range: ClosedRange<TimeSpan>) -> Self {
    let bounds = "\(range.lowerBound) to \(range.upperBound)"
    return Kind(
      type: "duration", expected: "a length of time from \(bounds), such as \(example(in: range))",
      unit: "ms, s, m, h or d", range: bounds
    ) { node, place in
      guard let text = node.text, let span = TimeSpan(text), range.contains(span) else {
        place.reportWrong(node)
        return nil
      }
      return span
    }
  }

  private static func example(in range: ClosedRange<TimeSpan>) -> String {
    let examples: [TimeSpan] = [.seconds(5), .minutes(10), .hours(2)]
    return (examples.first(where: range.contains) ?? range.lowerBound).description
  }
}

extension Kind where Value == ByteCount {
  /// A number with `B`, `KiB`, `MiB` or `GiB`, within bounds.
  static func size(_ range: ClosedRange<ByteCount>) -> Self {
    let bounds = "\(range.lowerBound) to \(range.upperBound)"
    return Kind(
      type: "size",
      expected:
        "a size from \(bounds), such as \(range.contains(ByteCount(bytes: 32 << 20)) ? "32 MiB" : range.lowerBound.description)",
      unit: "B, KiB, MiB or GiB", range: bounds
    ) { node, place in
      guard let text = node.text, let size = ByteCount(text), range.contains(size) else {
        place.reportWrong(node)
        return nil
      }
      return size
    }
  }
}

/// A length, and whether it is a song's or the most it may have.
struct LengthPart: Sendable {
  var length: SongLength
  var isExact: Bool
}

extension Kind where Value == LengthPart {
  /// `32 bars`, `90 s`, `512 frames`: just that; with `at most` before it: no more.
  static var length: Self {
    Kind(
      type: "text", expected: "a length such as 32 bars, 90 s or 512 frames, or at most 32 bars",
      unit: "bars, s, m or frames", range: "1 to 1000000"
    ) { node, place in
      let most = "at most "
      let text = node.text ?? ""
      let isExact = !text.hasPrefix(most)
      guard let length = SongLength(isExact ? text : String(text.dropFirst(most.count))) else {
        place.reportWrong(node)
        return nil
      }
      return LengthPart(length: length, isExact: isExact)
    }
  }
}

extension Kind where Value == Bounds {
  /// `[low, high]`, both within bounds; on the command line also `low,high`.
  static func bounds(_ range: ClosedRange<Int>, of unit: String) -> Self {
    let expected = "[low, high], both from \(range.lowerBound) to \(range.upperBound)"
    return Kind(
      type: "list of two integers", expected: expected, unit: unit, range: "\(range.lowerBound) to \(range.upperBound)"
    ) { node, place in
      var items: [Node] = []
      if case .sequence(let written) = node.content { items = written }
      // An option has no list: there it is -6,5.
      if let text = node.text, node.mark.line == 0 {
        items = text.split(separator: ",", omittingEmptySubsequences: false).map {
          Node(.scalar(String($0), .plain), at: node.mark)
        }
      }
      let numbers = items.compactMap { $0.plainText.flatMap { Int($0) } }
      guard items.count == 2, numbers.count == 2, numbers[0] <= numbers[1], range.contains(numbers[0]),
        range.contains(numbers[1])
      else {
        place.reportWrong(node)
        return nil
      }
      return Bounds(numbers[0], numbers[1])
    }
  }
}

extension Kind where Value == GridChoice {
  /// Frames a quarter, or `mixed`.
  static var resolution: Self {
    let frames = Kind<Int>.integer(1...96)
    return Kind(
      type: "integer or text", expected: frames.expected + ", or mixed", unit: "frames a quarter",
      range: "1 to 96, mixed"
    ) { node, place in
      node.text == "mixed" ? .mixed : frames.read(node, place).map { .frames($0) }
    }
  }
}

extension Kind where Value == ProgramChoice {
  /// `merged`, `families`, or a list of programs, which is put in order.
  static var programs: Self {
    let program = Kind<Int>.integer(0...127)
    return Kind(
      type: "text or list of integers",
      expected: "merged, families, or a list of 1 to 16 programs from 0 to 127, each once",
      range: "merged | families | 0 to 127"
    ) { node, place in
      guard case .sequence(let items) = node.content else {
        switch node.text {
        case "merged": return .merged
        case "families": return .families
        default:
          place.reportWrong(node, nearest: node.text.flatMap { nearest(to: $0, among: ["merged", "families"]) })
          return nil
        }
      }
      let inner = FieldPlace(key: place.key, expected: program.expected, list: place.list)
      let programs = items.compactMap { program.read($0, inner) }
      guard programs.count == items.count else { return nil }
      guard (1...16).contains(programs.count), Set(programs).count == programs.count else {
        place.reportWrong(node)
        return nil
      }
      return .listed(programs.sorted())
    }
  }
}

extension Kind where Value == [String] {
  /// One text or a list of them, as a list without repetitions.
  static func texts(_ element: Kind<String>, expected: String) -> Self {
    Kind(type: "text or list of texts", expected: expected) { node, place in
      var items = [node]
      if case .sequence(let written) = node.content { items = written }
      guard !items.isEmpty, items.count <= 1000 else {
        place.reportWrong(node)
        return nil
      }
      let inner = FieldPlace(key: place.key, expected: element.expected, list: place.list)
      let values = items.compactMap { element.read($0, inner) }
      guard values.count == items.count else { return nil }
      var seen: Set<String> = []
      return values.filter { seen.insert($0).inserted }
    }
  }

  /// A program and its arguments.
  static var program: Self {
    let argument = Kind<String>(type: "text", expected: "a program or an argument, as a text") { node, place in
      guard let text = node.text, !text.unicodeScalars.contains("\0") else {
        place.reportWrong(node)
        return nil
      }
      return text
    }
    return argument.list(expected: "a list of a program and its arguments, such as [notify, studio]", count: 1...100)
  }
}

extension Kind where Value == String {
  /// The name of a corpus.
  static var corpus: Self {
    .text("the name of a corpus (one folder's name, without /)") { name in
      name != "." && name != ".." && name.utf8.count <= 255 && !name.unicodeScalars.contains { $0 == "/" || $0 == "\0" }
    }
  }

  /// Weights to start from, in a studio.
  static var weights: Self {
    .text("latest, scratch, starter, a hash of 64 digits, a job such as nightly or a run such as nightly/0007") {
      text in
      ContentHash(hex: text) != nil || RunID.isJobName(text) || RunID(text) != nil
    }
  }

  /// The weights of a job that does not train.
  static var madeWeights: Self {
    .text("starter, a hash of 64 digits, a job such as nightly or a run such as nightly/0007") { text in
      !["latest", "scratch"].contains(text)
        && (ContentHash(hex: text) != nil || RunID.isJobName(text) || RunID(text) != nil)
    }
  }

  /// A file of the studio: no absolute path, no `..`.
  static var studioFile: Self {
    .text("a file of a corpus, of the studio or beside the spec, without .. and not absolute") { isInside($0) }
  }

  private static func isInside(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !path.unicodeScalars.contains("\0") && path.utf8.count <= 4096
      && parts.allSatisfy { !$0.isEmpty && $0 != ".." && $0 != "." }
  }

  /// Any path, outside a studio.
  static var path: Self { .text("a path") { !$0.unicodeScalars.contains("\0") && $0.utf8.count <= 4096 } }

  /// An IANA zone.
  static var zone: Self {
    Kind(type: "text", expected: "an IANA time zone such as Europe/Berlin or UTC", range: "IANA time zones") {
      node, place in
      guard let text = node.text, ZoneClock(identifier: text) != nil else {
        place.reportWrong(node, nearest: node.text.flatMap { nearest(to: $0, among: ZoneClock.knownNames) })
        return nil
      }
      return text
    }
  }
}
