internal import Representation
internal import Synchronization

/// Where the songs of a corpus lie, packed: in memory, or in a file that is mapped.
///
/// A song is unpacked whenever it is read, so that a corpus takes little more memory than its list.
final class SongStore: Sendable {
  private enum Place: Sendable {
    case packed([[UInt8]])
    case mapped(MappedFile)
    /// As they are; for songs that are no files.
    case whole([EncodedSong])
  }

  private let place: Place
  private let packing: SongPacking?
  /// Bytes of the mapped file that were read since its pages were given back.
  private let read = Atomic<Int>(0)
  private static let mostResident = 32 << 20

  /// Songs in memory; the place of one is its number.
  init(_ songs: [[UInt8]], _ packing: SongPacking) {
    place = .packed(songs)
    self.packing = packing
  }

  /// Songs in a file; the place of one is where its bytes begin.
  init(_ file: MappedFile, _ packing: SongPacking) {
    place = .mapped(file)
    self.packing = packing
  }

  init(whole songs: [EncodedSong]) {
    place = .whole(songs)
    packing = nil
  }

  /// Unpacks a song.
  func song(at offset: Int, _ outline: SongOutline) -> EncodedSong {
    switch (place, packing) {
    case (.packed(let songs), let packing?):
      return songs[offset].withUnsafeBytes { packing.song($0, outline) }
    case (.mapped(let file), let packing?):
      let end = offset + packing.size(of: outline)
      // Of a file that is read for days each page would count as this process's memory in the end.
      if read.add(end - offset, ordering: .relaxed).newValue > Self.mostResident {
        read.store(0, ordering: .relaxed)
        file.giveBackPages()
      }
      return packing.song(UnsafeRawBufferPointer(rebasing: file.bytes[offset..<end]), outline)
    case (.whole(let songs), _): return songs[offset]
    default: return EncodedSong(frames: 0)
    }
  }
}
