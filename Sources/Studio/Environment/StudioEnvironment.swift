internal import Composition
package import Logging

/// What the studio takes from the world around it, so that tests can give something else.
package struct StudioEnvironment: Sendable {
  package var clock: any StudioClock
  package var files: any FileSystem
  package var steps: any StepObserver
  package var launcher: any WorkerLauncher
  package var log: Logger
  package var memory: any MemoryKills = KernelMemoryKills()
  /// The program's version and that of its arithmetic, which orders record.
  package var programVersion = ProgramVersion.current
  package var numerics = ProgramVersion.numerics
  /// Where the weights lie that come with the program, and their hash; nil: they are not there.
  package var starter = StarterWeights.path
  package var starterHash = StarterWeights.sha256

  package init(
    clock: any StudioClock = SystemClock(), files: any FileSystem = GlibcFileSystem(),
    steps: any StepObserver = UnobservedSteps(), launcher: any WorkerLauncher,
    log: Logger = Logger(label: "ritornello")
  ) {
    self.clock = clock
    self.files = files
    self.steps = steps
    self.launcher = launcher
    self.log = log
  }

  /// Announces a durable operation, then makes it.
  func make<Result>(_ step: Step, _ body: () throws -> Result) throws -> Result {
    try steps.willMake(step)
    return try body()
  }
}
