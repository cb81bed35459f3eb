internal import Foundation
package import Identity

/// The weights that come with the program, to start small trainings from.
///
/// `Examples/starter/README.md` says what they were trained on and by which command.
package enum StarterWeights {
  /// The hash of their file.
  package static let sha256 = "b5461858ab22f7a83fb5b20bc1a2bf7a485491dfb534cc588675480e810bbe11"
  private static let file = "starter.safetensors"

  /// Where they lie: beside the program, in `share/ritornello` of where it is installed, or in the repository that it was
  /// built in; nil: in none of these.
  package static var path: String? {
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    var folder = program.deletingLastPathComponent()
    var places = [folder.appendingPathComponent(file)]
    places.append(folder.deletingLastPathComponent().appendingPathComponent("share/ritornello/\(file)"))
    // .build/PLATFORM/release/ritornello, and the test runner a few folders below.
    for _ in 0..<6 {
      folder.deleteLastPathComponent()
      places.append(folder.appendingPathComponent("Examples/starter/\(file)"))
    }
    return places.map(\.path).first { DurableFile.exists($0) }
  }

  /// Reads them.
  ///
  /// - Throws: `CompositionError` of kind `machine` where they are not there or cannot be read, of kind `data` where they
  ///   are others than this version brings.
  package static func read() throws(CompositionError) -> (weights: WeightsFile, hash: ContentHash) {
    guard let path else {
      throw CompositionError(
        .machine, "the starter weights are not where this program looks for them: beside it or in share/ritornello")
    }
    let bytes = try DurableFile.read(path)
    let hash = ContentHash(of: bytes)
    guard hash.hex == sha256 else {
      throw CompositionError(
        .data, "\(path) is not the starter of this version: its hash is \(hash), expected \(sha256); install it again")
    }
    return (try WeightsFile(bytes, path: path), hash)
  }
}
