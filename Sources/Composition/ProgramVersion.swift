internal import Network

/// The program's version.
package enum ProgramVersion {
  package static let current = "0.1.0"
  /// The version of the arithmetic: raised whenever a change of ours alters bytes of weights or songs.
  package static let numerics = Numerics.version

  /// Tells whether one version of the arithmetic makes the bytes that another one made.
  ///
  /// Version 3 sums products of `precision: bf16` in another order than version 2, and is the same in all else.
  ///
  /// - Parameters:
  ///   - numerics: The version that makes them again.
  ///   - recorded: The version that made them.
  ///   - trainsRounded: Whether they come of a training with `precision: bf16`; songs of weights that are there do not.
  /// - Returns: whether both make the same bytes.
  package static func numerics(_ numerics: Int, make recorded: Int, trainsRounded: Bool) -> Bool {
    numerics == recorded || (numerics == 3 && recorded == 2 && !trainsRounded)
  }
}
