import Identity
import Representation
import TestSupport
import Testing

@testable import Composition

@Suite("The songs of a snapshot")
struct CorpusTests {
  @Test("names and order of the files change nothing")
  func order() throws {
    let folder = try TemporaryFolder()
    let files = try Fixtures.files(6, in: folder)
    let representation = try Fixtures.plan(.voices, reads: .frames).reading().representation
    let one = try EncodedCorpus(files, representation)
    let renamed = files.reversed().map { MusicFile(name: "x", path: $0.path) }
    let other = try EncodedCorpus(renamed, representation)
    #expect(one.items.map(\.song) == other.items.map(\.song))
    #expect(one.snapshot == other.snapshot)
  }

  @Test("the same bytes twice are one song")
  func duplicates() throws {
    let folder = try TemporaryFolder()
    let files = try Fixtures.files(2, in: folder)
    let representation = try Fixtures.plan(.steps, reads: .frames).reading().representation
    #expect(try EncodedCorpus(files + files, representation).items.count == 2)
  }

  @Test("a file stays on its side as the corpus grows")
  func split() throws {
    let folder = try TemporaryFolder()
    let files = try Fixtures.files(40, in: folder)
    let representation = try Fixtures.plan(.steps, reads: .frames).reading().representation
    let few = try EncodedCorpus(Array(files.prefix(25)), representation).split(holdingOut: 0.3)
    let all = try EncodedCorpus(files, representation).split(holdingOut: 0.3)
    #expect(Set(few.validation.items.map(\.sha256)).isSubset(of: all.validation.items.map(\.sha256)))
    #expect(all.train.items.count + all.validation.items.count == 40)
    #expect(!all.validation.items.isEmpty)
  }

  @Test("one file is held out of three, none of two", arguments: [(0, 0), (1, 0), (2, 0), (3, 1)])
  func fewFiles(files: Int, heldOut: Int) throws {
    let folder = try TemporaryFolder()
    let representation = try Fixtures.plan(.steps, reads: .frames).reading().representation
    let corpus = try EncodedCorpus(try Fixtures.files(files, in: folder), representation)
    #expect(corpus.split(holdingOut: 0.000001).validation.items.count == heldOut)
  }

  @Test("a file that is no music is left out with its reason")
  func leftOut() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/picture.mid"
    try DurableFile.write(Array("\u{89}PNG\r\n".utf8), to: path)
    let representation = try Fixtures.plan(.steps, reads: .frames).reading().representation
    let corpus = try EncodedCorpus([MusicFile(name: "picture.mid", path: FileName(path))], representation)
    #expect(corpus.items.isEmpty)
    #expect(corpus.leftOut.map(\.name) == ["picture.mid"])
  }

  @Test("bytes that are not those named are refused")
  func changed() throws {
    let folder = try TemporaryFolder()
    var file = try #require(try Fixtures.files(1, in: folder).first)
    file.sha256 = ContentHash(of: [])
    let representation = try Fixtures.plan(.steps, reads: .frames).reading().representation
    #expect(throws: CompositionError.self) { try EncodedCorpus([file], representation) }
  }
}
