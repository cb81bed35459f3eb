import Testing

@testable import Jobs

@Suite("Lengths of time, sizes and lengths of songs")
struct QuantityTests {
  @Test(
    "a length of time is read and written",
    arguments: [
      ("2s", 2000, "2s"), ("1.5h", 5_400_000, "90m"), ("250 ms", 250, "250ms"), ("0s", 0, "0s"),
      ("7d", 604_800_000, "7d"),
      ("24h", 86_400_000, "1d"), ("0.5 s", 500, "500ms"),
    ])
  func readsSpans(_ text: String, _ milliseconds: Int, _ written: String) throws {
    let span = try #require(TimeSpan(text))
    #expect(span.milliseconds == milliseconds)
    #expect(span.description == written)
  }

  @Test(
    "what is no length of time is refused",
    arguments: ["2", "s", "-1s", "2 hours", "1e3s", ".5s", "5.s", "1.2.3s", "2  s", " 2s", "99999999d", "", "٣s"])
  func refusesSpans(_ text: String) {
    #expect(TimeSpan(text) == nil)
  }

  @Test(
    "a size is read and written",
    arguments: [
      ("32 MiB", 33_554_432, "32 MiB"), ("1GiB", 1_073_741_824, "1 GiB"), ("1.5 KiB", 1536, "1536 B"),
      ("0 B", 0, "0 B"),
    ])
  func readsSizes(_ text: String, _ bytes: Int, _ written: String) throws {
    let size = try #require(ByteCount(text))
    #expect(size.bytes == bytes)
    #expect(size.description == written)
  }

  @Test("decimal units are no sizes", arguments: ["32MB", "1 G", "1", "1kib"])
  func refusesSizes(_ text: String) {
    #expect(ByteCount(text) == nil)
  }

  @Test(
    "the length of a song is read and written",
    arguments: [
      ("32 bars", SongLength.bars(32), "32 bars"), ("1 bar", .bars(1), "1 bars"), ("90 s", .seconds(90), "90 s"),
      ("90s", .seconds(90), "90 s"), ("1.5m", .seconds(90), "90 s"), ("512 frames", .frames(512), "512 frames"),
    ])
  func readsLengths(_ text: String, _ length: SongLength, _ written: String) throws {
    #expect(SongLength(text) == length)
    #expect(length.description == written)
  }

  @Test(
    "what is no length is refused", arguments: ["32", "0 bars", "1.5 bars", "-3 s", "bars", "2000000 bars", "0.5 s"])
  func refusesLengths(_ text: String) {
    #expect(SongLength(text) == nil)
  }
}
