/// How exactly the operands of large products are kept while training.
package enum Precision: String, Sendable, CaseIterable {
  /// As they are.
  case f32
  /// Rounded to bfloat16 once, when they are packed; sums, gates, losses, moments and the weights that are kept stay as
  /// they are.
  case bf16
}
