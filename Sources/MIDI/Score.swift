/// The musical facts of one song: what is played when, apart from how a file writes it.
///
/// Times are ticks from the start of the song. Notes of a track are ordered by start, then channel, then pitch, then end.
package struct Score: Sendable, Equatable {
  /// What a tick is.
  package var division: Division
  /// The tracks in file order; a track without notes is kept where it has a name or events of its own.
  package var tracks: [Track]
  /// Tempo changes, ordered by tick; where none stands at tick 0, 120 quarters a minute hold until the first.
  package var tempos: [Tempo]
  /// Metre changes, ordered by tick; where none stands at tick 0, 4/4 holds until the first.
  package var timeSignatures: [TimeSignature]
  /// Key changes, ordered by tick.
  package var keySignatures: [KeySignature]
  /// The last end of track, never before the last note's end.
  package var length: Int

  package init(
    division: Division = .ticksPerQuarter(480), tracks: [Track] = [], tempos: [Tempo] = [],
    timeSignatures: [TimeSignature] = [], keySignatures: [KeySignature] = [], length: Int = 0
  ) {
    self.division = division
    self.tracks = tracks
    self.tempos = tempos
    self.timeSignatures = timeSignatures
    self.keySignatures = keySignatures
    self.length = length
  }

  /// All notes of all tracks, in no promised order.
  package var noteCount: Int { tracks.reduce(0) { $0 + $1.notes.count } }
}

extension Score {
  /// What a tick is (SMF 1.0, the header's third word).
  package enum Division: Sendable, Equatable, Hashable {
    /// Ticks a quarter note, 1 to 32767.
    case ticksPerQuarter(Int)
    /// SMPTE frames a second (24, 25, 29 for 29.97, 30) and ticks a frame (1 to 255).
    case smpte(framesPerSecond: Int, ticksPerFrame: Int)
  }

  /// One track: a name, notes, programs and what else its channels are told.
  package struct Track: Sendable, Equatable {
    /// The track's name as its bytes stand in the file; nil where it has none.
    package var name: [UInt8]?
    package var notes: [Note]
    /// Program changes, ordered by tick.
    package var programs: [ProgramChange]
    /// What else is said, ordered by tick: controls, bends, texts, lyrics, markers and the like, to be written back.
    package var messages: Messages

    package init(
      name: [UInt8]? = nil, notes: [Note] = [], programs: [ProgramChange] = [], messages: Messages = Messages()
    ) {
      self.name = name
      self.notes = notes
      self.programs = programs
      self.messages = messages
    }
  }

  /// One note; a file may hold notes of no length, where `start == end`.
  package struct Note: Sendable, Equatable, Hashable {
    /// Ticks.
    package var start: Int
    /// Ticks, not before `start`.
    package var end: Int
    /// 0 to 15; 9 is the drums' ("channel 10").
    package var channel: UInt8
    /// 0 to 127.
    package var pitch: UInt8
    /// 1 to 127.
    package var velocity: UInt8
    /// 0 to 127; 64 where the file does not tell.
    package var releaseVelocity: UInt8

    package init(
      start: Int, end: Int, channel: UInt8 = 0, pitch: UInt8, velocity: UInt8 = 80, releaseVelocity: UInt8 = 64
    ) {
      self.start = start
      self.end = end
      self.channel = channel
      self.pitch = pitch
      self.velocity = velocity
      self.releaseVelocity = releaseVelocity
    }

    /// Says whether the note is on the drums' channel.
    package var isDrum: Bool { channel == 9 }
  }

  /// A change of program on a channel.
  package struct ProgramChange: Sendable, Equatable, Hashable {
    package var tick: Int
    package var channel: UInt8
    package var program: UInt8
    package init(tick: Int, channel: UInt8, program: UInt8) {
      self.tick = tick
      self.channel = channel
      self.program = program
    }
  }

  /// A change of tempo (SMF 1.0, Meta-Event FF 51).
  package struct Tempo: Sendable, Equatable, Hashable {
    package var tick: Int
    /// 1 to 16,777,215.
    package var microsecondsPerQuarter: Int
    package init(tick: Int, microsecondsPerQuarter: Int) {
      self.tick = tick
      self.microsecondsPerQuarter = microsecondsPerQuarter
    }
  }

  /// A change of metre (SMF 1.0, Meta-Event FF 58).
  package struct TimeSignature: Sendable, Equatable, Hashable {
    package var tick: Int
    /// 1 to 255.
    package var numerator: Int
    /// A power of two, 1 to 2^15.
    package var denominator: Int
    /// MIDI clocks a metronome click.
    package var clocksPerClick: Int
    /// Notated 32nds in 24 MIDI clocks.
    package var thirtySecondsPerQuarter: Int
    package init(
      tick: Int, numerator: Int, denominator: Int, clocksPerClick: Int = 24, thirtySecondsPerQuarter: Int = 8
    ) {
      self.tick = tick
      self.numerator = numerator
      self.denominator = denominator
      self.clocksPerClick = clocksPerClick
      self.thirtySecondsPerQuarter = thirtySecondsPerQuarter
    }
  }

  /// A change of key (SMF 1.0, Meta-Event FF 59).
  package struct KeySignature: Sendable, Equatable, Hashable {
    package var tick: Int
    /// Sharps where positive, flats where negative; -7 to 7.
    package var sharps: Int
    package var isMinor: Bool
    package init(tick: Int, sharps: Int, isMinor: Bool) {
      self.tick = tick
      self.sharps = sharps
      self.isMinor = isMinor
    }
  }
}
