import Identity
import MIDI
import TestSupport
import Testing

@testable import Composition

@Suite("Copied runs")
struct CopyIndexTests {
  /// A tune of notes on a grid of eighths, of few pitches, so that short runs stand nearly everywhere.
  private func tune(_ random: inout SeededGenerator, notes count: Int, division: Int = 480) -> Score {
    var notes: [Score.Note] = []
    var tick = 0
    for _ in 0..<count {
      let length = [division / 2, division, division][Int(random.next() % 3)]
      notes.append(Score.Note(start: tick, end: tick + length, pitch: UInt8(60 + random.next() % 5)))
      tick += length + (random.next() % 8 == 0 ? division / 2 : 0)
    }
    return Score(division: .ticksPerQuarter(division), tracks: [Score.Track(notes: notes)], length: tick)
  }

  private func song(_ number: Int, _ score: Score) -> ReferenceSong {
    ReferenceSong(name: "\(number).mid", sha256: ContentHash(of: Array("\(number)".utf8)), score: score)
  }

  /// Every suffix compared with every other one.
  private func plainOrder(_ text: [Int32]) -> [Int32] {
    text.indices.sorted { text[$0...].lexicographicallyPrecedes(text[$1...]) }.map(Int32.init)
  }

  @Test("the suffixes of random texts come in order", arguments: [1, 2, 3, 5, 40])
  func suffixes(largest: Int) {
    var random = SeededGenerator(seed: UInt64(largest))
    for length in [0, 1, 2, 3, 10, 60, 200] {
      let text = (0..<length).map { _ in Int32(random.next() % UInt64(largest + 1)) }
      #expect(SuffixArray.sorted(text, largest: largest) == plainOrder(text))
      let periodic = (0..<length).map { Int32($0 % 3 == 0 ? 0 : 1) }
      #expect(SuffixArray.sorted(periodic, largest: max(1, largest)) == plainOrder(periodic))
    }
  }

  @Test("the longest run is the one that comparing every place with every other finds")
  func plainComparison() throws {
    var random = SeededGenerator(seed: 4)
    let corpus = (0..<6).map { song($0, tune(&random, notes: 80)) }
    let index = CopyIndex(corpus)
    let lines = corpus.flatMap { ComparedLine.lines(of: $0.score) }
    for _ in 0..<6 {
      let other = try #require(ComparedLine.lines(of: tune(&random, notes: 60)).first)
      let numbers = index.numbers(of: other)
      for start in other.notes.indices {
        let longest = lines.flatMap { line in
          line.notes.indices.map { place in
            let shared = zip(other.symbols[(2 * start)...], line.symbols[(2 * place)...]).prefix { $0 == $1 }.count
            return shared % 2 == 0 && shared > 0 ? shared - 1 : shared
          }
        }.max()
        #expect(index.longest(at: 2 * start, of: numbers).symbols == longest)
      }
    }
  }

  @Test("a planted passage is found with its file, its bar and its transposition, at any tempo and division")
  func planted() throws {
    var random = SeededGenerator(seed: 11)
    let corpus = (0..<20).map { song($0, tune(&random, notes: 120)) }
    let index = CopyIndex(corpus)
    for round in 0..<20 {
      let source = corpus[Int(random.next() % 20)]
      let first = Int(random.next() % 90)
      let taken = Array(source.score.tracks[0].notes[first..<first + 24])
      let shift = Int(random.next() % 25) - 12
      var score = tune(&random, notes: 40, division: 96)
      var notes = score.tracks[0].notes
      // It begins on a beat of the song, wherever it began in the file.
      let start = ((notes.last?.end ?? 0) / 96 + 2) * 96
      let origin = taken[0].start
      notes += taken.map {
        Score.Note(
          start: start + ($0.start - origin) / 5, end: start + ($0.end - origin) / 5,
          pitch: UInt8(Int($0.pitch) + shift))
      }
      score.tracks[0].notes = notes
      score.tempos = [Score.Tempo(tick: 0, microsecondsPerQuarter: 400_000 + 10_000 * round)]
      score.length = notes.last?.end ?? 0
      let run = try #require(index.measure(score).longest)
      #expect(run.notes >= 24 && run.notes < 34)
      #expect(run.file == source.name)
      #expect(run.transpose == shift)
      let bar = MetreMap(source.score).bar(atTick: origin) + 1
      #expect((bar - 2...bar).contains(run.bar))
      #expect(run.bars >= Double((taken.last?.end ?? 0) - origin) / 1920 - 1e-9)
    }
  }

