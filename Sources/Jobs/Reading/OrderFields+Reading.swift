import StrictYAML

extension OrderFields {
  /// Reads the fields that say what a song is to be.
  init(_ reader: MappingReader, scope: ReadingScope) {
    self.init()
    key = reader.value("key", .written("a tonic such as C, F# or Bb", range: "A to G, with # or b"))
    scale = reader.value("scale", .choice, default: ScaleName.major.rawValue)
    range = reader.value("range", .ranges)
    polyphony = reader.value("polyphony", .integer(1...128).measured(in: "notes"))
    metre = reader.value("metre", .written("a metre such as 3/4", range: "1 to 64 over 1 to 64"))
    tempo = reader.value(
      "tempo", .number("from 4 to 1000") { $0 >= 4 && $0 <= 1000 }.measured(in: "quarters a minute"))
    density = reader.value(
      "density",
      .written(
        "notes a quarter: 4 (about), at least 2, at most 6 or 2 to 6", unit: "notes a quarter", range: "above 0 to 100")
    )
    chords = reader.value("chords", .written("chords by bar such as C | Am | F G7 | C", range: "1 to 1000 bars"))
    programs = reader.value("programs", .players)
    melody = reader.value("melody", scope == .studio ? .studioFile : .path)
    style = reader.value("style", .mix)
  }

  /// What does not fit together; nil: all does.
  var contradiction: String? {
    scale != nil && key == nil ? "scale is \(scale?.rawValue ?? ""), but no key is named that it begins on" : nil
  }
}

extension Kind where Value: WrittenAsText {
  /// A value that is one text.
  static func written(_ expected: String, unit: String? = nil, range: String? = nil) -> Self {
    Kind(type: "text", expected: expected, unit: unit, range: range) { node, place in
      guard let text = node.text, let value = Value(text) else {
        place.reportWrong(node)
        return nil
      }
      return value
    }
  }
}

extension Kind where Value == PitchRanges {
  /// `[low, high]`, or a map of such by voice or program; on the command line also `low,high`.
  static var ranges: Self {
    let bounds = Kind<Bounds>.bounds(0...127, of: "semitones")
    let expected =
      "[low, high], both from 0 to 127, or a map of such by voice (soprano, alto, tenor, bass, melody, or 1 to 8 from "
      + "the top) or program (0 to 127)"
    return Kind(type: "list of two integers or map", expected: expected, unit: "pitches", range: "0 to 127") {
      node, place in
      guard case .mapping(let entries) = node.content else {
        let place = FieldPlace(key: place.key, expected: expected, list: place.list)
        return bounds.read(node, place).map { .whole($0) }
      }
      var ranges: [String: Bounds] = [:]
      for entry in entries {
        let number = Int(entry.key).map { (0...127).contains($0) && String($0) == entry.key } ?? false
        guard number || PitchRanges.voices.contains(entry.key) else {
          place.list.report(
            "\(quoted(entry.key)) is no voice and no program", at: entry.keyMark, key: place.key,
            expected: "soprano, alto, tenor, bass, melody or a number from 0 to 127",
            nearest: nearest(to: entry.key, among: PitchRanges.voices))
          return nil
        }
        let inner = FieldPlace(key: place.key, expected: bounds.expected, list: place.list)
        guard let range = bounds.read(entry.value, inner) else { return nil }
        ranges[entry.key] = range
      }
      guard !ranges.isEmpty else {
        place.reportWrong(node)
        return nil
      }
      return .each(ranges)
    }
  }
}

extension Kind where Value == [Int] {
  /// Programs that may play: a list of numbers, `drums` among them or not; one alone needs no list.
  static var players: Self {
    Kind(
      type: "integer, text or list of such", expected: "programs from 0 to 127 or drums, each once, as a list",
      range: "0 to 127 | drums"
    ) { node, place in
      var items = [node]
      if case .sequence(let written) = node.content { items = written }
      if let text = node.text, node.mark.line == 0 {
        items = text.split(separator: ",", omittingEmptySubsequences: false).map {
          Node(.scalar(String($0), .plain), at: node.mark)
        }
      }
      let programs = items.compactMap { item -> Int? in
        if item.text == "drums" { return OrderFields.drums }
        guard let text = item.plainText, let number = Int(text), (0...127).contains(number), String(number) == text
        else { return nil }
        return number
      }
      guard !items.isEmpty, programs.count == items.count, Set(programs).count == programs.count else {
        place.reportWrong(node)
        return nil
      }
      return programs
    }
  }
}

extension Kind where Value == [String: Double] {
  /// A corpus, or a map of the shares of several.
  static var mix: Self {
    let corpus = Kind<String>.corpus
    let share = Kind<Double>.number("above 0 up to 1000000") { $0 > 0 && $0 <= 1_000_000 }
    return Kind(
      type: "text or map of numbers", expected: "a corpus, or a map of shares such as {bach: 0.7, folk: 0.3}",
      range: share.range
    ) { node, place in
      guard case .mapping(let entries) = node.content else { return corpus.read(node, place).map { [$0: 1] } }
      let inner = FieldPlace(key: place.key, expected: share.expected, list: place.list)
      var shares: [String: Double] = [:]
      for entry in entries {
        guard let value = share.read(entry.value, inner) else { return nil }
        shares[entry.key] = value
      }
      guard !shares.isEmpty else {
        place.reportWrong(node)
        return nil
      }
      return shares
    }
  }
}
