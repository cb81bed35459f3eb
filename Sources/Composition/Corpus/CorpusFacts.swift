internal import Identity
package import MIDI

/// What a corpus is made of, as far as it decides how to train on it.
package struct CorpusFacts: Sendable, Equatable, Codable {
  /// Songs that hold notes.
  package var songs = 0
  package var notes = 0
  package var drumNotes = 0
  /// The length of all songs.
  package var quarters = 0
  /// Notes that begin on a sixteenth, and others that begin on a triplet of eighths, within a 32nd part of a quarter.
  package var onSixteenths = 0
  package var onTriplets = 0
  /// How many songs have at most so many different pitches at once on a grid of sixteenths, drums apart: from 0 on.
  package var songsByVoices: [Int] = []
  /// Notes that begin where a note of their pitch ends in the same track and channel.
  package var repeats = 0
  /// Songs by the pitch class of the lowest note that sounds last.
  package var songsByLastBass = [Int](repeating: 0, count: 12)
  /// Songs that use the sustain pedal.
  package var pedalled = 0

  package init() {}

  /// Reads files and adds up what they hold; what cannot be read as music counts for nothing.
  ///
  /// - Throws: `Interrupted` where the flag is set; `CompositionError` of kind `machine` where a file cannot be read.
  package init(_ files: [MusicFile], stop: StopFlag? = nil) throws {
    var seen: Set<ContentHash> = []
    for file in files {
      if stop?.isStopped == true { throw Interrupted() }
      let bytes = try DurableFile.read(file.path, limit: file.sha256 == nil ? MIDILimits().fileBytes : Int.max - 1)
      guard seen.insert(ContentHash(of: bytes)).inserted else { continue }
      var limits = MIDILimits()
      if file.sha256 != nil { limits.fileBytes = max(limits.fileBytes, bytes.count) }
      guard let scores = try? MIDIFile(bytes: bytes, limits: limits).scores() else { continue }
      for score in scores { add(score) }
    }
  }

  /// Adds a song.
  package mutating func add(_ score: Score) {
    guard score.noteCount > 0, case .ticksPerQuarter(let quarter) = score.division, quarter > 0 else {
      // By the clock there is no beat.
      if score.noteCount > 0 { addWithoutBeat(score) }
      return
    }
    songs += 1
    quarters += score.length / quarter
    let tolerance = Double(quarter) / 32
    func isNear(_ tick: Int, _ parts: Int) -> Bool {
      let place = Double(tick % quarter)
      let step = Double(quarter) / Double(parts)
      return abs(place - (place / step).rounded() * step) <= tolerance
    }
    for track in score.tracks {
      notes += track.notes.count
      drumNotes += track.notes.count { $0.isDrum }
      for note in track.notes {
        if isNear(note.start, 4) {
          onSixteenths += 1
        } else if isNear(note.start, 3) {
          onTriplets += 1
        }
      }
    }
    addPitches(of: score, quarter: quarter)
  }

  private mutating func addWithoutBeat(_ score: Score) {
    songs += 1
    quarters += Int(score.seconds * 2)
    notes += score.noteCount
    drumNotes += score.tracks.reduce(0) { $0 + $1.notes.count { $0.isDrum } }
    addPitches(of: score, quarter: max(1, score.length / max(1, Int(score.seconds * 2))))
  }

  private mutating func addPitches(of score: Score, quarter: Int) {
    var changes: [(frame: Int, starts: Bool, pitch: Int)] = []
    var lastBass: (end: Int, pitch: UInt8)?
    var isPedalled = false
    for track in score.tracks {
      isPedalled = isPedalled || Self.usesPedal(track.messages)
      var ends: [Int: Int] = [:]
      for note in track.notes where !note.isDrum {
        let start = frame(note.start, quarter)
        changes.append((start, true, Int(note.pitch)))
        changes.append((max(start + 1, frame(note.end, quarter)), false, Int(note.pitch)))
        let key = Int(note.channel) << 7 | Int(note.pitch)
        if ends[key] == note.start { repeats += 1 }
        ends[key] = note.end
        guard let last = lastBass, last.end > note.end || (last.end == note.end && last.pitch <= note.pitch) else {
          lastBass = (note.end, note.pitch)
          continue
        }
      }
    }
    if let lastBass { songsByLastBass[Int(lastBass.pitch) % 12] += 1 }
    if isPedalled { pedalled += 1 }
    let voices = Self.mostAtOnce(changes)
    if songsByVoices.count <= voices {
      songsByVoices += [Int](repeating: 0, count: voices + 1 - songsByVoices.count)
    }
    songsByVoices[voices] += 1
  }

  private static func usesPedal(_ messages: Score.Messages) -> Bool {
    messages.indices.contains {
      let message = messages[$0]
      return message.status & 0xF0 == 0xB0 && message.data1 == 64 && message.data2 >= 64
    }
  }

  /// The sixteenth that is nearest.
  private func frame(_ tick: Int, _ quarter: Int) -> Int { (8 * tick + quarter) / (2 * quarter) }

  private static func mostAtOnce(_ changes: [(frame: Int, starts: Bool, pitch: Int)]) -> Int {
    var counts = [Int](repeating: 0, count: 128)
    var sounding = 0
    var most = 0
    // What ends makes room for what begins.
    for change in changes.sorted(by: { ($0.frame, $0.starts ? 1 : 0) < ($1.frame, $1.starts ? 1 : 0) }) {
      counts[change.pitch] += change.starts ? 1 : -1
      if change.starts {
        if counts[change.pitch] == 1 { sounding += 1 }
      } else if counts[change.pitch] == 0 {
        sounding -= 1
      }
      most = max(most, sounding)
    }
    return most
  }
}

extension CorpusFacts {
  /// The share of drums among the notes.
  package var drumShare: Double { Double(drumNotes) / Double(max(1, notes)) }
  /// The share of notes that begin where a beat has them.
  package var beatShare: Double { Double(onSixteenths + onTriplets) / Double(max(1, notes)) }
  /// The share of notes that begin on triplets.
  package var tripletShare: Double { Double(onTriplets) / Double(max(1, notes)) }

  /// So many lines of one note each hold nine songs of ten; nil: more than 8.
  package var voices: Int? {
    var held = 0
    for (count, songs) in songsByVoices.enumerated() {
      held += songs
      if 10 * held >= 9 * self.songs { return count <= 8 ? max(1, count) : nil }
    }
    return nil
  }

  /// Whether at least four songs of five end on the same two pitch classes, as those of a corpus do that was moved to
  /// one tonality.
  package var isInOneKey: Bool {
    let most = songsByLastBass.sorted(by: >).prefix(2).reduce(0, +)
    return songs >= 10 && 5 * most >= 4 * songs
  }
}
