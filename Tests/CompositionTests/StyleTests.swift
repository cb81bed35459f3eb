import Foundation
import Network
import Representation
import TestSupport
import Testing

@testable import Composition

@Suite("Styles")
struct StyleTests {
  private static let plans: [NetworkPlan] = [RepresentationSettings.Name.voices, .steps, .roll].map { name in
    var plan = Fixtures.plan(name, reads: .frames)
    plan.network.inputs = [.position, .style]
    plan.tell(corpora: ["folk", "bach", nil, "folk"], from: nil)
    return plan
  }

  private func songs(_ weights: WeightsFile, _ style: [String: Double]?) throws -> [GeneratedSong] {
    var settings = GenerationSettings(songs: 2, length: .bars(2), seed: 4)
    settings.constraints.style = style
    return try Generation(weights, settings, threads: 1).run(prime: nil, stop: StopFlag()) { _ in }.songs
  }

  @Test("a network is told the corpora in the order of their names, after those of the weights that it begins with")
  func names() {
    var plan = Self.plans[0]
    #expect(plan.network.styles == ["bach", "folk"])
    plan.network.styles = []
    plan.tell(corpora: ["jazz"], from: Self.plans[0])
    #expect(plan.network.styles == ["bach", "folk", "jazz"])
    var other = Fixtures.plan(.steps, reads: .frames)
    other.network.inputs = [.position]
    other.tell(corpora: ["jazz"], from: nil)
    #expect(other.network.styles == [])
  }

  @Test("a song of a corpus is all of its style, any other as much of each", arguments: plans)
  func shares(plan: NetworkPlan) throws {
    let reading = try plan.reading()
    #expect(reading.style(ofCorpus: "folk") == [0, 1])
    #expect(reading.style(ofCorpus: nil) == [0.5, 0.5])
    var past = Past()
    past.style = [0.75, 0.25]
    var batch = BatchBuilder(lanes: 1, architecture: reading.architecture)
    batch.append(inputAfter: past, by: reading)
    let width = reading.axes.inputs.count
    #expect(Array(batch.vectors.indices.suffix(2)) == [Int32(width - 2), Int32(width - 1)])
    #expect(batch.vectors.values?.suffix(2) == [0.75, 0.25])
    #expect(reading.axes.inputs.suffix(2) == ["style bach", "style folk"])
  }

  @Test("what is drawn depends on the style that is asked for, by its shares alone", arguments: plans)
  func mixes(plan: NetworkPlan) throws {
    let weights = try OrderFixture.weights(plan, seed: 2)
    let bach = try songs(weights, ["bach": 1]).map(\.sha256)
    #expect(try songs(weights, ["bach": 7]).map(\.sha256) == bach)
    #expect(try songs(weights, ["folk": 1]).map(\.sha256) != bach)
    #expect(try songs(weights, ["bach": 2, "folk": 2]).map(\.sha256) == songs(weights, nil).map(\.sha256))
  }

  @Test("a style that the weights do not tell apart is refused")
  func unknown() throws {
    for (plan, style) in [(Self.plans[0], "jazz"), (Fixtures.plan(.steps, reads: .frames), "bach")] {
      let error = #expect(throws: CompositionError.self) {
        try songs(try OrderFixture.weights(plan, seed: 2), [style: 1])
      }
      #expect(error?.message.hasPrefix("style: ") == true)
    }
  }

  @Test("a training is told the corpus of each song, and its weights grow when another one comes")
  func training() throws {
    let folder = try TemporaryFolder()
    var files = try Fixtures.files(6, in: folder)
    for place in files.indices { files[place].corpus = place % 2 == 0 ? "bach" : "folk" }
    let plan = Self.plans[0]
    func trained(_ files: [MusicFile], _ plan: NetworkPlan, from start: WeightsFile? = nil) throws -> WeightsFile {
      let corpus = try EncodedCorpus(files, try plan.reading().representation)
      let (train, validation) = corpus.split(holdingOut: 0.2)
      let task = TrainingTask(
        plan: plan, settings: Fixtures.settings(), train: train, validation: validation, start: start)
      return try Composition.train(task, stop: StopFlag(), progress: { _ in }).weights
    }
    let told = try trained(files, plan)
    let untold = try trained(files.map { MusicFile(name: $0.name, path: $0.path) }, plan)
    #expect(told.tensors.map(\.values) != untold.tensors.map(\.values))
    let again = try WeightsFile(try told.encoded(), path: "w.safetensors")
    #expect(again.metadata.network.styles == ["bach", "folk"])
    var wider = plan
    wider.tell(corpora: ["jazz"], from: plan)
    #expect(try trained(files, wider, from: told).metadata.network.styles == ["bach", "folk", "jazz"])
  }
}
