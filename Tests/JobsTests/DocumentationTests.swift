import Foundation
import StrictYAML
import Testing

@testable import Jobs

@Suite("Documentation")
struct DocumentationTests {
  private func blocks(of page: String) throws -> [String] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../docs/" + page)
    let parts = try String(contentsOf: url.standardizedFileURL, encoding: .utf8).components(separatedBy: "```yaml\n")
    return parts.dropFirst().compactMap { $0.components(separatedBy: "\n```").first }
  }

  @Test("every piece of jobs.yaml on the pages is good", arguments: ["jobs-yaml.md", "schedules.md"])
  func examplesAreGood(_ page: String) throws {
    let found = try blocks(of: page)
    #expect(!found.isEmpty)
    for block in found {
      let diagnostics =
        block.hasPrefix("name:")
        ? OneOffSpec.parse(bytes: Array(block.utf8), path: page).1
        : JobsFile.parse(bytes: Array(block.utf8), path: page).1
      #expect(diagnostics.map(\.rendered) == [])
    }
  }

  @Test("the page of keys names every key of the schema")
  func pageNamesKeys() throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../../docs/jobs-yaml.md")
    let page = try String(contentsOf: url.standardizedFileURL, encoding: .utf8)
    for row in ConfigurationSchema.rows {
      let name = row.key.split(separator: ".").last.map(String.init) ?? row.key
      #expect(page.contains("`" + name + "`"), "\(row.key)")
    }
  }
}
