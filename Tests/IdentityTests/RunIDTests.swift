import Foundation
import Identity
import Testing

@Suite("Ids of runs and songs")
struct RunIDTests {
  @Test("a run's id reads back as it is written", arguments: ["demo/0001", "a/0007", "2-x/9999", "bach/10000"])
  func runRoundTrip(text: String) throws {
    let run = try #require(RunID(text))
    #expect(run.description == text)
    #expect(RunID(job: run.job, number: run.number) == run)
  }

  @Test(
    "what is not JOB/0007 is no run's id",
    arguments: [
      "", "/", "demo", "demo/", "/0007", "demo/7", "demo/007", "demo/0000", "demo/-001", "demo/+001", "demo/00x7",
      "demo/٠٠٠٧", "demo/0007/", "demo/0007/01", "Demo/0007", "dé/0007", "-demo/0007", "../0007", "demo /0007",
      "demo/99999999999999999999", "demo/100000000",
    ])
  func refusedRuns(text: String) {
    #expect(RunID(text) == nil)
  }

  @Test(
    "a song's id reads back as it is written", arguments: ["demo/0001/01", "a/0007/99", "a/0007/100", "b/0001/10000"])
  func songRoundTrip(text: String) throws {
    let song = try #require(SongID(text))
    #expect(song.description == text)
    #expect(SongID(run: song.run, number: song.number) == song)
  }

  @Test(
    "what is not JOB/0007/01 is no song's id",
    arguments: [
      "", "demo/0007", "demo/0007/", "demo/0007/1", "demo/0007/00", "demo/7/01", "demo/0007/01/", "demo/0007/0x",
      "demo/0007/-1", "demo/0007/10001", "//", "demo/0007/01.mid", "demo/0007/99999999999999999999",
    ])
  func refusedSongs(text: String) {
    #expect(SongID(text) == nil)
  }

  @Test("file names are the id with hyphens")
  func fileStems() throws {
    let song = try #require(SongID("night-job/0007/03"))
    #expect(song.run.fileStem == "night-job-0007")
    #expect(song.fileStem == "night-job-0007-03")
  }

  @Test("a job's name is 1 to 64 letters, digits and hyphens, and begins with no hyphen")
  func jobNames() {
    for name in ["a", "0", "bach-2", "a-", String(repeating: "x", count: 64)] {
      #expect(RunID.isJobName(name), "\(name)")
    }
    for name in ["", "-a", "A", "a_b", "a.b", "a/b", "ä", "a\n", String(repeating: "x", count: 65)] {
      #expect(!RunID.isJobName(name), "\(name)")
    }
  }

  @Test("numbers out of range make no id")
  func ranges() throws {
    let run = try #require(RunID(job: "demo", number: 1))
    #expect(RunID(job: "demo", number: 0) == nil)
    #expect(RunID(job: "demo", number: -1) == nil)
    #expect(RunID(job: "demo", number: 100_000_000) == nil)
    #expect(SongID(run: run, number: 0) == nil)
    #expect(SongID(run: run, number: 10_001) == nil)
  }

  @Test("ids sort by job, then by number and not by text")
  func order() throws {
    let texts = ["a/0002", "a/9999", "a/10000", "b/0001"]
    #expect(try texts.reversed().map { try #require(RunID($0)) }.sorted().map(\.description) == texts)
    let songs = ["a/0001/02", "a/0001/99", "a/0001/100", "a/0002/01"]
    #expect(try songs.reversed().map { try #require(SongID($0)) }.sorted().map(\.description) == songs)
  }

  @Test("ids are texts in JSON, and other texts are refused")
  func json() throws {
    let song = try #require(SongID("demo/0001/02"))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    #expect(String(decoding: try encoder.encode([song]), as: UTF8.self) == #"["demo/0001/02"]"#)
    #expect(String(decoding: try encoder.encode([song.run]), as: UTF8.self) == #"["demo/0001"]"#)
    let written = Data(#"["demo/0001/02"]"#.utf8)
    #expect(try JSONDecoder().decode([SongID].self, from: written) == [song])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([RunID].self, from: written) }
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([SongID].self, from: Data(#"["demo"]"#.utf8)) }
  }
}
