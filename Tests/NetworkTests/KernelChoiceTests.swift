import Glibc
import Testing

@testable import Network

@Suite("The choice of kernels")
struct KernelChoiceTests {
  @Test("portable kernels are always there, and the fastest come first")
  func available() {
    #expect(KernelChoice.available.last == "portable")
    #expect(KernelChoice.available.first == Kernels.best.name)
  }

  @Test("the environment chooses")
  func environment() async {
    await #expect(processExitsWith: .exitCode(7)) {
      setenv("RITORNELLO_KERNELS", "portable", 1)
      let name = try KernelChoice.select()
      exit(name == "portable" && Kernels.selected.name == "portable" ? 7 : 1)
    }
  }

  @Test("a name that cannot be run is refused with those that can")
  func refusal() async {
    await #expect(processExitsWith: .exitCode(7)) {
      setenv("RITORNELLO_KERNELS", "abacus", 1)
      do throws(NetworkError) {
        try KernelChoice.select()
      } catch {
        let names = KernelChoice.available.joined(separator: ", ")
        let expected = "RITORNELLO_KERNELS is 'abacus', which this processor cannot run; it can run " + names
        exit(error.message == expected ? 7 : 1)
      }
    }
  }
}
