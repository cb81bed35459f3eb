/// JSON being written into bytes, for documents of very many elements.
///
/// What it writes reads as `JSONValue.text()` would write it.
package struct JSONBytes: Sendable {
  /// What was written since it was last emptied.
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// Appends text as it stands.
  package mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Appends bytes as they stand.
  package mutating func append(_ text: [UInt8]) { bytes.append(contentsOf: text) }

  /// Appends bytes as they stand.
  package mutating func append(_ text: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: text) }

  /// Appends a string; what is not UTF-8 in it stands as U+FFFD.
  package mutating func append(string text: UnsafeBufferPointer<UInt8>) {
    // Nearly all texts are plain.
    guard text.allSatisfy({ $0 >= 0x20 && $0 <= 0x7E && $0 != 0x22 && $0 != 0x5C }) else {
      append(JSONValue.string(String(decoding: text, as: UTF8.self)).text())
      return
    }
    bytes.append(0x22)
    bytes.append(contentsOf: text)
    bytes.append(0x22)
  }

  /// Appends text that is JSON, in which harmful characters may stand as they are: they are escaped.
  package mutating func append(json text: UnsafeBufferPointer<UInt8>) {
    if text.allSatisfy({ $0 >= 0x20 && $0 <= 0x7E }) {
      append(text)
      return
    }
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      switch scalar {
      // Between its tokens; within a string JSON knows them by their escapes alone.
      case "\t", "\n", "\r": bytes.append(0x20)
      case _ where FileName.isHarmful(scalar): append(JSONValue.escape(of: scalar))
      default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
  }

  /// Forgets what was written, which has been handed on.
  package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}
