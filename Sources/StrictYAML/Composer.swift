internal import CLibYAML

/// Turns libyaml's events into nodes, striking the limits while it parses.
///
/// A class, since the parser keeps a pointer to itself: it must not move.
final class Composer {
  /// Ends the parse; what is wrong has been reported.
  private struct Stop: Error {}

  private let limits: Document.Limits
  private let list: DiagnosticList
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private var nodes = 0

  init(limits: Document.Limits, list: DiagnosticList) {
    self.limits = limits
    self.list = list
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
  }

  deinit {
    parser.deinitialize(count: 1)
    parser.deallocate()
  }

  /// The root of a text without byte order mark that is known to be UTF-8, or nil.
  func compose(_ bytes: [UInt8]) -> Node? {
    guard yaml_parser_initialize(parser) == 1 else {
      list.report("there is not enough memory to read the file", at: Mark(line: 1, column: 1))
      return nil
    }
    defer { yaml_parser_delete(parser) }
    return bytes.withUnsafeBufferPointer { buffer in
      yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
      yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
      return try? document()
    }
  }

  private func document() throws(Stop) -> Node? {
    var root: Node?
    var documents = 0
    while true {
      let event = try next()
      switch event.kind {
      case .documentStart:
        documents += 1
        guard documents == 1 else {
          list.report("a second document begins here; a file holds one", at: event.mark)
          throw Stop()
        }
      case .streamEnd: return root
      case .other: continue
      case .scalar, .alias, .sequenceStart, .mappingStart, .end: root = try node(event, depth: 1)
      }
    }
  }

  private func node(_ event: Event, depth: Int) throws(Stop) -> Node {
    nodes += 1
    guard nodes <= limits.nodes else {
      list.report("more than \(limits.nodes) nodes; that is the limit", at: event.mark)
      throw Stop()
    }
    if event.hasAnchor { list.report("anchors are not allowed", at: event.mark) }
    if event.hasTag { list.report("tags are not allowed", at: event.mark) }
    switch event.kind {
    case .scalar(let text, let style): return Node(.scalar(text, style), at: event.mark)
    case .alias:
      list.report("aliases are not allowed", at: event.mark)
      return Node(.refused, at: event.mark)
    case .sequenceStart:
      try check(depth, at: event.mark)
      var items: [Node] = []
      while true {
        let item = try next()
        if case .end = item.kind { return Node(.sequence(items), at: event.mark) }
        items.append(try node(item, depth: depth + 1))
      }
    case .mappingStart:
      try check(depth, at: event.mark)
      return Node(.mapping(try entries(depth: depth + 1)), at: event.mark)
    case .documentStart, .streamEnd, .end, .other: throw Stop()
    }
  }

  private func entries(depth: Int) throws(Stop) -> [Entry] {
    var result: [Entry] = []
    var lines: [String: Int] = [:]
    while true {
      let event = try next()
      if case .end = event.kind { return result }
      let key = try node(event, depth: depth)
      let value = try node(try next(), depth: depth)
      guard let text = key.text else {
        if !key.isRefused { list.report("a key is \(key.shown)", at: key.mark, expected: "a word") }
        continue
      }
      if text == "<<", key.plainText != nil {
        list.report("merge keys are not allowed", at: key.mark, key: text)
        continue
      }
      if let line = lines[text] {
        list.report("duplicate key \(quoted(text)); the first is in line \(line)", at: key.mark, key: text)
        continue
      }
      lines[text] = key.mark.line
      result.append(Entry(key: text, keyMark: key.mark, value: value))
    }
  }

  private func check(_ depth: Int, at mark: Mark) throws(Stop) {
    guard depth > limits.depth else { return }
    list.report("lists and maps are nested more than \(limits.depth) deep; that is the limit", at: mark)
    throw Stop()
  }
}

extension Composer {
  /// What libyaml tells of one event, with nothing of its memory kept.
  private struct Event {
    enum Kind {
      case scalar(String, Node.ScalarStyle)
      case alias, sequenceStart, mappingStart, end, documentStart, streamEnd, other
    }
    var kind: Kind
    var mark: Mark
    var hasAnchor = false
    var hasTag = false
  }

  private func next() throws(Stop) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      reportFault()
      throw Stop()
    }
    defer { yaml_event_delete(&event) }
    var result = Event(kind: .other, mark: Self.mark(event.start_mark))
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = scalar.value.map {
        String(decoding: UnsafeBufferPointer(start: $0, count: scalar.length), as: UTF8.self)
      }
      result.kind = .scalar(text ?? "", Self.style(scalar.style))
      result.hasAnchor = scalar.anchor != nil
      result.hasTag = scalar.tag != nil
    case YAML_ALIAS_EVENT: result.kind = .alias
    case YAML_SEQUENCE_START_EVENT:
      result.kind = .sequenceStart
      result.hasAnchor = event.data.sequence_start.anchor != nil
      result.hasTag = event.data.sequence_start.tag != nil
    case YAML_MAPPING_START_EVENT:
      result.kind = .mappingStart
      result.hasAnchor = event.data.mapping_start.anchor != nil
      result.hasTag = event.data.mapping_start.tag != nil
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: result.kind = .end
    case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
    case YAML_STREAM_END_EVENT: result.kind = .streamEnd
    default: break
    }
    return result
  }

  private static func style(_ style: yaml_scalar_style_t) -> Node.ScalarStyle {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: .quoted
    case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
    default: .plain
    }
  }

  private static func mark(_ mark: yaml_mark_t) -> Mark { Mark(line: Int(mark.line) + 1, column: Int(mark.column) + 1) }

  /// Tells libyaml's own error.
  private func reportFault() {
    guard parser.pointee.error != YAML_MEMORY_ERROR else {
      list.report("there is not enough memory to read the file", at: Mark(line: 1, column: 1))
      return
    }
    var message = parser.pointee.problem.map { String(cString: $0) } ?? "not YAML"
    if let context = parser.pointee.context.map({ String(cString: $0) }), context.hasPrefix("while") {
      message += " " + context
      let line = Int(parser.pointee.context_mark.line) + 1
      if line != Int(parser.pointee.problem_mark.line) + 1 { message += " that begins in line \(line)" }
    }
    list.report(message, at: Self.mark(parser.pointee.problem_mark))
  }
}
