import ArgumentParser
import Composition
import Dispatch
import Foundation
import Glibc
import Work

/// `ritornello work RUN-FOLDER`: the worker of one attempt, started by the studio.
struct WorkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "work",
    abstract: "Do what a run's folder orders (started by the studio).",
    discussion: """
      Reads order.json in the folder, writes progress, checkpoints, weights and songs there, and touches nothing else.

      ritornello work .ritornello/runs/nightly/0007
      """)

  @Argument(help: "The run's folder.", completion: .directory)
  var folder: String

  func run() throws {
    let interruption = Interruption()
    try reporting(interruption) {
      let lock = try WorkerLock(folder)
      defer { lock.release() }
      let watch = StudioWatch(interruption.flag)
      defer { watch.cancel() }
      let order = try Worker.readOrder(in: folder)
      var worker = Worker(order, in: folder, stop: interruption.flag)
      let result = try worker.perform()
      if let failure = result.failure { printError("ritornello: \(failure.message)") }
    }
  }
}

/// Keeps two workers out of one run's folder: a worker whose studio was killed may still be writing its checkpoint.
private struct WorkerLock {
  private let descriptor: Int32

  init(_ folder: String) throws {
    descriptor = open(folder + "/worker.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw CompositionError(.machine, "cannot write \(folder)/worker.lock: \(String(cString: strerror(errno)))")
    }
    for _ in 0..<600 {
      if lockf(descriptor, F_TLOCK, 0) == 0 { return }
      usleep(50_000)
    }
    throw fail("another worker is still at work in \(folder)", Exit.tryLater)
  }

  func release() { close(descriptor) }
}

/// Sets the flag when the studio that started this worker is gone.
private struct StudioWatch {
  private let timer: (any DispatchSourceTimer)?

  init(_ flag: StopFlag) {
    guard let text = ProcessInfo.processInfo.environment["RITORNELLO_STUDIO_PID"], let studio = pid_t(text) else {
      timer = nil
      return
    }
    let timer = DispatchSource.makeTimerSource(queue: .global())
    timer.schedule(deadline: .now(), repeating: .milliseconds(250))
    timer.setEventHandler { if getppid() != studio { flag.stop() } }
    timer.resume()
    self.timer = timer
  }

  func cancel() { timer?.cancel() }
}
