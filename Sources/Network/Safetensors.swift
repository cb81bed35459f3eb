/// Named tensors and a few texts in one file, as the library `safetensors` lays them out.
///
/// The file is the header's length (8 bytes, little-endian), the header (JSON), and the values of all tensors with nothing
/// between them (https://huggingface.co/docs/safetensors, "Format"). Numbers are 32-bit floats (`F32`) only.
package struct Safetensors: Sendable, Equatable {
  /// The longest header that is read, in bytes.
  package static let headerLimit = 16 << 20

  /// The tensors, in the header's order.
  package var tensors: [Tensor]
  /// The texts of `__metadata__`.
  package var metadata: [String: String]

  package init(tensors: [Tensor] = [], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Finds a tensor by its name.
  package subscript(name: String) -> Tensor? {
    tensors.first { $0.name == name }
  }
}

/// What is wrong with the bytes of a safetensors file, and where.
package struct SafetensorsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What happened and what was expected; names in it are safe to show.
  package var message: String
  /// Bytes from the start of the file.
  package var offset: Int

  package init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }

  package var description: String { "\(message) (byte \(offset))" }
}
