@testable import Studio

extension TemporaryStudio {
  /// A studio with a song in its inbox, whose workers act as told, one after another.
  static func withMusic(_ acts: [StandInLauncher.Act]) throws -> (TemporaryStudio, StandInLauncher) {
    let studio = try TemporaryStudio()
    let launcher = StandInLauncher(acts)
    studio.launcher = launcher
    try studio.write("inbox/bach/a.mid", TestMIDI.file(pitch: 60))
    return (studio, launcher)
  }
}
