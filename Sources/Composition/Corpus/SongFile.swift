internal import CPosix
internal import Foundation
internal import Glibc
internal import Identity
internal import Representation

/// A file of packed songs, which a cache keeps: the songs one after another, then a record a song, then the remarks as JSON,
/// then 64 digits of what the songs were made from, four lengths and 64 digits of the SHA-256 of all bytes before these.
enum SongFile {
  /// Of this layout, and of how songs are packed.
  static let format = 1
  private static let magic = Array("ritornello songs".utf8)
  private static let trailerSize = magic.count + 64 + 4 * 8 + 64
  private static let piece = 1 << 20

  /// What a file holds.
  struct Contents {
    var store: SongStore
    var records: [SongRecord]
    var remarks: SongRemarks
  }

  /// Reads a file, and trusts nothing of it: a file that is not whole, or whose songs this representation could not have
  /// written, is none.
  static func read(_ path: String, key: ContentHash, _ representation: Representation) -> Contents? {
    let descriptor = cposix_open_at(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
    let size = Int(facts.st_size)
    guard size > trailerSize, let trailer = bytes(of: descriptor, from: size - trailerSize, count: trailerSize),
      let lengths = lengths(in: trailer, of: size, key: key)
    else { return nil }
    let packing = SongPacking(representation)
    guard checksum(of: descriptor, size: size, songs: lengths.songs, packing) == Array(trailer.suffix(64)) else {
      return nil
    }
    guard let text = bytes(of: descriptor, from: lengths.songs + lengths.records, count: lengths.remarks),
      let remarks = try? JSONDecoder().decode(SongRemarks.self, from: Data(text)),
      let records = records(of: descriptor, lengths, packing, representation),
      let file = MappedFile(descriptor, count: size)
    else { return nil }
    return Contents(store: SongStore(file, packing), records: records, remarks: remarks)
  }

  private typealias Lengths = (songs: Int, records: Int, remarks: Int)

  private static func lengths(in trailer: [UInt8], of size: Int, key: ContentHash) -> Lengths? {
    guard trailer.starts(with: magic), trailer[magic.count...].starts(with: key.hex.utf8) else { return nil }
    let numbers = trailer.withUnsafeBytes { bytes in
      (0..<4).map {
        Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: magic.count + 64 + 8 * $0, as: Int64.self)))
      }
    }
    guard numbers[0] == format, numbers.allSatisfy({ (0...size).contains($0) }),
      numbers[1] + numbers[2] + numbers[3] + trailerSize == size, numbers[2] % SongRecord.size == 0
    else { return nil }
    return (numbers[1], numbers[2], numbers[3])
  }

  /// The digits of the hash of what stands before them; nil where it cannot be read or a token is none.
  private static func checksum(of descriptor: Int32, size: Int, songs: Int, _ packing: SongPacking) -> [UInt8]? {
    var hasher = ContentHash.Hasher()
    var place = 0
    while place < size - 64 {
      // Pieces are whole numbers of tokens, and one ends where the songs do.
      let end = min(place + piece, place < songs ? songs : size - 64)
      guard let part = bytes(of: descriptor, from: place, count: end - place),
        place >= songs || part.withUnsafeBytes(packing.areTokens)
      else { return nil }
      hasher.update(part)
      place = end
    }
    return Array(hasher.finish().hex.utf8)
  }

  private static func records(
    of descriptor: Int32, _ lengths: Lengths, _ packing: SongPacking, _ representation: Representation
  ) -> [SongRecord]? {
    guard let bytes = bytes(of: descriptor, from: lengths.songs, count: lengths.records) else { return nil }
    let possible = representation.possiblePitches
    var records: [SongRecord] = []
    records.reserveCapacity(lengths.records / SongRecord.size)
    for place in stride(from: 0, to: lengths.records, by: SongRecord.size) {
      let record = bytes.withUnsafeBytes {
        SongRecord(UnsafeRawBufferPointer(rebasing: $0[place..<place + SongRecord.size]))
      }
      guard let record else { return nil }
      let outline = record.outline
      guard (1...1 << 24).contains(outline.frames), (0...lengths.songs * 8).contains(outline.elements),
        (0...lengths.songs).contains(outline.tokens), (0...lengths.songs).contains(record.offset),
        record.offset + packing.size(of: outline) <= lengths.songs,
        outline.pitches.map({ possible.contains($0.lowerBound) && possible.contains($0.upperBound) }) ?? true
      else { return nil }
      records.append(record)
    }
    return records
  }

  private static func bytes(of descriptor: Int32, from place: Int, count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let read = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(place + filled))
      }
      if read < 0, errno == EINTR { continue }
      guard read > 0 else { return nil }
      filled += read
    }
    return bytes
  }

  /// Writes a file under a temporary name, song by song, and gives it its own when it is whole.
  final class Writer {
    private let temporary: String
    private let descriptor: Int32
    private var hasher = ContentHash.Hasher()
    private var buffer: [UInt8] = []
    private var written = 0

    /// - Throws: `CompositionError` of kind `machine`.
    init(_ path: String) throws(CompositionError) {
      temporary = path + ".\(getpid()).tmp"
      descriptor = cposix_open_at(AT_FDCWD, temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
      guard descriptor >= 0 else { throw SongFile.failure(temporary) }
      // What a dead process left is known by having no lock.
      _ = cposix_lock_exclusively(descriptor)
    }

    deinit {
      unlink(temporary)
      close(descriptor)
    }

    /// Writes a song.
    ///
    /// - Returns: where it lies.
    func append(_ bytes: [UInt8]) throws(CompositionError) -> Int {
      let offset = written + buffer.count
      buffer += bytes
      if buffer.count >= SongFile.piece { try flush() }
      return offset
    }

    /// Writes the rest, and puts the file in its place.
    func finish(
      _ records: [SongRecord], _ remarks: SongRemarks, key: ContentHash, at path: String, _ packing: SongPacking
    ) throws -> SongStore {
      let songs = written + buffer.count
      for record in records { _ = try append(record.bytes) }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let text = Array(try encoder.encode(remarks))
      _ = try append(text)
      var trailer = SongFile.magic + Array(key.hex.utf8)
      for number in [SongFile.format, songs, records.count * SongRecord.size, text.count] {
        withUnsafeBytes(of: Int64(number).littleEndian) { trailer += $0 }
      }
      _ = try append(trailer)
      try flush()
      buffer = Array(hasher.finish().hex.utf8)
      try flush()
      // Once it is mapped it is of use here, whatever becomes of its name.
      guard let file = MappedFile(descriptor, count: written) else { throw SongFile.failure(temporary) }
      rename(temporary, path)
      return SongStore(file, packing)
    }

    /// Ends a file that needs no name: it goes when its songs do.
    func finish(_ packing: SongPacking) throws(CompositionError) -> SongStore {
      try flush()
      guard written > 0 else { return SongStore([], packing) }
      guard let file = MappedFile(descriptor, count: written) else { throw SongFile.failure(temporary) }
      return SongStore(file, packing)
    }

    /// Removes the temporary name at once.
    func removeName() { unlink(temporary) }

    private func flush() throws(CompositionError) {
      hasher.update(buffer)
      var done = 0
      while done < buffer.count {
        let count = buffer.withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw SongFile.failure(temporary) }
        done += count
      }
      written += buffer.count
      buffer.removeAll(keepingCapacity: true)
    }
  }

  private static func failure(_ path: String) -> CompositionError {
    CompositionError(.machine, "cannot write \(path): \(String(cString: strerror(errno)))")
  }
}
