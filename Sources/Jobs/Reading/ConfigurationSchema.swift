package import StrictYAML

/// Every key of `jobs.yaml`, as told by the code that reads it.
package enum ConfigurationSchema {
  /// The rows in the order in which the fields are read; a job's keys begin with `jobs.*.`.
  package static var rows: [MappingReader.Row] {
    let recorder = MappingReader.Recorder()
    let list = DiagnosticList(path: "", bytes: [])
    let reader = MappingReader(
      entries: [], mark: Mark(line: 1, column: 1), path: "", list: list, recorder: recorder)
    var file = JobsFile()
    file.read(reader)
    return recorder.rows
  }

  /// The fields of `train:` that are options of `train`: all that are no maps only.
  package static var trainOptions: [MappingReader.Row] {
    options(of: "jobs.*.train.", without: ["network", "optimizer"])
  }

  /// The fields of `generate:` that are options of `generate`.
  package static var generateOptions: [MappingReader.Row] {
    options(of: "jobs.*.generate.", without: ["from", "copying"])
  }

  private static func options(of prefix: String, without maps: [String]) -> [MappingReader.Row] {
    rows.compactMap { row in
      guard row.key.hasPrefix(prefix) else { return nil }
      let name = String(row.key.dropFirst(prefix.count))
      guard !name.contains("."), !maps.contains(name) else { return nil }
      return MappingReader.Row(
        key: name, type: row.type, default: row.default, unit: row.unit, range: row.range)
    }
  }
}
