internal import CKernels
internal import Glibc

/// The table of kernels built for one instruction set.
struct Kernels: @unchecked Sendable {
  // Unchecked: the table is a constant of the C target.
  private let pointer: UnsafePointer<ck_kernels>

  var table: ck_kernels { pointer.pointee }
  var name: String { String(cString: pointer.pointee.name) }

  /// The kernels of that name; nil where this processor cannot run them.
  init?(named name: String) {
    guard let pointer = ck_kernels_named(name) else { return nil }
    self.pointer = pointer
  }

  private init(_ pointer: UnsafePointer<ck_kernels>) { self.pointer = pointer }

  static let best = Kernels(ck_kernels_best())

  /// Those that `RITORNELLO_KERNELS` names, else the fastest; a name that cannot be run is `KernelChoice.select`'s to
  /// refuse.
  static let selected: Kernels = KernelChoice.wanted.flatMap { Kernels(named: $0) } ?? best
}

/// Which build of the kernels is used.
package enum KernelChoice {
  static let names = ["amx", "avx512bf16", "avx512", "avx2", "neon", "portable"]

  /// The names that this processor can run, fastest first.
  package static var available: [String] { names.filter { Kernels(named: $0) != nil } }

  /// What the environment asks for.
  static var wanted: String? {
    getenv("RITORNELLO_KERNELS").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Tells which kernels are used; to be called once at start.
  ///
  /// - Throws: `NetworkError` if `RITORNELLO_KERNELS` names kernels that do not exist or that this processor cannot run.
  @discardableResult
  package static func select() throws(NetworkError) -> String {
    if let wanted, !available.contains(wanted) {
      throw NetworkError(
        "RITORNELLO_KERNELS is '\(wanted)', which this processor cannot run; it can run "
          + available.joined(separator: ", "))
    }
    return Kernels.selected.name
  }
}
