internal import Network

/// The program's version.
package enum ProgramVersion {
  package static let current = "0.1.0"
  /// The version of the arithmetic: raised whenever a change of ours alters bytes of weights or songs.
  package static let numerics = Numerics.version
}
