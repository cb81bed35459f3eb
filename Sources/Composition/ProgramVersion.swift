internal import Network

/// The program's version.
package enum ProgramVersion {
  package static let current = "0.1.0"
  /// The version of the arithmetic: raised whenever a change of ours alters bytes of weights or songs.
  package static let numerics = Numerics.version

  /// Tells whether one version of the arithmetic makes the bytes that another one made.
  ///
  /// Version 3 sums products of `precision: bf16` in another order than version 2, and is the same in all else. Version 4
  /// makes other songs than 3 on another tonic than the one that was trained on, but only of weights that tell version 4.
  ///
  /// - Parameters:
  ///   - numerics: The version that makes them again.
  ///   - recorded: The version that made them.
  ///   - trainsRounded: Whether they come of a training with `precision: bf16`; songs of weights that are there do not.
  /// - Returns: whether both make the same bytes.
  package static func numerics(_ numerics: Int, make recorded: Int, trainsRounded: Bool) -> Bool {
    if numerics == recorded { return true }
    return recorded >= 2 && recorded < numerics && numerics <= 4 && (recorded > 2 || !trainsRounded)
  }
}
