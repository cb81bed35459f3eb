internal import CLibArchive
import Glibc
import Identity
import Jobs

/// Why an archive cannot be used: a fault of what it holds.
struct ArchiveFault: Error, CustomStringConvertible {
  var description: String
  /// Says that its rest may still be on the way.
  var endsEarly = false
}

/// What an archive may cost at most.
struct ArchiveLimits {
  var unpacked: ByteCount
  var entry: ByteCount
  var entries = 100_000
  /// Unpacked bytes to each byte of the archive, beyond the first `unjudged`.
  var ratio: Int64 = 200
  var unjudged: Int64 = 64 << 20
  /// The memory that unpacking may ask for: xz's dictionary.
  var dictionary: Int64 = 128 << 20
}

/// Reads a zip, tar, tar.gz or tar.xz archive as a stream: nothing is ever written where an entry says.
///
/// libarchive decodes; every limit is ours. What is read comes from a descriptor, so that a fault of the machine is
/// told from one of the archive.
final class ArchiveReader {
  /// One entry, in the archive's order.
  struct Entry {
    /// The path as bytes; nil: it has none that can be read.
    var path: FileName?
    var isRegularFile: Bool
    /// The contents, where they were asked for.
    var bytes: [UInt8]?
  }

  private let source: Source
  private let pulse: () throws -> Void
  private let limits: ArchiveLimits
  private let size: Int64
  private let handle: OpaquePointer
  private let buffer = UnsafeMutableRawPointer.allocate(byteCount: Source.room, alignment: 16)
  private var unpacked: Int64 = 0

  /// Makes a reader of the archive that a descriptor stands for.
  ///
  /// - Parameters:
  ///   - descriptor: the open archive.
  ///   - path: its path, for messages.
  ///   - size: its bytes.
  ///   - limits: what it may cost.
  ///   - files: through which it is read.
  ///   - pulse: called often while it is read; what it throws ends the reading.
  /// - Throws: `FileError` where there is no memory.
  init(
    _ descriptor: Int32, path: FileName, size: Int64, limits: ArchiveLimits, files: any FileSystem,
    pulse: @escaping () throws -> Void = {}
  ) throws {
    source = Source(descriptor: descriptor, path: path, files: files)
    self.pulse = pulse
    self.limits = limits
    self.size = max(1, size)
    guard let handle = archive_read_new() else { throw FileError(code: ENOMEM, call: "unpack", path: path) }
    self.handle = handle
    archive_read_support_format_zip(handle)
    archive_read_support_format_tar(handle)
    archive_read_support_filter_gzip(handle)
    archive_read_support_filter_xz(handle)
  }

  deinit {
    archive_read_free(handle)
    buffer.deallocate()
  }

  /// Goes through all entries; each byte of each is unpacked and counted, whatever is wanted.
  ///
  /// - Parameters:
  ///   - wanted: asked for each regular file whether `body` is to have its contents.
  ///   - body: given each entry.
  /// - Throws: `ArchiveFault` for what the archive holds, `FileError` where the machine fails.
  func forEach(wanted: (FileName) -> Bool, _ body: (Entry) throws -> Void) throws {
    try source.rewind()
    try checkMemory()
    archive_read_set_read_callback(handle) { _, data, buffer in
      guard let data else { return -1 }
      let source = Unmanaged<Source>.fromOpaque(data).takeUnretainedValue()
      buffer?.pointee = UnsafeRawPointer(source.buffer)
      return source.fill()
    }
    archive_read_set_seek_callback(handle) { _, data, offset, whence in
      guard let data else { return -1 }
      return Unmanaged<Source>.fromOpaque(data).takeUnretainedValue().seek(offset, whence)
    }
    archive_read_set_callback_data(handle, Unmanaged.passUnretained(source).toOpaque())
    guard archive_read_open1(handle) == ARCHIVE_OK else { throw fault() }
    var count = 0
    while let header = try next() {
      count += 1
      guard count <= limits.entries else {
        throw ArchiveFault(description: "the archive holds more than \(limits.entries) entries, which is the limit")
      }
      try body(try entry(header, wanted))
    }
  }

  /// libarchive grants an xz decoder a gibibyte; what the container asks for is looked up before it is decoded.
  private func checkMemory() throws {
    var container = XZContainer(source.descriptor, path: source.path, files: source.files, pulse: pulse)
    guard let dictionary = try container.largestDictionary(), dictionary > limits.dictionary else {
      try source.rewind()
      return
    }
    throw ArchiveFault(
      description:
        "the archive needs \(dictionary >> 20) MiB of memory to be unpacked; the limit is \(limits.dictionary >> 20) MiB"
    )
  }

  private func next() throws -> OpaquePointer? {
    var header: OpaquePointer?
    while true {
      let status = archive_read_next_header(handle, &header)
      switch status {
      case ARCHIVE_EOF: return nil
      case ARCHIVE_RETRY: continue
      case ARCHIVE_OK, ARCHIVE_WARN:
        guard let header else { throw fault() }
        try checkTotal()
        // The last filter is the file itself.
        guard archive_filter_count(handle) <= 2 else {
          throw ArchiveFault(description: "the archive is compressed more than once")
        }
        return header
      default: throw fault()
      }
    }
  }

