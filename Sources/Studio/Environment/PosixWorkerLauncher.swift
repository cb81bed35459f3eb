internal import CPosix
import Foundation
import Glibc
package import Identity

/// Starts `ritornello work RUN-FOLDER` as a child in a process group of its own.
package struct PosixWorkerLauncher: WorkerLauncher {
  /// The program and the arguments that stand before the run's folder.
  package var command: [String]

  package init(command: [String]) { self.command = command }

  /// The launcher that runs this very program as worker.
  ///
  /// Where the program's file was replaced since it started, the image that runs is used still, so that a worker is
  /// always of the studio's own version.
  package init() {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let path = count > 0 ? String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
    let isThere = !path.isEmpty && access(path, X_OK) == 0
    command = [isThere ? path : "/proc/self/exe", "work"]
  }

  package func launch(runFolder: FileName, niceness: Int32) throws(FileError) -> Int32 {
    var variables = ProcessInfo.processInfo.environment
    variables["RITORNELLO_STUDIO_PID"] = String(getpid())
    let words = command.map { Array($0.utf8) } + [runFolder.bytes]
    let log = runFolder.appending(FileName("log"))
    let worker = try spawn(words, variables, input: FileName("/dev/null"), log: log, in: nil)
    if niceness > 0 { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(worker), niceness) }
    return worker
  }

  package func start(
    _ command: [String], input: FileName, log: FileName, in folder: FileName
  ) throws(FileError) -> Int32 {
    let variables = ProcessInfo.processInfo.environment
    return try spawn(command.map { Array($0.utf8) }, variables, input: input, log: log, in: folder)
  }

  /// Starts a process in a group of its own; the program is looked for in `PATH` where its name has no slash.
  private func spawn(
    _ words: [[UInt8]], _ variables: [String: String], input: FileName, log: FileName, in folder: FileName?
  ) throws(FileError) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    withCString(input.bytes) { _ = posix_spawn_file_actions_addopen(&actions, 0, $0, O_RDONLY, 0) }
    withCString(log.bytes) {
      _ = posix_spawn_file_actions_addopen(&actions, 1, $0, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    }
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    if let folder { withCString(folder.bytes) { _ = cposix_spawn_in_folder(&actions, $0) } }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    // The studio ignores the signals that it takes through a dispatch source; a worker must not inherit that.
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var variables = variables
    for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] { variables[name] = nil }
    let environment = variables.map { Array("\($0.key)=\($0.value)".utf8) }

    var worker: pid_t = 0
    let failure = withCStrings(words) { arguments in
      withCStrings(environment) { environment in
        guard let program = arguments.first, let program else { return EINVAL }
        return posix_spawnp(&worker, program, &actions, &attributes, arguments, environment)
      }
    }
    guard failure == 0 else {
      throw FileError(code: failure, call: "start", path: FileName(bytes: words.first ?? []))
    }
    return worker
  }

  package func ending(of worker: Int32) -> WorkerEnding? {
    var status: Int32 = 0
    var found = waitpid(worker, &status, WNOHANG)
    while found == -1 && errno == EINTR { found = waitpid(worker, &status, WNOHANG) }
    if found == 0 { return nil }
    // Gone without a trace: as if it had been killed.
    guard found == worker else { return .signalled(SIGKILL) }
    let signal = status & 0x7f
    return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
  }

  package func signal(_ number: Int32, to worker: Int32) {
    guard worker > 1 else { return }
    _ = kill(-worker, number)
  }
}

/// Lends bytes as a C text.
private func withCString<Result>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
  String(decoding: bytes, as: UTF8.self).withCString { text in
    // Names are bytes: where they are not UTF-8, the text above is not the name.
    let exact = bytes.map { CChar(bitPattern: $0) } + [0]
    return exact.withUnsafeBufferPointer { body($0.baseAddress ?? text) }
  }
}

/// Lends texts as C's array of texts, closed by nil.
private func withCStrings<Result>(
  _ words: [[UInt8]], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  var pointers: [UnsafeMutablePointer<CChar>?] = words.map { word in
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: word.count + 1)
    for (index, byte) in word.enumerated() { copy[index] = CChar(bitPattern: byte) }
    copy[word.count] = 0
    return copy
  }
  defer { for pointer in pointers { pointer?.deallocate() } }
  pointers.append(nil)
  return body(pointers)
}
