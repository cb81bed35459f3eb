import Composition
import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import Work

/// A run that is ready to be given to a worker.
struct PreparedRun {
  var order: WorkOrder
  /// The order's text as it lies in the run's folder.
  var text: String
}

/// Why a run cannot be started: its data or its spec are at fault.
struct Unstartable: Error, Equatable, CustomStringConvertible {
  var description: String
  /// Says that music is wanting, which may lie in the inbox still.
  var lacksMusic = false
}

/// Turns a queued run into an order: its snapshot is taken, its weights are found, and the order is written durably.
struct Preparation {
  let paths: StudioPaths
  let environment: StudioEnvironment
  let ledger: Ledger

  /// Prepares the next attempt.
  ///
  /// A run that was started before keeps its order, so that it goes on from its checkpoint.
  ///
  /// - Throws: `Unstartable`; `FileError` or `LedgerError` where the machine fails.
  func prepare(_ run: RunRecord, configuration: JobsFile) throws -> PreparedRun {
    let files = RunFiles(run.id, paths: paths, environment: environment)
    var order: WorkOrder
    if run.attempts > 0, let earlier = try files.order(), earlier.run == run.id {
      order = earlier
    } else {
      order = try makeOrder(run, configuration)
    }
    order.attempt = run.attempts + 1
    order.numerics = environment.numerics
    order.programVersion = environment.programVersion
    order.threads = MachineShare.present.share(
      asked: configuration.studio.threads, workers: configuration.studio.workers)
    order.checkpointSeconds = configuration.studio.checkpoint.seconds
    order.cache = "../../../cache"
    return PreparedRun(order: order, text: try files.write(order))
  }

  private func makeOrder(_ run: RunRecord, _ configuration: JobsFile) throws -> WorkOrder {
    let spec = try JobSpec(settings: run.settings)
    do {
      _ = try spec.train?.leastMemory()
    } catch let error as CompositionError {
      // It would not fit, whatever music came: it is not even begun.
      throw Unstartable(description: error.message)
    }
    var order = WorkOrder(run: run.id, train: spec.train, generate: spec.generate, evaluate: spec.evaluate)
    let corpora = spec.corpus.isEmpty ? spec.evaluate?.corpus ?? [] : spec.corpus
    if !corpora.isEmpty {
      let snapshot = try environment.make(.recordSnapshot) {
        try ledger.makeSnapshot(of: corpora, at: environment.clock.now)
      }
      if let snapshot {
        order.snapshot = snapshot.sha256
        order.files = snapshot.files.map { file($0.name, $0.sha256) }
        if spec.train?.network.inputs.contains(.style) == true { try tellCorpora(corpora, of: &order.files) }
      } else if spec.train != nil || spec.evaluate != nil {
        let names = corpora.map { "'\(FileName($0).shown)'" }.joined(separator: ", ")
        throw Unstartable(
          description:
            "there is no music in the corpus \(names); drop MIDI files into inbox/\(FileName(corpora[0]).shown)",
          lacksMusic: true)
      }
    }
    if case .corpus(let name) = spec.train?.validation {
      let held = try ledger.reader.files(ofCorpus: name)
      guard !held.isEmpty else {
        throw Unstartable(description: "there is no music in the corpus '\(FileName(name).shown)' to validate on")
      }
      order.validationFiles = held.sorted { $0.sha256 < $1.sha256 }.map { file($0.name, $0.sha256) }
    }
    if let names = spec.evaluate?.corpus, !names.isEmpty, spec.train != nil {
      order.evaluationFiles = try evaluationFiles(names)
    }
    order.weights = try weights(of: spec)
    if spec.generate != nil, order.files.isEmpty, let hash = order.weights?.sha256,
      let trained = try ledger.reader.weights(hash)?.snapshot, let snapshot = try ledger.reader.snapshot(trained)
    {
      order.against = snapshot.files.map { file($0.name, $0.sha256) }
    }
    order.prime = try spec.generate?.prime.map { try given($0, as: "prime", to: run) }
    order.melody = try spec.generate?.order.melody.map { try given($0, as: "melody", to: run) }
    return order
  }

  /// Names the corpus of each file, the first that holds it.
  private func tellCorpora(_ corpora: [String], of files: inout [WorkOrder.File]) throws {
    var names: [ContentHash: String] = [:]
    for corpus in corpora {
      for held in try ledger.reader.files(ofCorpus: corpus) where names[held.sha256] == nil {
        names[held.sha256] = corpus
      }
    }
    for place in files.indices { files[place].corpus = names[files[place].sha256] }
  }

  /// What weights that were just trained are scored on, each content once.
  private func evaluationFiles(_ corpora: [String]) throws -> [WorkOrder.File] {
    var files: [ContentHash: WorkOrder.File] = [:]
    for name in corpora {
      let held = try ledger.reader.files(ofCorpus: name)
      guard !held.isEmpty else {
        throw Unstartable(
          description: "there is no music in the corpus '\(FileName(name).shown)' to evaluate on", lacksMusic: true)
      }
      for held in held where files[held.sha256] == nil { files[held.sha256] = file(held.name, held.sha256) }
    }
    return files.values.sorted { $0.sha256 < $1.sha256 }
  }

  /// A file of the corpora, by a path from the run's folder.
  private func file(_ name: FileName, _ hash: ContentHash) -> WorkOrder.File {
    WorkOrder.File(
      name: name.shown, sha256: hash, path: "../../../objects/\(hash.hex.prefix(2))/\(hash.hex).mid")
  }

