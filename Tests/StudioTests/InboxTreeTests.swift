import Foundation
import Glibc
import Identity
import Ledger
import Testing

@testable import Studio

@Suite("What is remembered of the inbox")
struct InboxTreeTests {
  private let studio: TemporaryStudio

  init() throws {
    studio = try TemporaryStudio()
    for pitch in UInt8(10)..<20 { try studio.write("inbox/bach/\(pitch).mid", TestMIDI.file(pitch: pitch)) }
    for folder in ["inbox", "inbox/bach"] { try age(folder) }
  }

  /// Makes a folder look as if nothing had happened in it for a while.
  private func age(_ folder: String) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date().addingTimeInterval(-100)], ofItemAtPath: studio.url(folder).path)
  }

  private func names(_ scan: InboxScan) -> [String] { scan.files.map(\.path.shown) }

  @Test("files that have a fate are not told again, and one of them that changes is")
  func kept() throws {
    let tree = InboxTree(of: studio.paths.inbox, files: studio.files)
    let first = try tree.look(isRemote: false)
    #expect(first.files.count == 10)
    for entry in first.files { tree.keep(entry) }
    #expect(try tree.look(isRemote: false).files.isEmpty)
    let handle = try FileHandle(forWritingTo: studio.url("inbox/bach/13.mid"))
    try handle.truncate(atOffset: 5)
    try handle.close()
    _ = try tree.look(isRemote: false)
    #expect(names(try tree.look(isRemote: false)) == ["bach/13.mid"])
  }

  @Test("a file that comes, goes or takes another's name is seen in the next look", arguments: [false, true])
  func changes(remote: Bool) throws {
    let tree = InboxTree(of: studio.paths.inbox, files: studio.files)
    for entry in try tree.look(isRemote: remote).files { tree.keep(entry) }
    #expect(try tree.look(isRemote: remote).files.isEmpty)
    try studio.write("inbox/bach/new.mid", TestMIDI.file(pitch: 1))
    #expect(names(try tree.look(isRemote: remote)) == ["bach/new.mid"])
    rename(studio.url("inbox/bach/new.mid").path, studio.url("inbox/bach/10.mid").path)
    #expect(names(try tree.look(isRemote: remote)) == ["bach/10.mid"])
    try studio.write("inbox/jazz/deep/a.mid", TestMIDI.file(pitch: 2))
    #expect(names(try tree.look(isRemote: remote)) == ["bach/10.mid", "jazz/deep/a.mid"])
    try FileManager.default.removeItem(at: studio.url("inbox/jazz"))
    #expect(names(try tree.look(isRemote: remote)) == ["bach/10.mid"])
  }

  @Test("in a read-only inbox each file is taken once, and nothing is pending afterwards")
  func readOnly() throws {
    let root = studio.paths.inbox.shown + "/"
    studio.files = FaultyFileSystem { call, path in
      let isInbox = path.shown.hasPrefix(root) || !path.shown.hasPrefix("/")
      return isInbox && ["create", "rename", "unlink", "mkdir", "rmdir"].contains(call) ? EROFS : nil
    }
    for _ in 1...3 { try studio.pass() }
    #expect(try studio.reader.drops().count == 10)
    let session = try studio.session()
    for _ in 1...2 {
      let look = try session.takeIn()
      #expect(look.pending == 0 && look.decided == 0 && look.machineError == nil)
    }
  }
}
