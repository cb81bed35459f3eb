import Identity
import Testing

@testable import Studio

@Suite("Settling")
struct SettlingTests {
  private func entry(_ name: String, size: Int64 = 1, inode: UInt64 = 1) -> InboxEntry {
    InboxEntry(
      path: FileName(name),
      facts: FileFacts(
        kind: .file, device: 1, inode: inode, size: size, modified: 0, changed: 0, permissions: 0o644))
  }

  @Test("a file has settled when it was equal in two looks far enough apart")
  func twoLooks() {
    var settling = Settling()
    #expect(settling.take([entry("a.mid")], at: 0, settle: 5).settled.isEmpty)
    #expect(settling.take([entry("a.mid")], at: 4.9, settle: 5).settled.isEmpty)
    #expect(settling.take([entry("a.mid")], at: 5, settle: 5).settled == [entry("a.mid")])
  }

  @Test("a file that grew between two looks begins anew")
  func growing() {
    var settling = Settling()
    _ = settling.take([entry("a.mid", size: 1)], at: 0, settle: 5)
    #expect(settling.take([entry("a.mid", size: 2)], at: 5, settle: 5).settled.isEmpty)
    #expect(settling.take([entry("a.mid", size: 2)], at: 9, settle: 5).settled.isEmpty)
    #expect(settling.take([entry("a.mid", size: 2)], at: 10, settle: 5).settled.count == 1)
  }

  @Test("with a settling time of 0 one look is enough")
  func oneLook() {
    var settling = Settling()
    #expect(settling.take([entry("a.mid")], at: 0, settle: 0).settled.count == 1)
  }

  @Test("a file that is gone is told once; one that was renamed is not gone")
  func gone() {
    var settling = Settling()
    _ = settling.take([entry("a.mid", inode: 1), entry("b.mid", inode: 2)], at: 0, settle: 5)
    let look = settling.take([entry("c.mid", inode: 2)], at: 1, settle: 5)
    #expect(look.gone == [entry("a.mid", inode: 1)])
    #expect(settling.take([entry("c.mid", inode: 2)], at: 2, settle: 5).gone.isEmpty)
  }
}
