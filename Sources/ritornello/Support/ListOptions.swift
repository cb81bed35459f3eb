import ArgumentParser

/// How much of a long list is shown.
struct ListOptions: ParsableArguments {
  @Option(help: "Show the newest so many.")
  var last = 1000

  @Flag(help: "Show all, however many there are.")
  var all = false

  func validate() throws {
    guard last > 0 else { throw ValidationError("--last takes a number from 1 on") }
  }

  /// How many are asked for at most.
  var limit: Int { all ? .max : last }

  /// Says on standard error that some are left out.
  func tell(shown: Int, of number: Int, _ what: String) {
    if shown < number { printError("\(number - shown) older \(what) are left out; --all lists them") }
  }
}
