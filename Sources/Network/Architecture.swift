/// What a network is made of: what a step reads, the recurrent layers, and how the output is written.
///
/// Letters of this module: B lanes (batch), T steps (time), I width of what is read, E embedding, H hidden units,
/// V classes, N written tokens. Row r of anything with T·B rows is step t of lane b, r = t·B + b.
package struct Architecture: Sendable, Hashable {
  /// What one step reads.
  package enum Reading: Sendable, Hashable {
    /// One class of `count`: a row of the embedding `input.weight` [count, E].
    case classes(count: Int)
    /// A vector of `width` numbers, mostly zeros. With `embedding > 0` it goes through the dense layer `input.weight`
    /// [E, width], `input.bias` [E]; with 0 it enters the first recurrent layer itself.
    case vectors(width: Int)
  }

  package enum Cell: String, Sendable, Hashable, CaseIterable { case lstm, gru, rnn }

  /// Shares that are dropped in training; what is kept is scaled by 1 / (1 - share).
  ///
  /// One mask a lane and batch (the same for all its steps), but for `head` one a token (a frame for `independent`).
  package struct Dropout: Sendable, Hashable {
    /// Of what the first recurrent layer reads.
    ///
    /// What the head reads directly is never dropped.
    package var input: Float
    /// Between recurrent layers.
    package var between: Float
    /// Of the recurrent state, as the recurrent product reads it.
    package var recurrent: Float
    /// Of the last recurrent layer's output.
    package var output: Float
    /// Of the head's hidden layer, after its ReLU.
    package var head: Float

    package init(input: Float = 0, between: Float = 0, recurrent: Float = 0, output: Float = 0, head: Float = 0) {
      self.input = input
      self.between = between
      self.recurrent = recurrent
      self.output = output
      self.head = head
    }
  }

  /// The loss of a network whose output is a vector of values.
  package enum ValueLoss: String, Sendable, Hashable {
    /// Mean squared error over all elements; the output is linear.
    case mse
    /// Mean absolute error over all elements; the output is linear.
    case mae
    /// Binary cross-entropy summed over a row's elements; the output is a logit.
    case bce
  }

  /// How the output is written.
  package enum Writing: Sendable, Hashable {
    /// A softmax over `count` classes: `output.weight` [count, H], `output.bias`.
    case classes(count: Int)
    /// `width` values: `output.weight` [width, H], `output.bias`.
    case values(width: Int, loss: ValueLoss)
    /// A head with one hidden layer of `head` (ReLU) on the recurrent output and what the step read (a class as a
    /// one-hot vector, a vector as it is, before any dense layer), then `width`
    /// logits with binary cross-entropy: `head.weight` [head, H + I], `head.bias`, `output.weight` [width, head],
    /// `output.bias`.
    case independent(head: Int, width: Int)
    /// A head that writes each step's tokens one after another.
    case written(WrittenHead)
  }

  package var reading: Reading
  /// The width of the embedding or dense input layer; 0: none (not with `classes`).
  package var embedding: Int
  package var cell: Cell
  package var hidden: Int
  package var layers: Int
  package var dropout: Dropout
  /// Whether each layer above the first adds what it read to what it gives (`LayerOutput`).
  package var residual: Bool
  /// Whether each layer's output is normalised before it goes up: `norm.N.weight` [H], `norm.N.bias` [H].
  package var layerNorm: Bool
  package var writing: Writing

  package init(
    reading: Reading, embedding: Int, cell: Cell = .lstm, hidden: Int, layers: Int = 1, dropout: Dropout = Dropout(),
    residual: Bool = false, layerNorm: Bool = false, writing: Writing
  ) {
    self.reading = reading
    self.embedding = embedding
    self.cell = cell
    self.hidden = hidden
    self.layers = layers
    self.dropout = dropout
    self.residual = residual
    self.layerNorm = layerNorm
    self.writing = writing
  }
}

/// A head without recurrence that writes the tokens of one step.
///
/// For token n of step row r: a = head.weight · [h_r, x_r] + head.bias + Σ rows of the tables that the token names
/// (in the order named); z = ReLU(a); logits = output_g.weight · z + output_g.bias; classes that the token's mask
/// forbids have probability 0; softmax.
package struct WrittenHead: Sendable, Hashable {
  /// A table of additive rows for the hidden layer.
  package struct Table: Sendable, Hashable {
    /// The tensor's name in a file, such as `last.weight`.
    package var name: String
    package var rows: Int
    /// Whether the file holds it as a linear layer, [head, rows], rather than as an embedding, [rows, head].
    package var isLinear: Bool
    package init(name: String, rows: Int, isLinear: Bool) {
      self.name = name
      self.rows = rows
      self.isLinear = isLinear
    }
  }

  /// The width of the hidden layer.
  package var head: Int
  /// The tables; their rows are numbered through: table k's row i is Σ rows of the tables before k, plus i.
  package var tables: [Table]
  /// The names of the output layers, such as `output` or `output.0`, each `NAME.weight` [classes, head], `NAME.bias`.
  package var outputs: [String]
  /// How many classes every output layer has.
  package var classes: Int
  /// Which classes are allowed (1) or forbidden (0): masks one after another, `classes` long each.
  package var masks: [UInt8]

  package init(head: Int, tables: [Table], outputs: [String], classes: Int, masks: [UInt8]) {
    self.head = head
    self.tables = tables
    self.outputs = outputs
    self.classes = classes
    self.masks = masks
  }
}
