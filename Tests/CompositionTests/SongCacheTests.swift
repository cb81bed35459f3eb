import Foundation
import Identity
import Network
import Representation
import TestSupport
import Testing

@testable import Composition

@Suite("Songs that are kept")
struct SongCacheTests {
  private let folder: TemporaryFolder
  private let cache: SongCache

  init() throws {
    folder = try TemporaryFolder()
    cache = SongCache(folder: folder.path + "/cache", leastFiles: 1)
  }

  private func representation(_ plan: NetworkPlan = Fixtures.plan(.steps, reads: .frames)) throws -> Representation {
    try plan.reading().representation
  }

  /// The files of songs, oldest first.
  private func kept() throws -> [String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: cache.folder)
    return names.map { cache.folder + "/" + $0 }.sorted()
  }

  private func songs(_ files: [MusicFile], _ representation: Representation, cache: SongCache?) throws -> [EncodedSong]
  {
    try EncodedCorpus(files, representation, cache: cache).items.map(\.song)
  }

  @Test("songs from the cache are those that were put there", arguments: Fixtures.plans)
  func same(plan: NetworkPlan) throws {
    let representation = try representation(plan)
    let files = try Fixtures.files(5, in: folder)
    let read = try EncodedCorpus(files, representation)
    let written = try EncodedCorpus(files, representation, cache: cache)
    #expect(try kept().count == 1)
    let taken = try EncodedCorpus(files, representation, cache: cache, threads: 1)
    for corpus in [written, taken] {
      #expect(corpus.items.map(\.song) == read.items.map(\.song))
      #expect(corpus.items.map(\.outline) == read.items.map(\.outline))
      #expect(corpus.items.map(\.sha256) == read.items.map(\.sha256))
      #expect(corpus.items.map(\.name) == read.items.map(\.name))
      #expect(corpus.report == read.report)
      #expect(corpus.snapshot == read.snapshot)
    }
    #expect(read.items.map(\.outline) == read.items.map { representation.outline(of: $0.song) })
  }

  @Test("weights are the same bytes with and without a cache")
  func weights() throws {
    let plan = Fixtures.plan(.voices, reads: .frames)
    let files = try Fixtures.files(6, in: folder)
    let weights = try [nil, cache, cache].map { cache in
      let (train, validation) = try EncodedCorpus(files, try representation(plan), cache: cache).split(holdingOut: 0.2)
      let task = TrainingTask(plan: plan, settings: Fixtures.settings(), train: train, validation: validation)
      return ContentHash(of: try Composition.train(task, stop: StopFlag(), progress: { _ in }).weights.encoded())
    }
    #expect(Set(weights).count == 1)
  }

  @Test("what is kept is used without its MIDI files, where their hashes are told")
  func withoutFiles() throws {
    let representation = try representation()
    var files = try Fixtures.files(3, in: folder)
    for index in files.indices {
      files[index].sha256 = ContentHash(of: try DurableFile.read(files[index].path, limit: 1 << 20))
    }
    let songs = try songs(files, representation, cache: cache)
    for file in files { DurableFile.remove(file.path.shown) }
    #expect(try self.songs(files, representation, cache: cache) == songs)
    #expect(throws: CompositionError.self) { try self.songs(files, representation, cache: nil) }
  }

  @Test("a file that changed, another setting and another set of files have songs of their own")
  func keys() throws {
    let files = try Fixtures.files(3, in: folder)
    let steps = try representation()
    let first = try songs(files, steps, cache: cache)
    _ = try songs(Array(files.dropLast()), steps, cache: cache)
    _ = try songs(files, try representation(Fixtures.plan(.voices, reads: .frames)), cache: cache)
    #expect(try kept().count == 3)
    let other = try DurableFile.read(files[0].path, limit: 1 << 20)
    try DurableFile.write(other, to: files[1].path.shown)
    #expect(try songs(files, steps, cache: cache).count == 2)
    #expect(first.count == 3)
  }

  @Test("a cache that is damaged anywhere is not believed, and is written anew")
  func damaged() throws {
    let representation = try representation()
    let files = try Fixtures.files(2, in: folder)
    let songs = try songs(files, representation, cache: cache)
    let path = try #require(try kept().first)
    let whole = try DurableFile.read(path)
    var generator = SeededGenerator(seed: 1)
    for round in 0..<60 {
      var bytes = whole
      if round % 3 == 0 {
        bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
      } else {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
      try DurableFile.write(bytes, to: path, flushing: false)
      #expect(try self.songs(files, representation, cache: cache) == songs)
      #expect(try DurableFile.read(path) == whole)
    }
  }

  @Test("tokens that the vocabulary does not have are refused, whatever the checksum says")
  func foreignTokens() throws {
    let representation = try representation()
    let path = folder.path + "/made.songs"
    let key = ContentHash(of: [])
    for (token, isGood) in [(UInt8(1), true), (200, false)] {
      let writer = try SongFile.Writer(path)
      let outline = SongOutline(frames: 1, tokens: 2, elements: 0, pitches: nil)
      let record = SongRecord(sha256: key, outline: outline, offset: try writer.append([token, 0]))
      _ = try writer.finish([record], SongRemarks(), key: key, at: path, SongPacking(representation))
      #expect((SongFile.read(path, key: key, representation) != nil) == isGood)
    }
  }

  @Test("a cache that cannot be written is done without")
  func unwritable() throws {
    let representation = try representation()
    let files = try Fixtures.files(3, in: folder)
    try DurableFile.write([], to: folder.path + "/file")
    let cache = SongCache(folder: folder.path + "/file/cache", leastFiles: 1)
    #expect(try songs(files, representation, cache: cache) == songs(files, representation, cache: nil))
  }

  @Test("few files are read each time")
  func fewFiles() throws {
    let cache = SongCache(folder: cache.folder, leastFiles: 4)
    _ = try songs(try Fixtures.files(3, in: folder), try representation(), cache: cache)
    #expect(!DurableFile.exists(cache.folder))
  }

  @Test("what was used longest ago goes first, what dead processes left goes too, and other files stay")
  func pruning() throws {
    let representation = try representation()
    let files = try Fixtures.files(4, in: folder)
    for count in 1...4 { _ = try songs(Array(files.prefix(count)), representation, cache: cache) }
    let old = cache.path(cache.key(try [hash(files[0]), hash(files[1])], representation))
    let time = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1_000_000)]
    try FileManager.default.setAttributes(time, ofItemAtPath: old)
    let bytes = try kept().compactMap(DurableFile.size).reduce(0, +)
    try DurableFile.write([1], to: cache.folder + "/x.songs.1.tmp")
    try DurableFile.write([1], to: cache.folder + "/notes.txt")
    let small = SongCache(folder: cache.folder, leastFiles: 1, mostBytes: bytes - 1)
    small.prune(keeping: cache.key(try files.map(hash), representation))
    #expect(!DurableFile.exists(old))
    #expect(!DurableFile.exists(cache.folder + "/x.songs.1.tmp"))
    #expect(DurableFile.exists(cache.folder + "/notes.txt"))
    #expect(try kept().count == 4)
  }

  @Test("a cache of no bytes keeps what was used last")
  func newest() throws {
    let cache = SongCache(folder: cache.folder, leastFiles: 1, mostBytes: 0)
    let files = try Fixtures.files(3, in: folder)
    for count in 1...3 { _ = try songs(Array(files.prefix(count)), try representation(), cache: cache) }
    #expect(try kept().count == 1)
  }

  @Test("the person's own cache is where XDG says")
  func ofUser() {
    func folder(_ environment: [String: String]) -> String? { SongCache.ofUser(environment)?.folder }
    #expect(folder(["XDG_CACHE_HOME": "/x", "HOME": "/h"]) == "/x/ritornello")
    #expect(folder(["XDG_CACHE_HOME": "x", "HOME": "/h"]) == "/h/.cache/ritornello")
    #expect(folder([:]) == nil)
  }

  private func hash(_ file: MusicFile) throws -> ContentHash {
    ContentHash(of: try DurableFile.read(file.path, limit: 1 << 20))
  }
}
