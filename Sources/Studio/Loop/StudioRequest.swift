package import Foundation
import Identity
import Logging

/// What another command asks of the studio's owner: a small file in `.ritornello/requests/`.
package struct StudioRequest: Codable, Sendable, Equatable {
  package enum Kind: String, Codable, Sendable { case run, cancel, retry }

  /// A name of its own, by which the run that comes of it is known.
  package var id: String
  package var kind: Kind
  /// The job to run, or the run to act on.
  package var target: String

  package init(id: String, kind: Kind, target: String) {
    self.id = id
    self.kind = kind
    self.target = target
  }

  /// A request with a fresh id, which sorts by time.
  package static func make(_ kind: Kind, _ target: String, at now: Date) -> StudioRequest {
    let milliseconds = Int(now.timeIntervalSince1970 * 1000)
    let time = String(repeating: "0", count: max(0, 15 - String(milliseconds).count)) + String(milliseconds)
    return StudioRequest(id: time + "-" + UUID().uuidString.lowercased().prefix(13), kind: kind, target: target)
  }
}

/// The folder through which requests come.
package struct RequestFolder {
  let paths: StudioPaths
  let environment: StudioEnvironment

  package init(paths: StudioPaths, environment: StudioEnvironment) {
    self.paths = paths
    self.environment = environment
  }

  /// Leaves a request for the studio's owner.
  package func leave(_ request: StudioRequest) throws {
    try environment.makeFolders(paths.requests)
    let bytes = try Array(JSONEncoder().encode(request))
    let steps = WritingSteps(
      write: .leaveRequest, synchronise: .leaveRequest, place: .leaveRequest, folder: .leaveRequest)
    try environment.writeDurably(bytes, to: paths.requests / (request.id + ".json"), steps: steps)
  }

  /// The requests that wait, oldest first; what cannot be read as one is removed and told in the log.
  func waiting() throws -> [StudioRequest] {
    try environment.names(in: paths.requests).compactMap { name in
      guard name.ending == "json" else { return nil }
      let path = paths.requests / name
      do {
        let bytes = try environment.contents(of: path, limit: 64 << 10)
        let request = try JSONDecoder().decode(StudioRequest.self, from: Data(bytes))
        guard name == FileName(request.id + ".json") else { throw StudioError.refused("its name is not its id") }
        return request
      } catch let error as FileError {
        if error.isMissing { return nil }
        throw error
      } catch {
        environment.log.warning("request '\(name.shown)' cannot be read and is removed")
        try? environment.files.unlink(path, in: workingFolder)
        return nil
      }
    }
  }

  /// Removes a request that was acted on.
  func remove(_ request: StudioRequest) throws {
    try environment.make(.removeRequest) {
      try environment.files.unlink(paths.requests / (request.id + ".json"), in: workingFolder)
    }
  }
}
