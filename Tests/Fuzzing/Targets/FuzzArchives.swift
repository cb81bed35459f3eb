import Foundation
import Glibc
import Identity
import Jobs

/// Where the bytes lie that are read as an archive: a file without a name.
private let descriptor: Int32 = {
  setlocale(LC_CTYPE, "C.UTF-8")
  var name = Array("/dev/shm/ritornello-fuzz-XXXXXX".utf8CString)
  let descriptor = mkstemp(&name)
  unlink(name)
  return descriptor
}()

private let limits = ArchiveLimits(
  unpacked: ByteCount(bytes: 4 << 20), entry: ByteCount(bytes: 1 << 20), entries: 2000, ratio: 200, unjudged: 1 << 20)

/// Reads bytes as an archive: every limit is kept, both readings agree, and no entry's name is a place.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  hold(ftruncate(descriptor, 0) == 0 && pwrite(descriptor, start, count, 0) == count, "the disk is full")
  let first = read(size: count, keeping: false)
  let second = read(size: count, keeping: true)
  hold(first.map(\.0) == second.map(\.0), "read again, it is another archive")
  return 0
}

private func read(size: Int, keeping: Bool) -> [(FileName?, Bool)] {
  var entries: [(FileName?, Bool)] = []
  var total = 0
  do {
    let reader = try ArchiveReader(
      descriptor, path: FileName("x.zip"), size: Int64(size), limits: limits, files: GlibcFileSystem())
    try reader.forEach(wanted: { _ in keeping }) { entry in
      if let name = entry.path?.entryName {
        let parts = name.components
        hold(!parts.isEmpty && name.bytes.first != UInt8(ascii: "/"), "an entry's name is absolute")
        hold(!parts.contains { $0.bytes == [46, 46] || $0.bytes.contains(0) }, "an entry's name goes upwards")
        hold(isHarmless(name.shown), "a shown name holds control characters")
      }
      total += entry.bytes?.count ?? 0
      hold(entry.bytes?.count ?? 0 <= limits.entry.bytes && total <= limits.unpacked.bytes, "a limit was passed")
      entries.append((entry.path, entry.isRegularFile))
    }
  } catch let fault as ArchiveFault {
    hold(isHarmless(fault.description), "the refusal holds control characters")
  } catch let error as FileError {
    hold(error.code == ENOMEM, "the machine failed: \(error)")
  } catch {
    hold(false, "\(error)")
  }
  hold(entries.count <= limits.entries, "too many entries were told")
  return entries
}
