import ArgumentParser

/// Exit statuses, as `sysexits.h` names them.
enum Exit {
  static let done: Int32 = 0
  /// The command line is wrong.
  static let usage: Int32 = 64
  /// The data or the spec is bad.
  static let data: Int32 = 65
  /// There is no such input.
  static let noInput: Int32 = 66
  /// A fault of ours.
  static let software: Int32 = 70
  /// Something cannot be created.
  static let cannotCreate: Int32 = 73
  /// Reading or writing failed.
  static let inputOutput: Int32 = 74
  /// It may succeed later.
  static let tryLater: Int32 = 75
}

/// Writes a line on standard error.
func printError(_ line: String) { Terminal.log(line) }

/// Tells what went wrong on standard error, as `ritornello: message`, and gives the error that ends the command.
///
/// Use it as `throw fail("…", Exit.data)`.
func fail(_ message: String, _ code: Int32) -> ExitCode {
  printError("ritornello: " + message)
  return ExitCode(code)
}