  private func entry(_ header: OpaquePointer, _ wanted: (FileName) -> Bool) throws -> Entry {
    guard archive_entry_is_encrypted(header) == 0, archive_read_has_encrypted_entries(handle) <= 0 else {
      throw ArchiveFault(description: "the archive is encrypted; drop it without a password")
    }
    try checkMethod()
    let isLink = archive_entry_hardlink(header) != nil || archive_entry_symlink(header) != nil
    let isRegular = archive_entry_filetype(header) & 0o170000 == 0o100000 && !isLink
    if archive_entry_size_is_set(header) != 0 { try checkEntry(archive_entry_size(header)) }
    let path = self.path(of: header)
    let isWanted = isRegular && path.map(wanted) ?? false
    return Entry(path: path, isRegularFile: isRegular, bytes: try contents(keeping: isWanted))
  }

  /// Zip archives may hold entries of methods whose decoders take any amount of memory: only the two of old are read.
  private func checkMethod() throws {
    guard archive_format(handle) & 0xFF0000 == ARCHIVE_FORMAT_ZIP, let name = archive_format_name(handle) else {
      return
    }
    let text = String(cString: name)
    guard !text.hasSuffix("(uncompressed)"), !text.hasSuffix("(deflation)") else { return }
    throw ArchiveFault(
      description: "an entry is packed by a method that is not read (\(FileName(text).shown)); use deflate")
  }

  private func path(of header: OpaquePointer) -> FileName? {
    guard let text = archive_entry_pathname(header) ?? archive_entry_pathname_utf8(header) else { return nil }
    let bytes = UnsafeRawBufferPointer(start: text, count: strlen(text))
    return bytes.isEmpty ? nil : FileName(bytes: Array(bytes))
  }

  private func contents(keeping: Bool) throws -> [UInt8]? {
    var kept: [UInt8] = []
    var length: Int64 = 0
    while true {
      try pulse()
      let count = archive_read_data(handle, buffer, Source.room)
      if count == 0 { return keeping ? kept : nil }
      if count == Int(ARCHIVE_RETRY) { continue }
      guard count > 0 else { throw fault() }
      length += Int64(count)
      unpacked += Int64(count)
      try checkEntry(length)
      try checkTotal()
      if keeping { kept.append(contentsOf: UnsafeRawBufferPointer(start: buffer, count: count)) }
    }
  }

  private func checkEntry(_ length: Int64) throws {
    guard length > Int64(limits.entry.bytes) else { return }
    throw ArchiveFault(
      description: "an entry of the archive holds more than \(limits.entry) (limits.file_bytes)")
  }

  private func checkTotal() throws {
    // In a compressed tar, headers and padding count too.
    let total = archive_filter_count(handle) > 1 ? max(unpacked, archive_filter_bytes(handle, 0)) : unpacked
    guard total <= Int64(limits.unpacked.bytes) else {
      throw ArchiveFault(
        description: "the archive holds more than \(limits.unpacked) unpacked (limits.archive_bytes)")
    }
    guard total <= limits.unjudged || total / limits.ratio <= size else {
      throw ArchiveFault(
        description: "the archive unpacks to more than \(limits.ratio) times its size, beyond \(limits.unjudged) bytes")
    }
  }

  /// What libarchive has just told, or the machine's fault behind it.
  private func fault() -> any Error {
    if let failure = source.failure { return failure }
    let code = archive_errno(handle)
    if code == ENOMEM { return FileError(code: ENOMEM, call: "unpack", path: source.path) }
    let text = archive_error_string(handle).map { String(cString: $0) } ?? "it cannot be read"
    let isCut = ["truncated", "unexpected end", "end-of-file"].contains { text.lowercased().contains($0) }
    return ArchiveFault(description: "not usable as an archive: \(FileName(text).shown)", endsEarly: isCut)
  }
}

extension ArchiveReader {
  /// The archive's bytes for libarchive, which keeps the fault that a C callback cannot throw.
  private final class Source {
    static let room = 64 << 10
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: Source.room, alignment: 16)
    let path: FileName
    private(set) var failure: FileError?
    let descriptor: Int32
    let files: any FileSystem

    init(descriptor: Int32, path: FileName, files: any FileSystem) {
      self.descriptor = descriptor
      self.path = path
      self.files = files
    }

    deinit { buffer.deallocate() }

    func rewind() throws {
      guard seek(0, SEEK_SET) == 0 else { throw failure ?? FileError(code: EIO, call: "seek", path: path) }
    }

    func fill() -> Int {
      do {
        let piece = try files.read(descriptor, count: Self.room, of: path)
        piece.withUnsafeBytes {
          buffer.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(buffer), byteCount: $0.count)
        }
        return piece.count
      } catch {
        failure = error
        return -1
      }
    }

    func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
      let place = lseek(descriptor, off_t(offset), whence)
      if place < 0 { failure = FileError(code: errno, call: "seek", path: path) }
      return Int64(place)
    }
  }
}
