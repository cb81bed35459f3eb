import Foundation
import Glibc
import Identity
import Ledger
import Testing

@testable import Studio

@Suite("Metrics")
struct MetricsTests {
  @Test("a pass writes what monitoring programs read, in the form of OpenMetrics")
  func page() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/a.mid", TestMIDI.file(pitch: 60))
    try studio.write("inbox/bach/b.txt", [1])
    #expect(try studio.pass("chorales").status == 0)
    let text = String(decoding: try studio.bytes(".ritornello/metrics.prom"), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.last == "# EOF" && text.hasSuffix("\n"))
    for expected in [
      "ritornello_drops_total{fate=\"taken\"} 1", "ritornello_drops_total{fate=\"rejected\"} 1",
      "ritornello_runs{state=\"delivered\"} 1", "ritornello_songs_total 2", "ritornello_objects 1",
      "ritornello_problems 0", "ritornello_config_good 1", "ritornello_inbox_pending_files 0",
    ] {
      #expect(lines.contains(Substring(expected)), "\(expected)")
    }
    // Each sample follows its type, and no name comes twice.
    var names: Set<Substring> = []
    var name: Substring = ""
    for line in lines.dropLast() {
      let words = line.split(separator: " ")
      if line.hasPrefix("# TYPE") {
        name = words[2]
        #expect(names.insert(name).inserted)
      } else if !line.hasPrefix("#") {
        #expect(line.hasPrefix(name) && words.last.flatMap { Double($0) } != nil, "\(line)")
      }
    }
  }

  @Test("labels are escaped")
  func labels() {
    var page = MetricsPage()
    page.add("x", .gauge, "Help.", [([("name", "a\"b\\c\n")], 1.5)])
    #expect(
      page.text == #"""
        # TYPE ritornello_x gauge
        # HELP ritornello_x Help.
        ritornello_x{name="a\"b\\c\\x0A"} 1.5
        # EOF

        """#)
  }

  @Test("where it cannot be written a problem says so, and all else goes on")
  func fault() throws {
    let studio = try TemporaryStudio()
    studio.files = FaultyFileSystem { call, path in
      call == "create" && path.shown.hasSuffix("metrics.prom.tmp") ? ENOSPC : nil
    }
    try studio.write("inbox/bach/a.mid", TestMIDI.file(pitch: 60))
    #expect(try studio.pass("chorales").status == 0)
    #expect(!studio.exists(".ritornello/metrics.prom"))
    let session = try studio.session()
    session.tellMetrics(atOnce: true)
    try session.tellProblems()
    #expect(try studio.reader.problems().map(\.code) == ["disk-full"])
    studio.files = FaultyFileSystem { _, _ in nil }
  }

  @Test("it goes where the settings say, or nowhere", arguments: ["none", "watched.prom"])
  func setting(_ path: String) throws {
    let studio = try TemporaryStudio(jobs: "version: 1\nstudio: {settle: 0s, metrics: \(path)}\njobs: {}\n")
    try studio.pass()
    #expect(studio.exists("watched.prom") == (path == "watched.prom"))
    #expect(!studio.exists(".ritornello/metrics.prom"))
  }
}
