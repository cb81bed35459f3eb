internal import Foundation
internal import Network

/// A guide's weights as text: their upper 16 bits, as bfloat16 has them, lowest byte first, tensor by tensor in base64.
enum GuideText {
  /// The most weights whose text fits a header.
  static let mostParameters = 5_500_000

  /// The nearest number that bfloat16 has, of two the even one.
  static func rounded(_ value: Float) -> Float {
    let bits = value.bitPattern
    let up = bits &+ 0x7FFF &+ (bits >> 16 & 1)
    return Float(bitPattern: (value.isFinite ? up : bits) & 0xFFFF_0000)
  }

  static func text(of guide: [Tensor]) -> String {
    var bytes = Data(capacity: 2 * guide.reduce(0) { $0 + $1.values.count })
    for tensor in guide {
      for value in tensor.values {
        let half = UInt16(value.bitPattern >> 16)
        bytes.append(UInt8(half & 0xFF))
        bytes.append(UInt8(half >> 8))
      }
    }
    return bytes.base64EncodedString()
  }

  /// Reads the guide of a network with such tensors; nil where the text is none.
  static func read(_ text: String, as tensors: [Tensor]) -> [Tensor]? {
    guard let data = Data(base64Encoded: text), data.count == 2 * tensors.reduce(0, { $0 + $1.values.count }) else {
      return nil
    }
    let bytes = [UInt8](data)
    var place = 0
    return tensors.map { tensor in
      var guide = tensor
      for index in guide.values.indices {
        guide.values[index] = Float(bitPattern: UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 24)
        place += 2
      }
      return guide
    }
  }
}
