internal import Network

/// What kind of network is trained, in the words of `jobs.yaml` (`network:` and `loss:`).
package struct NetworkSettings: Sendable, Hashable, Codable {
  /// What one recurrent step reads.
  package enum Reads: String, Sendable, Codable { case tokens, frames }
  /// A further input of a step, each a function of what came before it and of what is asked for.
  package enum Input: String, Sendable, Codable, CaseIterable {
    /// The frame's number modulo 16 · resolution / 4 and modulo 12, one-hot.
    case position
    /// The pitch classes of the last frame.
    case pitchClasses = "pitch-classes"
    /// The frame that followed the longest earlier match of the recent past in the same song, and the match's length.
    case echo
    /// By how many semitones this copy was transposed, modulo 12, one-hot.
    case shift
    /// How much of the song is left: a song's length is told before it begins.
    case barsLeft = "bars-left"
    /// Which of the corpora a song is of, or a mix of them.
    case style
  }
  package enum Loss: String, Sendable, Codable { case mse, mae, bce, crossEntropy = "cross-entropy" }

  package var reads: Reads
  package var cell: String
  package var hidden: Int
  package var layers: Int
  package var embedding: Int
  package var head: Int
  /// In the order in which they are joined: that of `Input.allCases`.
  package var inputs: [Input]
  package var dropout: [String: Double]
  /// Whether each layer above the first adds what it read to what it gives.
  package var residual: Bool {
    get { residualIfTrue == true }
    set { residualIfTrue = newValue ? true : nil }
  }
  /// Whether each layer's output is normalised.
  package var layerNorm: Bool {
    get { layerNormIfTrue == true }
    set { layerNormIfTrue = newValue ? true : nil }
  }
  package var loss: Loss

  /// The corpora that `style` tells apart, in the order in which they are told.
  package var styles: [String] {
    get { stylesIfAny ?? [] }
    set { stylesIfAny = newValue.isEmpty ? nil : newValue }
  }

  // Not written where false or empty, so that weights without them keep their bytes.
  private var residualIfTrue: Bool?
  private var layerNormIfTrue: Bool?
  private var stylesIfAny: [String]?

  private enum CodingKeys: String, CodingKey {
    case reads, cell, hidden, layers, embedding, head, inputs, dropout, loss
    case residualIfTrue = "residual"
    case layerNormIfTrue = "layer_norm"
    case stylesIfAny = "styles"
  }

  package init(
    reads: Reads, cell: String = "lstm", hidden: Int, layers: Int = 1, embedding: Int, head: Int, inputs: [Input] = [],
    dropout: [String: Double] = [:], residual: Bool = false, layerNorm: Bool = false, loss: Loss
  ) {
    self.reads = reads
    self.cell = cell
    self.hidden = hidden
    self.layers = layers
    self.embedding = embedding
    self.head = head
    self.inputs = Input.allCases.filter(inputs.contains)
    self.dropout = dropout.filter { $0.value != 0 }
    self.loss = loss
    self.residual = residual
    self.layerNorm = layerNorm
  }

  /// The cell as the network takes it; a plan with another name is refused before it is used.
  var recurrentCell: Architecture.Cell { Architecture.Cell(rawValue: cell) ?? .lstm }

  /// The shares as the network takes them.
  var dropoutShares: Architecture.Dropout {
    func share(_ name: String) -> Float { Float(dropout[name] ?? 0) }
    return Architecture.Dropout(
      input: share("input"), between: share("between"), recurrent: share("recurrent"), output: share("output"),
      head: share("head"))
  }
}

extension NetworkPlan {
  /// Lets a network that is told styles tell these corpora apart, and those that the weights to start from do.
  package mutating func tell(corpora: some Sequence<String?>, from start: NetworkPlan?) {
    guard network.inputs.contains(.style) else { return }
    network.styles = Set(corpora.compactMap(\.self)).union(start?.network.styles ?? []).union(network.styles).sorted()
  }
}
