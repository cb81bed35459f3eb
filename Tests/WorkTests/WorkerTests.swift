import Composition
import Foundation
import Glibc
import Identity
import Jobs
import MIDI
import TestSupport
import Testing

@testable import Work

@Suite("The worker")
struct WorkerTests {
  private let folder: TemporaryFolder
  private let run: RunID

  init() throws {
    folder = try TemporaryFolder()
    run = try #require(RunID("tonight/0007"))
  }

  private func order(songs files: Int = 5) throws -> WorkOrder {
    var order = WorkOrder(run: run, train: try RunFixture.settings(), threads: 1)
    order.files = try (0..<files).map { number in
      let bytes = MIDIFile(score: ScoreBuilder.chorale(seed: UInt64(number))).bytes
      try DurableFile.write(bytes, to: folder.path + "/\(number).mid")
      return WorkOrder.File(
        name: "\(number).mid", sha256: ContentHash(of: bytes), path: "../" + folderName + "/\(number).mid")
    }
    var generate = GenerateFields()
    generate.songs = 2
    generate.length = .bars(1)
    order.generate = generate
    return order
  }

  private var folderName: String { String(folder.path.split(separator: "/").last ?? "") }

  @Test("what the settings leave open is chosen from the music, done, and told in the result")
  func choice() throws {
    var order = try order()
    let (settings, _) = SettingsFile.parseTrain(
      bytes: Array("{batch: 2, sequence: 4, iterations: 2}".utf8), path: "s.yaml")
    order.train = settings
    var worker = Worker(order, in: folder.path, stop: StopFlag())
    let result = try worker.perform()
    let choice = try #require(result.training?.choice)
    #expect(choice.settings.representation.name == .voices)
    #expect(choice.settings.iterations == 2)
    #expect(choice.words.count >= 3)
    let weights = try WeightsFile.read(folder.path + "/" + RunFolder.weights).weights
    #expect(weights.metadata.plan == choice.settings.networkPlan)
    // Another attempt, which finds the weights there, tells the same.
    var again = Worker(order, in: folder.path, stop: StopFlag())
    #expect(try again.perform().training?.choice == choice)
  }

  @Test("an evaluation after training is of the files that are named for it, all of each")
  func evaluation() throws {
    var order = try order()
    order.generate = nil
    order.evaluate = EvaluateSettings(corpus: ["held"])
    order.evaluationFiles = Array(order.files.prefix(2))
    var worker = Worker(order, in: folder.path, stop: StopFlag())
    let result = try worker.perform()
    #expect(result.failure == nil)
    #expect(result.evaluation?.songs == 2)
  }

  @Test("an order is done whole: weights, songs, a result and progress")
  func whole() throws {
    var worker = Worker(try order(), in: folder.path, stop: StopFlag())
    let result = try worker.perform()
    #expect(result.failure == nil)
    #expect(result.songs.map(\.file) == ["tonight-0007-01.mid", "tonight-0007-02.mid"])
    for song in result.songs {
      let bytes = try DurableFile.read(folder.path + "/songs/" + song.file)
      #expect(ContentHash(of: bytes) == song.sha256)
    }
    let weights = try DurableFile.read(folder.path + "/" + RunFolder.weights)
    #expect(ContentHash(of: weights) == result.training?.sha256)
    #expect(result.weights == result.training?.sha256)
    #expect(DurableFile.exists(folder.path + "/" + RunFolder.result))
    #expect(DurableFile.exists(folder.path + "/" + RunFolder.progress))
    #expect(!DurableFile.exists(folder.path + "/" + RunFolder.checkpoint))
  }

  @Test("a cache that the order names is written and read, and changes no byte")
  func cache() throws {
    var order = try order(songs: 100)
    var weights: [ContentHash?] = []
    for cache in [nil, "cache", "cache"] as [String?] {
      order.cache = cache
      for name in [RunFolder.weights, "training.json"] { DurableFile.remove(folder.path + "/" + name) }
      var worker = Worker(order, in: folder.path, stop: StopFlag())
      let result = try worker.perform()
      #expect(result.failure == nil)
      weights.append(result.weights)
      // The second time around the files are not even looked at.
      if cache != nil { for file in order.files { DurableFile.remove(folder.path + "/" + file.name) } }
    }
    #expect(Set(weights).count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/cache").count == 1)
  }

