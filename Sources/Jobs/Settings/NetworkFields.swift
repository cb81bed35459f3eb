/// What one recurrent step reads.
package enum NetworkReading: String, Codable, Sendable, CaseIterable { case tokens, frames }

/// The kind of recurrent cell.
package enum CellName: String, Codable, Sendable, CaseIterable { case lstm, gru, rnn }

/// A further input of a step, a function of what came before it and of what is asked for; in the order in which the network takes them.
package enum NetworkInput: String, Codable, Sendable, CaseIterable {
  case position
  case pitchClasses = "pitch-classes"
  case echo
  case shift
  case barsLeft = "bars-left"
  case style
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
  /// Whether each layer above the first adds what it read to what it gives.
  package var residual = false
  /// Whether each layer's output is normalised.
  package var layerNorm = false

  /// Takes the defaults of a way of reading.
  package init(reads: NetworkReading) {
    self.reads = reads
    embedding = reads == .frames ? 0 : 256
    head = reads == .frames ? 256 : 0
  }

  package enum CodingKeys: String, CodingKey {
    case reads, cell, hidden, layers, embedding, head, inputs, dropout, residual
    case layerNorm = "layer_norm"
  }
}

extension NetworkFields {
  /// Reads fields of this or an earlier version; what that did not know is as it was then.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(reads: try container.decode(NetworkReading.self, forKey: .reads))
    cell = try container.decode(CellName.self, forKey: .cell)
    hidden = try container.decode(Int.self, forKey: .hidden)
    layers = try container.decode(Int.self, forKey: .layers)
    embedding = try container.decode(Int.self, forKey: .embedding)
    head = try container.decode(Int.self, forKey: .head)
    inputs = try container.decode([NetworkInput].self, forKey: .inputs)
    dropout = try container.decode(DropoutFields.self, forKey: .dropout)
    residual = try container.decodeIfPresent(Bool.self, forKey: .residual) ?? false
    layerNorm = try container.decodeIfPresent(Bool.self, forKey: .layerNorm) ?? false
  }
}