  @Test("a song of the corpus is copied whole: its longest run, its stretches of bars, also when transposed")
  func whole() throws {
    var random = SeededGenerator(seed: 2)
    let corpus = (0..<5).map { song($0, tune(&random, notes: 60)) }
    var score = corpus[3].score
    for place in score.tracks[0].notes.indices { score.tracks[0].notes[place].pitch += 5 }
    let report = CopyIndex(corpus).measure(score)
    let run = try #require(report.longest)
    #expect(run.file == "3.mid" && run.bar == 1 && run.transpose == 5 && run.notes == 60)
    let end = score.tracks[0].notes.last?.end ?? 0
    #expect(abs(run.bars - MetreMap(score).bars(atTick: end)) < 1e-9)
    #expect(report.windows == ["2": 1, "4": 1])
  }

  @Test("of a song of several voices the highest one is found under another harmony")
  func highestVoice() throws {
    let source = ScoreBuilder.chorale(seed: 1, quarters: 16)
    var other = ScoreBuilder.chorale(seed: 2, quarters: 16)
    other.tracks[0] = source.tracks[0]
    // All in one track, as a piano plays it.
    other.tracks = [Score.Track(notes: other.tracks.flatMap(\.notes).sorted { $0.start < $1.start })]
    let run = try #require(CopyIndex([song(0, source)]).measure(other).longest)
    #expect(run.notes == source.tracks[0].notes.count)
  }

  @Test("drums are compared by what is struck, not by intervals")
  func drums() throws {
    func beat(_ pitches: [UInt8]) -> Score {
      let notes = (0..<32).map {
        Score.Note(start: $0 * 240, end: $0 * 240 + 60, channel: 9, pitch: pitches[$0 % pitches.count])
      }
      return Score(division: .ticksPerQuarter(480), tracks: [Score.Track(notes: notes)], length: 32 * 240)
    }
    let index = CopyIndex([song(0, beat([36, 42, 38, 42]))])
    #expect(index.measure(beat([36, 42, 38, 42])).longest?.notes == 32)
    #expect(index.measure(beat([37, 43, 39, 43])).longest == nil)
  }

  @Test("shares of stretches of bars count those with four notes or more in a line")
  func windows() throws {
    var random = SeededGenerator(seed: 5)
    let source = tune(&random, notes: 64)
    var score = source
    // The second half is another tune.
    let half = MetreMap(source).start(ofBar: MetreMap(source).barCount / 2)
    score.tracks[0].notes = source.tracks[0].notes.enumerated().map { place, note in
      var note = note
      if note.start >= half { note.pitch = UInt8(50 + (place * place * 7) % 30) }
      return note
    }
    let windows = CopyIndex([song(0, source)]).measure(score).windows
    let bars = MetreMap(source).barCount
    let copied = Double(bars / 2 - 1) / Double(bars - 1)
    #expect(abs((windows["2"] ?? 0) - copied) < 1e-9)
  }

  @Test("a song without notes copies nothing, and an empty corpus has nothing to copy from")
  func nothing() {
    var random = SeededGenerator(seed: 3)
    let silence = CopyIndex([song(0, tune(&random, notes: 9))]).measure(Score(length: 1000))
    #expect(silence.longest == nil && silence.windows == ["2": 0, "4": 0])
    #expect(CopyIndex([]).measure(tune(&random, notes: 9)).longest == nil)
    #expect(CopyIndex([song(0, tune(&random, notes: 2))]).measure(tune(&random, notes: 30)).longest == nil)
  }
}
