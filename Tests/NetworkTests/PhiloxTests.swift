import Network
import Testing

@Suite("Philox")
struct PhiloxTests {
  /// The known-answer vectors of Random123 1.14 (`tests/kat_vectors`, lines `philox4x32 10`).
  struct KnownAnswer: CustomTestStringConvertible {
    var counter: [UInt32]
    var key: [UInt32]
    var answer: SIMD4<UInt32>
    var testDescription: String { "counter \(counter)" }
  }

  static let knownAnswers = [
    KnownAnswer(
      counter: [0, 0, 0, 0], key: [0, 0],
      answer: [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
    KnownAnswer(
      counter: [.max, .max, .max, .max], key: [.max, .max],
      answer: [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]),
    KnownAnswer(
      counter: [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], key: [0xA409_3822, 0x299F_31D0],
      answer: [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]),
  ]

  @Test("a block is as the authors of Philox tell", arguments: knownAnswers)
  func knownAnswer(_ row: KnownAnswer) {
    let c = row.counter
    #expect(Philox.block(c[0], c[1], c[2], c[3], key: row.key[0], row.key[1]) == row.answer)
  }

  @Test("the seed is the key; index, lane and purpose are the counter")
  func layout() {
    let philox = Philox(seed: 0x299F_31D0_A409_3822, purpose: 0x0370_7344)
    #expect(philox.bits(0x85A3_08D3_243F_6A88, 0x1319_8A2E) == Self.knownAnswers[2].answer)
  }

  @Test("uniform numbers lie in 0 ..< 1, use 24 bits, and have the right mean")
  func uniform() {
    #expect(Philox.uniform(UInt32.max) == 1 - 0x1p-24)
    #expect(Philox.uniform(0xFF) == 0)
    let philox = Philox(seed: 1, purpose: 2)
    let sum = (0..<4000).reduce(Float(0)) { $0 + philox.uniform(UInt64($1)) }
    #expect(abs(sum / 4000 - 0.5) < 0.02)
  }

  @Test("a stream gives the words of its index lane after lane")
  func streamOrder() {
    var stream = PhiloxStream(seed: 9, purpose: 3, index: 7)
    let philox = Philox(seed: 9, purpose: 3)
    let words = (0..<8).map { _ in stream.word() }
    let first = philox.bits(7, 0)
    let second = philox.bits(7, 1)
    #expect(words == [first.x, first.y, first.z, first.w, second.x, second.y, second.z, second.w])
    var again = PhiloxStream(seed: 9, purpose: 3, index: 7)
    #expect(again.next() == UInt64(first.y) << 32 | UInt64(first.x))
  }

  @Test("numbers below n reach every value about as often")
  func below() {
    var stream = PhiloxStream(seed: 5, purpose: 1)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<7000 { counts[stream.below(7)] += 1 }
    #expect(counts.allSatisfy { (850...1150).contains($0) })
    #expect(stream.below(1) == 0)
    #expect((0..<100).allSatisfy { _ in (0..<Int.max).contains(stream.below(.max)) })
  }

  @Test("a shuffle keeps the elements and is the same each time")
  func shuffle() {
    var first = Array(0..<50)
    var second = Array(0..<50)
    var stream = PhiloxStream(seed: 5, purpose: 1)
    stream.shuffle(&first)
    stream = PhiloxStream(seed: 5, purpose: 1)
    stream.shuffle(&second)
    #expect(first == second)
    #expect(first != Array(0..<50))
    #expect(first.sorted() == Array(0..<50))
  }

  @Test("a shuffle holds still: its order is part of what training gives")
  func shuffleGolden() {
    var order = Array(0..<8)
    var stream = PhiloxStream(seed: 1, purpose: 2, index: 3)
    stream.shuffle(&order)
    #expect(order == [4, 5, 3, 7, 2, 0, 1, 6])
  }
}
