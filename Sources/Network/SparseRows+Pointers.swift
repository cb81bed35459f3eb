internal import CKernels

extension SparseRows {
  /// Calls `body` with the rows as the kernels take them.
  func withPointers(_ body: (ck_sparse) -> Void) {
    offsets.withUnsafeBufferPointer { offsets in
      indices.withUnsafeBufferPointer { indices in
        guard let values else { return body(ck_sparse(offsets, indices, nil)) }
        values.withUnsafeBufferPointer { body(ck_sparse(offsets, indices, $0)) }
      }
    }
  }
}

extension ck_sparse {
  /// Rows without a mask.
  init(
    _ offsets: UnsafeBufferPointer<Int32>, _ indices: UnsafeBufferPointer<Int32>, _ values: UnsafeBufferPointer<Float>?
  ) {
    self.init()
    self.offsets = offsets.baseAddress
    self.indices = indices.baseAddress
    self.values = values?.baseAddress
  }
}
