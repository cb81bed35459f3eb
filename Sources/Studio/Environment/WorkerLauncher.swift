package import Identity

/// Starts workers and hears how they end, injected so that tests can let one crash or hang.
package protocol WorkerLauncher: Sendable {
  /// Starts a worker on a run's folder, its output appended to `log` in there.
  ///
  /// - Throws: `FileError` where no process can be made.
  func launch(runFolder: FileName, niceness: Int32) throws(FileError) -> Int32
  /// Starts a program that a job names, with a file as its standard input, its output appended to `log`.
  ///
  /// - Throws: `FileError` where no process can be made.
  func start(_ command: [String], input: FileName, log: FileName, in folder: FileName) throws(FileError) -> Int32
  /// How the worker ended, or nil while it lives. Once it has told the end, the process is gone.
  func ending(of worker: Int32) -> WorkerEnding?
  /// Sends a signal to the worker and all that it started.
  func signal(_ number: Int32, to worker: Int32)
}

/// How a worker ended.
package enum WorkerEnding: Sendable, Equatable {
  case exited(Int32)
  case signalled(Int32)
}