  @Test("a worker that is started again does not train again and makes the same songs")
  func again() throws {
    var first = Worker(try order(), in: folder.path, stop: StopFlag())
    let songs = try first.perform().songs.map(\.sha256)
    let written = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + RunFolder.weights)
    var second = Worker(try order(), in: folder.path, stop: StopFlag())
    #expect(try second.perform().songs.map(\.sha256) == songs)
    let rewritten = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + RunFolder.weights)
    #expect(written[.modificationDate] as? Date == rewritten[.modificationDate] as? Date)
  }

  @Test(
    "weights of another order that lie in the run's folder are trained anew", arguments: ["music", "settings", "older"])
  func otherTraining(change: String) throws {
    var order = try order()
    order.generate = nil
    var first = Worker(order, in: folder.path, stop: StopFlag())
    let before = try first.perform().weights
    switch change {
    case "music": order.files.removeLast()
    case "settings": order.train = try RunFixture.settings(iterations: 7)
    default:
      // As programs wrote it before they kept what was trained.
      let report = try JSONDecoder().decode(
        FinishedTraining.self, from: Data(DurableFile.read(folder.path + "/training.json"))
      ).report
      var altered = report
      altered.epochs = -1
      try DurableFile.write(Array(JSONEncoder().encode(altered)), to: folder.path + "/training.json")
    }
    var second = Worker(order, in: folder.path, stop: StopFlag())
    let result = try second.perform()
    #expect(result.failure == nil)
    #expect((result.weights == before) == (change == "older"))
    #expect(result.training.map { $0.epochs > 0 } == true)
  }

  @Test("a worker that is asked to stop leaves a checkpoint and no result")
  func stopped() throws {
    let stop = StopFlag()
    var order = try order()
    order.train = try RunFixture.settings(iterations: 1_000_000)
    var worker = Worker(order, in: folder.path, stop: stop)
    // Asked once it trains, however long it takes to come to that.
    let progress = folder.path + "/" + RunFolder.progress
    Thread.detachNewThread {
      while !String(decoding: (try? DurableFile.read(progress)) ?? [], as: UTF8.self).contains("training") {
        sched_yield()
      }
      stop.stop()
    }
    #expect(throws: Interrupted.self) { try worker.perform() }
    #expect(DurableFile.exists(folder.path + "/" + RunFolder.checkpoint))
    #expect(!DurableFile.exists(folder.path + "/" + RunFolder.result))
  }

  @Test("a worker that is asked to stop while it reads its files ends before the next one")
  func stoppedReading() throws {
    let stop = StopFlag()
    stop.stop()
    var worker = Worker(try order(), in: folder.path, stop: stop)
    #expect(throws: Interrupted.self) { try worker.perform() }
    #expect(!DurableFile.exists(folder.path + "/" + RunFolder.checkpoint))
    #expect(!DurableFile.exists(folder.path + "/" + RunFolder.result))
  }

  @Test("songs alone come from the weights that the order names, with the weights' own defaults")
  func generating() throws {
    var training = Worker(try order(), in: folder.path, stop: StopFlag())
    let trained = try #require(try training.perform().weights)
    let other = try TemporaryFolder()
    var order = WorkOrder(run: run, generate: GenerateFields(), threads: 1)
    order.weights = .init(sha256: trained, path: folder.path + "/" + RunFolder.weights)
    var worker = Worker(order, in: other.path, stop: StopFlag())
    let result = try worker.perform()
    #expect(result.failure == nil)
    // The preset's number of songs.
    #expect(result.songs.count == 4)
  }

  @Test("music that has changed is the data's fault, a file that is gone the machine's")
  func faults() throws {
    var changed = try order()
    changed.files[0].sha256 = ContentHash(of: [])
    var worker = Worker(changed, in: folder.path, stop: StopFlag())
    #expect(try worker.perform().failure?.kind == .data)
    var gone = try order()
    gone.files[0].path = "nowhere.mid"
    worker = Worker(gone, in: folder.path, stop: StopFlag())
    #expect(try worker.perform().failure?.kind == .machine)
  }

  @Test("no music at all is the data's fault")
  func noMusic() throws {
    var worker = Worker(try order(songs: 0), in: folder.path, stop: StopFlag())
    #expect(try worker.perform().failure == .init(kind: .data, message: "there is no music to train on"))
  }

  @Test("a song to be continued that is too long is refused before any training")
  func longPrime() throws {
    var order = try order()
    order.prime = order.files.first
    // The fixture's song has eight quarters, a bar has four.
    var worker = Worker(order, in: folder.path, stop: StopFlag())
    let result = try worker.perform()
    #expect(result.failure?.kind == .spec)
    #expect(result.failure?.message.contains("32 frames and length allows 16") == true)
    #expect(!DurableFile.exists(folder.path + "/" + RunFolder.weights))
  }

  @Test("what cannot be had is refused before any training, with the fields that take part")
  func unmeetable() throws {
    var order = try order()
    order.generate?.order.key = Tonic("C")
    order.generate?.order.range = .whole(Bounds(61, 61))
    var worker = Worker(order, in: folder.path, stop: StopFlag())
    let result = try worker.perform()
    #expect(result.failure?.kind == .spec)
    #expect(result.failure?.message.hasPrefix("key, range: ") == true)
    #expect(!DurableFile.exists(folder.path + "/" + RunFolder.weights))
  }

  @Test("a melody is kept, and what was asked for is told with the result")
  func melody() throws {
    var order = try order()
    var score = ScoreBuilder.chorale(seed: 3)
    score.tracks = [score.tracks[0]]
    let bytes = MIDIFile(score: score).bytes
    try DurableFile.write(bytes, to: folder.path + "/melody.mid")
    order.melody = WorkOrder.File(name: "tune.mid", sha256: ContentHash(of: bytes), path: "melody.mid")
    order.generate?.length = nil
    order.generate?.order.melody = "tune.mid"
    order.generate?.order.polyphony = 3
    order = try JSONDecoder().decode(WorkOrder.self, from: JSONEncoder().encode(order))
    var worker = Worker(order, in: folder.path, stop: StopFlag())
    let result = try worker.perform()
    #expect(result.failure == nil)
    #expect(result.generate?.order.polyphony == 3)
    for song in result.songs {
      let made = try DurableFile.read(folder.path + "/" + RunFolder.songs + "/" + song.file)
      let written = try #require(try MIDIFile(bytes: made).scores().first)
      let pitches = written.tracks.first?.notes.map { [$0.start, $0.end, Int($0.pitch)] }
      #expect(pitches == score.tracks[0].notes.map { [$0.start, $0.end, Int($0.pitch)] })
      #expect(written.length == score.length)
    }
  }

  @Test("a checkpoint that is of no use is left behind, and the same songs come of beginning anew")
  func damagedCheckpoint() throws {
    var whole = Worker(try order(), in: folder.path, stop: StopFlag())
    let songs = try whole.perform().songs.map(\.sha256)
    let other = try TemporaryFolder()
    var order = try order()
    for index in order.files.indices { order.files[index].path = folder.path + "/\(index).mid" }
    try DurableFile.write(Array("no checkpoint".utf8), to: other.path + "/" + RunFolder.checkpoint)
    var worker = Worker(order, in: other.path, stop: StopFlag())
    let result = try worker.perform()
    #expect(result.failure == nil)
    // The songs' bytes do not depend on where the run's folder is.
    #expect(result.songs.map(\.sha256) == songs)
  }

  @Test("a song to be continued that has changed is the data's fault")
  func changedPrime() throws {
    var order = try order()
    order.prime = order.files.first
    order.prime?.sha256 = ContentHash(of: [])
    var worker = Worker(order, in: folder.path, stop: StopFlag())
    #expect(try worker.perform().failure?.kind == .data)
  }

  @Test("an order is read as it was written")
  func orderRoundTrip() throws {
    let order = try order()
    try DurableFile.write(Array(try JSONEncoder().encode(order)), to: folder.path + "/" + RunFolder.order)
    #expect(try Worker.readOrder(in: folder.path) == order)
  }

  @Test("an order of a later version is refused with both versions")
  func laterVersion() throws {
    var order = try order()
    order.version = 9
    try DurableFile.write(Array(try JSONEncoder().encode(order)), to: folder.path + "/" + RunFolder.order)
    let error = #expect(throws: CompositionError.self) { try Worker.readOrder(in: folder.path) }
    #expect(error?.message.contains("version 9") == true)
    #expect(error?.message.contains("version 1") == true)
  }
}
