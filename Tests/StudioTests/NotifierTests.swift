import Foundation
import Glibc
import Testing

@testable import Studio

@Suite("systemd's notify protocol")
struct NotifierTests {
  /// A socket that listens as systemd does.
  private func listen(_ address: [UInt8], _ body: (Int32) throws -> Void) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(descriptor) }
    var record = sockaddr_un()
    record.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &record.sun_path) { $0.copyBytes(from: address) }
    let length = socklen_t(2 + address.count)
    let result = withUnsafePointer(to: &record) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    try #require(result == 0)
    try body(descriptor)
  }

  private func receive(_ descriptor: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 100)
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  @Test("a state is sent to a socket in the file system")
  func path() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("notify-" + UUID().uuidString).path
    defer { unlink(path) }
    try listen(Array(path.utf8)) { descriptor in
      SystemdNotifier(environment: ["NOTIFY_SOCKET": path]).send("READY=1")
      #expect(receive(descriptor) == "READY=1")
    }
  }

  @Test("a state is sent to an abstract socket")
  func abstract() throws {
    let name = "ritornello-" + UUID().uuidString
    try listen([0] + Array(name.utf8)) { descriptor in
      SystemdNotifier(environment: ["NOTIFY_SOCKET": "@" + name]).send("STOPPING=1")
      #expect(receive(descriptor) == "STOPPING=1")
    }
  }

  @Test("the watchdog is fed at a third of its time, and only by the process that is meant")
  func watchdog() {
    #expect(SystemdNotifier(environment: ["WATCHDOG_USEC": "30000000"]).watchdogInterval == 10)
    #expect(SystemdNotifier(environment: ["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"]).watchdogInterval == nil)
    #expect(SystemdNotifier(environment: [:]).watchdogInterval == nil)
  }
}
