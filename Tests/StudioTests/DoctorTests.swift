import Foundation
import Glibc
import Identity
import Ledger
import Testing

@testable import Studio

@Suite("The doctor")
struct DoctorTests {
  private func delivered() throws -> TemporaryStudio {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/a.mid", TestMIDI.file(pitch: 60))
    #expect(try studio.pass("chorales").status == 0)
    return studio
  }

  private func examine(_ studio: TemporaryStudio) -> DoctorReport {
    Doctor(paths: studio.paths, environment: studio.environment).examine(instructionSet: "portable", deep: true)
  }

  private func codes(_ report: DoctorReport, _ grade: DoctorReport.Grade) -> [String] {
    report.checks.filter { $0.grade == grade && $0.code != "disk" }.map(\.code)
  }

  @Test("finds nothing wrong with a studio that has delivered, and counts what it looked at")
  func well() throws {
    let report = examine(try delivered())
    #expect(codes(report, .fault).isEmpty && codes(report, .notice).isEmpty)
    #expect(report.counts.map { "\($0.0) \($0.1)" } == ["objects 1", "weights 1", "songs 2", "run folders 1"])
  }

  @Test(
    "finds what is damaged or missing, and says a remedy",
    arguments: [
      (".ritornello/objects", "object", true), (".ritornello/weights", "weights", true), ("outbox", "song", true),
      (".ritornello/objects", "object", false), (".ritornello/weights", "weights", false),
    ])
  func damaged(folder: String, kind: String, isThere: Bool) throws {
    let studio = try delivered()
    let endings = ["mid", "safetensors"]
    let name = try #require(
      studio.listing(folder).first { endings.contains(URL(fileURLWithPath: $0).pathExtension) })
    let size = try studio.bytes(name).count
    #expect(unlink(studio.url(name).path) == 0)
    if isThere { try studio.write(name, [UInt8](repeating: 1, count: size)) }
    let report = examine(studio)
    #expect(codes(report, .fault) == [kind == "song" ? "song-changed" : kind + (isThere ? "-damaged" : "-missing")])
    #expect(report.checks.filter { $0.grade == .fault }.allSatisfy { $0.remedy != nil })
  }

  @Test("what a crash leaves and the next start puts in order is no fault")
  func leftovers() throws {
    let studio = try delivered()
    let bytes = TestMIDI.file(pitch: 61)
    let hash = ContentHash(of: bytes)
    try studio.write(".ritornello/objects/\(hash.hex.prefix(2))/\(hash).mid", bytes)
    try studio.write("inbox/bach/b.mid", bytes)
    try studio.write("outbox/.ritornello-chorales-0002/chorales-0002-01.mid", [1])
    let report = examine(studio)
    #expect(codes(report, .fault).isEmpty)
    #expect(codes(report, .notice) == ["left-over", "left-over"])
    try studio.pass()
    #expect(codes(examine(studio), .notice).isEmpty)
  }

  @Test("music and weights that the ledger has no row for are told, with what can be done")
  func unrecorded() throws {
    let studio = try delivered()
    let bytes = TestMIDI.file(pitch: 61)
    try studio.write(".ritornello/unrecorded/\(ContentHash(of: bytes)).mid", bytes)
    try studio.write(".ritornello/unrecorded/\(ContentHash(of: [1])).safetensors", [2])
    let report = examine(studio)
    #expect(codes(report, .fault).isEmpty)
    #expect(Set(codes(report, .notice)) == ["unrecorded-files", "unrecorded-damaged"])
    #expect(report.checks.contains { $0.remedy?.contains("mv .ritornello/unrecorded/*.mid inbox/CORPUS/") == true })
  }

  @Test("a rejected file without its reason is told")
  func rejected() throws {
    let studio = try delivered()
    try studio.write("inbox/x/bad.mid", Array("none".utf8))
    try studio.write("inbox/x/worse.mid", Array("none at all".utf8))
    try studio.pass()
    #expect(codes(examine(studio), .fault).isEmpty && codes(examine(studio), .notice).isEmpty)
    #expect(unlink(studio.url("inbox/rejected/x/bad.mid.reason.txt").path) == 0)
    #expect(codes(examine(studio), .notice) == ["rejected-reason"])
  }

  @Test("a run's folder that nobody knows is a fault")
  func unknownRun() throws {
    let studio = try delivered()
    try studio.write("outbox/chorales/0009/run.json", Array("{}".utf8))
    #expect(codes(examine(studio), .fault) == ["run-unknown"])
  }

  @Test("a studio without its ledger, and a bad jobs.yaml, are told")
  func badJobs() throws {
    let studio = try TemporaryStudio(jobs: "version: 1\njobs: {x: {corpsu: bach}}\n")
    #expect(codes(examine(studio), .fault) == ["jobs"])
  }
}
