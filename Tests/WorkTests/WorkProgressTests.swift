import Foundation
import Testing

@testable import Work

@Suite("Progress")
struct WorkProgressTests {
  @Test(
    "whatever a worker has written, it is 0 to 100 of a hundred",
    arguments: [("1e300", 100), ("-1e300", 0), ("0.426", 42)])
  func percent(text: String, expected: Int) throws {
    let json = try JSONEncoder().encode(WorkProgress(stage: .training))
    let altered = String(decoding: json, as: UTF8.self).replacing("\"fraction\":0", with: "\"fraction\":\(text)")
    #expect(try JSONDecoder().decode(WorkProgress.self, from: Data(altered.utf8)).percent == expected)
  }
}
