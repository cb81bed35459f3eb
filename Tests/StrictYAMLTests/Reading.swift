import StrictYAML

/// A YAML text as it was read, for tests: the root and the rendered diagnostics.
struct Reading {
  let root: Node?
  let diagnostics: [Diagnostic]

  init(_ text: String, limits: Document.Limits = Document.Limits()) { self.init(Array(text.utf8), limits: limits) }

  init(_ bytes: [UInt8], limits: Document.Limits = Document.Limits()) {
    let list = DiagnosticList(path: "t.yaml", bytes: bytes)
    root = Document.root(of: bytes, reportingTo: list, limits: limits)
    diagnostics = list.sorted
  }

  var rendered: String { diagnostics.map(\.rendered).joined(separator: "\n") }
}
