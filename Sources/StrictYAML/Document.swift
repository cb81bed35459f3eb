/// Reads the one document of a YAML file into nodes, and refuses what a settings file has no use for.
///
/// Refused are anchors, aliases, tags, merge keys, duplicate keys, keys that are no scalars, further documents, other
/// encodings than UTF-8, and whatever goes beyond the limits. A UTF-8 byte order mark is allowed.
package enum Document {
  /// The most that a file may hold.
  package struct Limits: Sendable {
    package var bytes = 1 << 20
    /// Collections within collections; the outermost is the first.
    package var depth = 32
    /// Scalars (keys too), lists and maps.
    package var nodes = 10_000

    package init() {}
  }

  /// Composes the nodes of a file.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - list: where to report what is wrong; it goes on after anything that it can go on after.
  ///   - limits: the most that the file may hold.
  /// - Returns: the root, or nil where the file is empty or cannot be read at all, which is reported.
  package static func root(of bytes: [UInt8], reportingTo list: DiagnosticList, limits: Limits = Limits()) -> Node? {
    let start = Mark(line: 1, column: 1)
    guard bytes.count <= limits.bytes else {
      list.report("the file has \(bytes.count) bytes; the limit is \(limits.bytes)", at: start)
      return nil
    }
    let head = bytes.prefix(2)
    if head.count == 2, head.elementsEqual([0xFE, 0xFF]) || head.elementsEqual([0xFF, 0xFE]) || head.contains(0) {
      list.report("the file is UTF-16 or UTF-32; write it as UTF-8", at: start)
      return nil
    }
    let content = SourceText.withoutByteOrderMark(bytes)
    if let fault = SourceText(content).firstFault() {
      list.report(fault.message, at: fault.mark)
      return nil
    }
    let composer = Composer(limits: limits, list: list)
    guard let root = composer.compose(content) else {
      if list.isEmpty { list.report("the file is empty", at: start) }
      return nil
    }
    return root
  }
}
