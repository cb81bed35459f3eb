import Composition
import Identity
import MIDI

/// Measures how long songs are compared with a corpus of 10,000 files, and how long the corpus takes to be indexed.
///
///     ritornello-bench-copying [FILES]
///
/// The tunes are generated: four lines of 200 notes on a grid of eighths, of twelve pitches each, so that short runs stand
/// in hundreds of places. Half of the songs that are looked up are new ones, half are the corpus's own, transposed.
@main
struct CopyingBenchmark {
  static func main() {
    let files = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000
    var random = SplitMix(state: 1)
    let songs = (0..<files).map { number in
      ReferenceSong(
        name: "\(number).mid", sha256: ContentHash(of: Array("\(number)".utf8)), score: song(&random))
    }
    let clock = ContinuousClock()
    var index = CopyIndex([])
    let building = clock.measure { index = CopyIndex(songs) }
    print("\(files) files, \(index.noteCount) notes: indexed in \(seconds(building)) s")
    for (name, looked) in [("new", (0..<50).map { _ in song(&random) }), ("copied", songs.prefix(50).map(\.score))] {
      var longest = 0.0
      var worst = 0.0
      var sum = 0.0
      for score in looked {
        let time = clock.measure { longest = max(longest, index.measure(transposed(score)).longest?.bars ?? 0) }
        sum += seconds(time)
        worst = max(worst, seconds(time))
      }
      print(
        "\(name) songs of 800 notes: \(sum / Double(looked.count) * 1000) ms each, at most \(worst * 1000) ms; longest run "
          + "\(longest) bars")
    }
  }

  private struct SplitMix {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static func song(_ random: inout SplitMix) -> Score {
    var score = Score(division: .ticksPerQuarter(480))
    for line in 0..<4 {
      var notes: [Score.Note] = []
      var tick = 0
      for _ in 0..<200 {
        let length = [240, 240, 480, 960][Int(random.next() % 4)]
        notes.append(
          Score.Note(
            start: tick, end: tick + length, channel: UInt8(line), pitch: UInt8(70 - 8 * line + Int(random.next() % 12))
          ))
        tick += length
      }
      score.tracks.append(Score.Track(notes: notes))
      score.length = max(score.length, tick)
    }
    return score
  }

  private static func transposed(_ score: Score) -> Score {
    var score = score
    for track in score.tracks.indices {
      for note in score.tracks[track].notes.indices { score.tracks[track].notes[note].pitch += 3 }
    }
    return score
  }

  private static func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}