  private func weights(of spec: JobSpec) throws -> WorkOrder.Weights? {
    let name = spec.train?.from ?? spec.generate?.from ?? "latest"
    let record: WeightsRecord
    switch name {
    case "scratch": return nil
    case "starter": record = try starter()
    case "latest":
      guard let latest = try ledger.reader.latestWeights(ofJob: spec.name) else {
        // A first training has no weights to go on from; songs cannot do without.
        if spec.train != nil { return nil }
        throw Unstartable(
          description: "\(spec.name) has made no weights yet; train, or name weights with generate.from")
      }
      record = latest
    default: record = try ledger.reader.weights(meantBy: name, inJob: spec.name)
    }
    guard record.prunedAt == nil, try environment.exists(paths.weights(record.sha256)) else {
      throw Unstartable(description: "the weights \(record.sha256) were pruned; train again, or name other weights")
    }
    return WorkOrder.Weights(sha256: record.sha256, path: "../../../weights/\(record.sha256.hex).safetensors")
  }

  /// The weights that come with the program, kept by the studio from the first time that they are asked for.
  private func starter() throws -> WeightsRecord {
    guard let source = environment.starter, let hash = ContentHash(hex: environment.starterHash) else {
      throw Unstartable(
        description: "the starter weights are not where the program looks for them: beside it or in share/ritornello; "
          + "install them, or name other weights")
    }
    if let known = try ledger.reader.weights(hash), try environment.exists(paths.weights(hash)) { return known }
    let target = paths.weights(hash)
    guard let size = try WeightsStore(environment).copy(FileName(source), to: target, expecting: hash) else {
      throw Unstartable(
        description: "\(source) is not the starter of this version: its hash is not \(hash); install it again")
    }
    let metadata = (try? WeightsFile.read(target.shown))?.weights.metadata
    let record = WeightsRecord(
      sha256: hash, bytes: Int(size), iterations: metadata?.iteration ?? 0, validationLoss: metadata?.validationLoss,
      createdAt: environment.clock.now)
    try environment.make(.recordWeights) { try ledger.recordWeights(record) }
    return record
  }

  /// Finds music that a job names: a file of a corpus, of the studio's folder, or of the folder where a spec lay.
  private func given(_ text: String, as key: String, to run: RunRecord) throws -> WorkOrder.File {
    let name = FileName(text)
    let components = name.components
    if let corpus = components.first, components.count > 1 {
      let rest = components.dropFirst().reduce(FileName(bytes: [])) { $0.appending($1) }
      if let found = try ledger.reader.file(rest, inCorpus: corpus.shown) { return file(found.name, found.sha256) }
    }
    if components.count == 1 {
      // What lay beside a spec in the inbox has been taken in by now.
      let corpora = try ledger.reader.corpora().map(\.name)
      for corpus in try JobSpec(settings: run.settings).corpus + ["loose"] where corpora.contains(corpus) {
        if let found = try ledger.reader.file(name, inCorpus: corpus) { return file(found.name, found.sha256) }
      }
    }
    guard !text.hasPrefix("/"), !components.contains(where: { $0.text == ".." }) else {
      throw Unstartable(description: "\(key): '\(name.shown)' lies outside the studio")
    }
    for folder in [paths.root, paths.inbox] {
      guard let bytes = try bytes(of: components, below: folder, as: key) else { continue }
      let hash = ContentHash(of: bytes)
      let place = paths.run(run.id)
      try environment.make(.makeRunFolder) { try environment.makeFolders(place) }
      try environment.writeDurably(
        bytes, to: place / "\(key).mid",
        steps: WritingSteps(write: .writeOrder, synchronise: .writeOrder, place: .writeOrder, folder: .writeOrder))
      return WorkOrder.File(name: name.shown, sha256: hash, path: "\(key).mid")
    }
    throw Unstartable(
      description:
        "\(key): there is no '\(name.shown)'; name a file of a corpus (bach/x.mid) or of the studio's folder")
  }

  /// Reads a file below a folder, following no link on the way; nil where there is none.
  ///
  /// - Throws: `Unstartable` where what has the name can be no such file, however often it is tried.
  private func bytes(of components: [FileName], below folder: FileName, as key: String) throws -> [UInt8]? {
    let files = environment.files
    do {
      var descriptor = try files.open(folder / ".", in: workingFolder, flags: O_RDONLY | O_DIRECTORY, permissions: 0)
      defer { files.close(descriptor) }
      for name in components.dropLast() {
        let next = try files.open(name, in: descriptor, flags: O_RDONLY | O_DIRECTORY, permissions: 0)
        files.close(descriptor)
        descriptor = next
      }
      guard let name = components.last else { return nil }
      return try environment.contents(of: name, in: descriptor, limit: Self.mostGiven)
    } catch let error as FileError where error.isMissing || error.isLink {
      return nil
    } catch let error as FileError {
      let what: String
      switch error.code {
      case EISDIR: what = "is a folder"
      case EFBIG: what = "holds more than \(Self.mostGiven >> 20) MiB"
      case ENAMETOOLONG: what = "is too long a name"
      default: throw error
      }
      let name = components.reduce(FileName(bytes: [])) { $0.appending($1) }
      throw Unstartable(
        description:
          "\(key): '\(name.shown)' \(what); name a MIDI file of a corpus (bach/x.mid) or of the studio's folder")
    }
  }

  /// The bytes that a file beside the corpora may have.
  private static let mostGiven = 32 << 20
}

extension JobSpec {
  /// Reads the settings that a run was queued with.
  init(settings: String) throws {
    do {
      self = try JSONDecoder().decode(JobSpec.self, from: Data(settings.utf8))
    } catch {
      throw Unstartable(description: "the settings of the run cannot be read by this version: \(error)")
    }
  }
}
