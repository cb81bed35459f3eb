internal import CKernels

extension TokenPlan {
  /// Calls `body` with the tokens' table rows, their step rows (one place a token), and their places.
  func withPointers(_ body: (_ tables: ck_sparse, _ rows: ck_sparse, _ at: UnsafePointer<Int32>?) -> Void) {
    tableOffsets.withUnsafeBufferPointer { offsets in
      tableRows.withUnsafeBufferPointer { tableRows in
        row.withUnsafeBufferPointer { row in
          at.withUnsafeBufferPointer { at in
            ones.withUnsafeBufferPointer { ones in
              body(ck_sparse(offsets, tableRows, nil), ck_sparse(ones, row, nil), at.baseAddress)
            }
          }
        }
      }
    }
  }
}
