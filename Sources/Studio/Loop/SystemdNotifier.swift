import Foundation
import Glibc

/// Speaks systemd's notify protocol (sd_notify(3)): a datagram to the socket that `NOTIFY_SOCKET` names.
package struct SystemdNotifier: Sendable {
  private let address: [UInt8]?
  /// Seconds between two signs of life: a third of what the watchdog allows; nil: none is wanted.
  package let watchdogInterval: Double?

  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let name = environment["NOTIFY_SOCKET"] ?? ""
    if name.hasPrefix("@") {
      address = [0] + Array(name.utf8.dropFirst())
    } else if name.hasPrefix("/") {
      address = Array(name.utf8)
    } else {
      address = nil
    }
    let isForUs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
    if isForUs, let text = environment["WATCHDOG_USEC"], let microseconds = Double(text), microseconds > 0 {
      watchdogInterval = microseconds / 3e6
    } else {
      watchdogInterval = nil
    }
  }

  /// Sends a state such as `READY=1`; where nobody listens, nothing happens.
  package func send(_ state: String) {
    guard let address, address.count < 108 else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var record = sockaddr_un()
    record.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &record.sun_path) { $0.copyBytes(from: address) }
    let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    // An abstract name has no end but its length.
    let length = socklen_t(start + address.count + (address.first == 0 ? 0 : 1))
    let message = Array(state.utf8)
    withUnsafePointer(to: &record) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        _ = sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), pointer, length)
      }
    }
  }
}
