import ArgumentParser

/// How much of a long list is shown.
struct ListOptions: ParsableArguments {
  @Option(help: "Show the newest so many; otherwise a table has 1000, and JSON all.")
  var last: Int?

  @Flag(help: "Show all, however many there are.")
  var all = false

  func validate() throws {
    if let last, last < 1 { throw ValidationError("--last takes a number from 1 on") }
    if last != nil, all { throw ValidationError("--last and --all disagree") }
  }

  /// How many a table shows at most.
  var limit: Int { all ? .max : last ?? 1000 }

  /// Says on standard error that some are left out.
  func tell(shown: Int, of number: Int, _ what: String) {
    if shown < number { printError("\(number - shown) older \(what) are left out; --all lists them") }
  }
}
