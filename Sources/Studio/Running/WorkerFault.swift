/// A worker whose result does not hold: a file that it names is missing or has other bytes.
struct WorkerFault: Error, Equatable, CustomStringConvertible {
  var description: String
}
