import Foundation
import Identity
import Testing

@testable import Ledger

@Suite("Weights, songs and lineage")
struct WeightsTests {
  @Test("latest means the weights of the job's last run that made some")
  func latest() throws {
    let studio = try TemporaryLedger()
    try studio.deliver("a", weights: "w1")
    studio.now += 60
    try studio.deliver("a", weights: "w2")
    studio.now += 60
    // The same bytes again, as when nothing changed: they are the latest now.
    try studio.deliver("a", weights: "w1")
    studio.now += 60
    _ = try studio.start("a")
    #expect(try studio.reader.latestWeights(ofJob: "a")?.sha256 == hash("w1"))
    #expect(try studio.reader.latestWeights(ofJob: "b") == nil)
  }

  @Test("from: names weights by latest, job, run, hash or the beginning of one")
  func meaning() throws {
    let studio = try TemporaryLedger()
    let first = try studio.deliver("a", weights: "w1")
    studio.now += 60
    try studio.deliver("a", weights: "w2")
    let meanings = [
      ("latest", "w2"), ("a", "w2"), (first.description, "w1"), (hash("w1").hex, "w1"),
      (String(hash("w1").hex.prefix(8)), "w1"),
    ]
    for (text, bytes) in meanings {
      #expect(try studio.reader.weights(meantBy: text, inJob: "a").sha256 == hash(bytes))
    }
    for text in ["", "b", "a/0009", hash("none").hex, "1234567", "%", "'; DROP TABLE weights; --"] {
      #expect(throws: LedgerError.self) { try studio.reader.weights(meantBy: text, inJob: "a") }
    }
    #expect(throws: LedgerError.self) { try studio.reader.weights(meantBy: "latest") }
  }

  @Test("pruned weights are told, and come back when they are made again")
  func pruning() throws {
    let studio = try TemporaryLedger()
    let id = try studio.deliver("a", weights: "w1")
    try studio.ledger.recordPruned(hash("w1"), at: studio.now)
    #expect(throws: LedgerError.self) { try studio.reader.weights(meantBy: "a") }
    try studio.ledger.recordWeights(studio.weights("w1", run: id))
    #expect(try studio.reader.weights(meantBy: "a").prunedAt == nil)
  }

  @Test("what is pinned, named, newest or in use is never pruned")
  func keeping() throws {
    let studio = try TemporaryLedger()
    for number in 1...6 {
      try studio.deliver("a", weights: "w\(number)")
      studio.now += 60
    }
    try studio.ledger.pin(hash("w1"))
    _ = try studio.start("b", weightsIn: hash("w2"))
    let prunable = try studio.reader.prunableWeights(ofJob: "a", keeping: 2, named: [hash("w3")])
    #expect(prunable.map(\.sha256) == [hash("w4")])
    #expect(throws: LedgerError.self) { try studio.ledger.recordPruned(hash("w1"), at: studio.now) }
    try studio.ledger.unpin(hash("w1"))
    let more = try studio.reader.prunableWeights(ofJob: "a", keeping: 0, named: [])
    #expect(more.map(\.sha256) == ["w5", "w4", "w3", "w1"].map(hash))
    #expect(throws: LedgerError.self) { try studio.ledger.pin(hash("none")) }
  }

  @Test("a song that is missed is collected once, and may return")
  func collecting() throws {
    let studio = try TemporaryLedger()
    try studio.deliver("a", weights: "w1")
    let song = try #require(try studio.reader.songsInOutbox().first)
    let missed = studio.now + 60
    try studio.ledger.noteCollected(song.id, at: missed)
    try studio.ledger.noteCollected(song.id, at: missed + 60)
    #expect(try studio.reader.song(song.id)?.collectedAt == missed)
    #expect(try studio.reader.songsInOutbox().isEmpty)
    try studio.ledger.noteReturned(song.id)
    #expect(try studio.reader.song(song.id)?.collectedAt == nil)
  }

  @Test("songs are found by id, path, hash and run, newest last")
  func songs() throws {
    let studio = try TemporaryLedger()
    let id = try studio.deliver("a", weights: "w1")
    try studio.deliver("b", weights: "w2")
    let song = try #require(try studio.reader.songs(ofRun: id).first)
    #expect(song.seed == .max)
    #expect(try studio.reader.song(atPath: "outbox/a/0001/a-0001-01.mid") == song)
    #expect(try studio.reader.songs(withHash: song.sha256) == [song])
    #expect(try studio.reader.songs().map(\.id.description) == ["a/0001/01", "b/0001/01"])
    #expect(try studio.reader.newestSongs(1).map(\.id.description) == ["b/0001/01"])
    #expect(try studio.reader.song(atPath: "outbox/none.mid") == nil)
  }

  @Test("lineage walks from a song through its weights and their parents to files")
  func lineage() throws {
    let studio = try TemporaryLedger()
    try studio.take("gone.mid", into: "bach", "gone")
    try studio.deliver("a", weights: "w1", parents: [hash("starter")], corpora: ["bach"])
    try studio.ledger.removeFile(FileName("gone.mid"), fromCorpus: "bach", at: studio.now)
    try studio.take("a.mid", into: "bach", "a")
    try studio.deliver("a", weights: "w2", parents: [hash("w1")], corpora: ["bach"])
    try studio.take("b.mid", into: "bach", "b")
    let id = try studio.deliver("a", weights: "w3", parents: [hash("w2"), hash("w1")], corpora: ["bach"])
    let song = try #require(try studio.reader.songs(ofRun: id).first)
    let lineage = try studio.reader.lineage(ofSong: song.id)
    #expect(lineage.song == song && lineage.run?.id == id && lineage.weights?.sha256 == hash("w3"))
    #expect(lineage.parents.map(\.sha256) == [hash("w2"), hash("w1")])
    #expect(lineage.unknownParents == [hash("starter")])
    #expect(lineage.snapshot == ContentHash(ofSnapshot: lineage.files.map(\.sha256)))
    #expect(Set(lineage.files.map(\.name.shown)) == ["a.mid", "b.mid"])
    #expect(lineage.earlierFiles.map(\.name.shown) == ["gone.mid"])
    let ofRun = try studio.reader.lineage(ofRun: id)
    #expect(ofRun.song == nil && ofRun.files == lineage.files && ofRun.parents == lineage.parents)
    let ofWeights = try studio.reader.lineage(ofWeights: hash("w3"))
    #expect(ofWeights.run?.id == id && ofWeights.files == lineage.files)
    #expect(throws: LedgerError.self) { try studio.reader.lineage(ofRun: run("none/0001")) }
  }

  @Test("a ring of parents, which only a forged ledger can hold, ends")
  func ring() throws {
    let studio = try TemporaryLedger()
    try studio.deliver("a", weights: "w1", parents: [hash("w2")])
    try studio.deliver("a", weights: "w2", parents: [hash("w1")])
    #expect(try studio.reader.lineage(ofWeights: hash("w1")).parents.map(\.sha256) == [hash("w2")])
  }

  @Test("a song is recorded with its own run alone, and a run whose recording fails stays as it was")
  func wrongSong() throws {
    let studio = try TemporaryLedger()
    let (one, other) = (try studio.start("a"), try studio.start("b"))
    #expect(throws: LedgerError.self) {
      try studio.ledger.recordReady(one, weights: nil, songs: [studio.song(of: other, nil)], at: studio.now)
    }
    #expect(try studio.reader.run(one)?.state == .running)
    #expect(try studio.reader.songs().isEmpty)
  }
}
