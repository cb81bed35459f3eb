import Identity
import TestSupport
import Testing

@Suite("File names")
struct FileNameTests {
  @Test("a name is shown with every harmful byte escaped", arguments: ShownName.all)
  func shown(name: ShownName) {
    #expect(FileName(bytes: name.bytes).shown == name.shown)
  }

  @Test("whatever the bytes, what is shown holds nothing harmful", arguments: 0..<200 as Range<UInt64>)
  func shownIsHarmless(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    // Lead and continuation bytes more often than chance, so that long sequences arise.
    let bytes = (0..<60).map { _ in
      Bool.random(using: &generator)
        ? UInt8.random(in: 0...255, using: &generator)
        : [0xE2, 0x80, 0xAE, 0xC2, 0x85, 0xF0, 0x9F][Int.random(in: 0..<7, using: &generator)]
    }
    let shown = FileName(bytes: bytes).shown
    #expect(!shown.unicodeScalars.contains(where: FileName.isHarmful))
    #expect(!shown.unicodeScalars.contains("\u{FFFD}"))
  }

  @Test("text is exact where the bytes are UTF-8, else nil")
  func text() {
    #expect(FileName("Für Elise.mid").text == "Für Elise.mid")
    #expect(FileName(bytes: [0x61, 0x0A]).text == "a\n")
    #expect(FileName(bytes: []).text == "")
    #expect(FileName(bytes: [0x46, 0xFC, 0x72]).text == nil)
    #expect(FileName(bytes: [0xED, 0xA0, 0x80]).text == nil)
  }

  @Test("names that differ in bytes differ, though they look alike")
  func bytesDecide() {
    #expect(FileName("\u{E9}") != FileName("e\u{301}"))
  }

  @Test(
    "the last component is what follows the last slash",
    arguments: [("a", "a"), ("a/b/c", "c"), ("a/", ""), ("/", ""), ("", "")])
  func last(path: String, expected: String) {
    #expect(FileName(path).last == FileName(expected))
  }

  @Test(
    "an entry's path has one slash between folder and name",
    arguments: [("a", "a/x"), ("a/", "a/x"), ("/", "/x"), ("", "x")])
  func appending(folder: String, expected: String) {
    #expect(FileName(folder).appending(FileName("x")) == FileName(expected))
  }

  @Test("names sort by their bytes, not by the rules of a language")
  func order() {
    let sorted = [
      FileName(""), FileName("B"), FileName("a"), FileName("a/b"), FileName("ab"), FileName("ä"),
      FileName(bytes: [0xFF]),
    ]
    #expect(sorted.reversed().sorted() == sorted)
  }
}

/// The bytes of a name, and what a person is shown.
struct ShownName: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  let shown: String

  init(_ what: String, _ bytes: [UInt8], _ shown: String) {
    testDescription = what
    self.bytes = bytes
    self.shown = shown
  }

  init(_ what: String, _ text: String, _ shown: String) {
    self.init(what, Array(text.utf8), shown)
  }

  static let all = [
    ShownName("plain", "song.mid", "song.mid"),
    ShownName("empty", "", ""),
    ShownName("accents and scripts", "Für Elise – 月光 🎹.mid", "Für Elise – 月光 🎹.mid"),
    ShownName("line break and tab", "a\nb\tc", "a\\x0Ab\\x09c"),
    ShownName("escape sequence", "\u{1B}[31m", "\\x1B[31m"),
    ShownName("null", [0x61, 0x00], "a\\x00"),
    ShownName("DEL", "a\u{7F}", "a\\x7F"),
    ShownName("C1 control", "a\u{85}b\u{9B}", "a\\xC2\\x85b\\xC2\\x9B"),
    ShownName("right-to-left override", "a\u{202E}dim.x", "a\\xE2\\x80\\xAEdim.x"),
    ShownName("isolates", "\u{2066}\u{2069}", "\\xE2\\x81\\xA6\\xE2\\x81\\xA9"),
    ShownName("Arabic letter mark", "\u{61C}", "\\xD8\\x9C"),
    ShownName("line and paragraph separators", "\u{2028}\u{2029}", "\\xE2\\x80\\xA8\\xE2\\x80\\xA9"),
    ShownName("left-to-right mark", "\u{200E}", "\\xE2\\x80\\x8E"),
    ShownName("Latin-1", [0x46, 0xFC, 0x72], "F\\xFCr"),
    ShownName("lone continuation", [0x80, 0x61], "\\x80a"),
    ShownName("cut sequence", [0x61, 0xE2, 0x82], "a\\xE2\\x82"),
    ShownName("cut sequence before a letter", [0xE2, 0x82, 0x61], "\\xE2\\x82a"),
    ShownName("overlong slash", [0xC0, 0xAF], "\\xC0\\xAF"),
    ShownName("overlong in three bytes", [0xE0, 0x80, 0xAF], "\\xE0\\x80\\xAF"),
    ShownName("surrogate", [0xED, 0xA0, 0x80], "\\xED\\xA0\\x80"),
    ShownName("above Unicode", [0xF4, 0x90, 0x80, 0x80], "\\xF4\\x90\\x80\\x80"),
    ShownName("never in UTF-8", [0xFE, 0xFF], "\\xFE\\xFF"),
  ]
}
