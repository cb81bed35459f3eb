import Foundation
import Testing

@testable import Jobs

@Suite("The register of songs on one tonic")
struct TransposeRegisterTests {
  private func transpose(_ text: String) throws -> TransposeSettings? {
    try Parsed(train: "transpose: \(text)").train().transpose
  }

  @Test("songs lie where the corpus lies as soon as all stand on one tonic, unless that is taken away")
  func followsTonic() throws {
    #expect(try transpose("{range: [-6, 5], tonic: true}")?.register == true)
    #expect(try transpose("{range: [-6, 5], tonic: true, register: false}")?.register == false)
    #expect(try transpose("{range: [-6, 5]}")?.register == false)
  }

  @Test("settings that were written before there was a register say that there is none")
  func readsOlderSettings() throws {
    let older = TransposeSettings(range: Bounds(-6, 5), fade: true, tonic: true, register: false)
    let bytes = try JSONEncoder().encode(older)
    #expect(!String(decoding: bytes, as: UTF8.self).contains("register"))
    #expect(try JSONDecoder().decode(TransposeSettings.self, from: bytes) == older)
  }
}
