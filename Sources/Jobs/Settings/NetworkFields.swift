/// What one recurrent step reads.
package enum NetworkReading: String, Codable, Sendable, CaseIterable { case tokens, frames }

/// The kind of recurrent cell.
package enum CellName: String, Codable, Sendable, CaseIterable { case lstm, gru, rnn }

/// A further input of a step, a function of what came before it; in the order in which the network takes them.
package enum NetworkInput: String, Codable, Sendable, CaseIterable {
  case position
  case pitchClasses = "pitch-classes"
  case shift
}

/// The shares that training drops, each from 0 up to but not 1.
package struct DropoutFields: Codable, Sendable, Equatable {
  /// Of the first layer's inputs.
  package var input: Double = 0
  /// Between two layers.
  package var between: Double = 0
  /// Of the state that a cell hands to its next step.
  package var recurrent: Double = 0
  /// Of the last layer's outputs.
  package var output: Double = 0
  /// Of the head's hidden layer.
  package var head: Double = 0

  package init() {}

  package enum CodingKeys: String, CodingKey { case input, between, recurrent, output, head }
}

/// What `network:` sets: the shape of the network.
package struct NetworkFields: Codable, Sendable, Equatable {
  package var reads: NetworkReading
  package var cell: CellName = .lstm
  /// Units of a layer.
  package var hidden = 256
  /// Recurrent layers.
  package var layers = 1
  /// Width of the layer before the first recurrent one; 0: none.
  package var embedding: Int
  /// Width of the head's hidden layer; 0: no head.
  package var head: Int
  /// Further inputs, each at most once, in the order of `NetworkInput`.
  package var inputs: [NetworkInput] = []
  package var dropout = DropoutFields()

  /// Takes the defaults of a way of reading.
  package init(reads: NetworkReading) {
    self.reads = reads
    embedding = reads == .frames ? 0 : 256
    head = reads == .frames ? 256 : 0
  }

  package enum CodingKeys: String, CodingKey { case reads, cell, hidden, layers, embedding, head, inputs, dropout }
}
