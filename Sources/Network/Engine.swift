internal import CKernels

/// Kernels and the threads that run them, with the ways in which work is split: over outputs only.
struct Engine {
  let pool: WorkerPool
  let kernels: ck_kernels

  init(pool: WorkerPool, kernels: Kernels) {
    self.pool = pool
    self.kernels = kernels.table
  }

  /// Multiplications below which other threads are not worth waking (some microseconds).
  static let smallest = 1 << 17

  /// C = start + A·B for `rows` rows and `panels` panels.
  func product(_ x: ck_product, rows: Int, panels: Int) {
    withUnsafePointer(to: x) { x in
      guard rows * panels * 64 * x.pointee.k >= Self.smallest else {
        return kernels.product(x, 0, rows, 0, panels)
      }
      guard rows >= 12 * pool.threads else {
        pool.runRanges(panels) { kernels.product(x, 0, rows, $0.lowerBound, $0.upperBound) }
        return
      }
      pool.runRanges((rows + 5) / 6) { kernels.product(x, $0.lowerBound * 6, min($0.upperBound * 6, rows), 0, panels) }
    }
  }

  /// C = start + Aᵀ·B, C of 64·`tiles` rows.
  func productTransposed(_ x: ck_product, tiles: Int, panels: Int) {
    withUnsafePointer(to: x) { x in
      pool.runRanges(tiles * panels) { kernels.product_transposed(x, tiles, $0.lowerBound, $0.upperBound) }
    }
  }

  /// C = start + X·B for sparse X.
  func sparseProduct(_ sparse: ck_sparse, _ x: ck_product, rows: Int, panels: Int) {
    withUnsafePointer(to: x) { x in
      withUnsafePointer(to: sparse) { sparse in
        // About sixteen places a row.
        guard rows * panels * 1024 >= Self.smallest else {
          return kernels.sparse_product(sparse, x, 0, rows, 0, panels)
        }
        guard rows >= 12 * pool.threads else {
          pool.runRanges(panels) { kernels.sparse_product(sparse, x, 0, rows, $0.lowerBound, $0.upperBound) }
          return
        }
        pool.runRanges(rows) { kernels.sparse_product(sparse, x, $0.lowerBound, $0.upperBound, 0, panels) }
      }
    }
  }

  /// Makes what all gates start from.
  func gates(_ input: GateInput, rows: Int, panels: Int) {
    if let sparse = input.sparse {
      sparseProduct(sparse, input.product, rows: rows, panels: panels)
    } else {
      product(input.product, rows: rows, panels: panels)
    }
  }

  /// Makes what one panel of gates starts from, on the calling thread.
  func gates(_ input: GateInput, rows: Int, panel: Int) {
    withUnsafePointer(to: input.product) { x in
      guard var sparse = input.sparse else { return kernels.product(x, 0, rows, panel, panel + 1) }
      kernels.sparse_product(&sparse, x, 0, rows, panel, panel + 1)
    }
  }

  /// g = Xᵀ·d for sparse X, over ascending rows; d's row of X's row r is at[r], or r.
  ///
  /// g's rows 0 ..< `cleared` are zero at first.
  func sparseTransposed(
    _ sparse: ck_sparse, d: UnsafePointer<Float>, dRows: Int, at: UnsafePointer<Int32>? = nil,
    g: UnsafeMutablePointer<Float>, gRows: Int, cleared: Int, rows: Int, panels: Int
  ) {
    withUnsafePointer(to: sparse) { sparse in
      pool.run(panels) { p in
        (g + p * gRows * 64).update(repeating: 0, count: cleared * 64)
        kernels.sparse_transposed(sparse, d, dRows, at, g, gRows, 0, rows, p, p + 1)
      }
    }
  }

  func columnSums(
    _ d: UnsafePointer<Float>, dRows: Int, rows: Range<Int>, into sums: UnsafeMutablePointer<Float>, panels: Int
  ) {
    pool.runRanges(panels) {
      kernels.column_sums(d, dRows, rows.lowerBound, rows.upperBound, sums, $0.lowerBound, $0.upperBound)
    }
  }

  func transpose(_ w: UnsafePointer<Float>, rows: Int, panels: Int, tiles: Int, into t: UnsafeMutablePointer<Float>) {
    pool.runRanges(tiles) { kernels.transpose(w, rows, panels, t, $0.lowerBound, $0.upperBound) }
  }

  /// Adds packed numbers, of which there are whole panels.
  func add(_ one: FloatBuffer, to sum: FloatBuffer) {
    pool.runRanges(sum.count / 64) {
      kernels.add(64 * $0.count, one.base + 64 * $0.lowerBound, sum.base + 64 * $0.lowerBound)
    }
  }

  /// Multiplies rows by their lane's mask [lanes, width].
  func mask(_ x: UnsafeMutablePointer<Float>, rows: Int, by mask: UnsafePointer<Float>, lanes: Int, width: Int) {
    pool.runRanges(rows) {
      kernels.mask_rows(x, rows, mask, lanes, width, $0.lowerBound, $0.upperBound, 0, width / 64)
    }
  }
}

extension ck_product {
  /// C = start + A·B; of C's last panel only what `columns` asks for, 0: all.
  init(
    a: UnsafePointer<Float>, aRows: Int, b: UnsafePointer<Float>, bRows: Int, k: Int, c: UnsafeMutablePointer<Float>,
    cRows: Int, start: Start, columns: Int = 0
  ) {
    self.init()
    self.a = a
    a_rows = aRows
    self.b = b
    b_rows = bRows
    self.k = k
    self.c = c
    c_rows = cRows
    self.columns = columns
    switch start {
    case .zero: self.start = nil
    case .bias(let bias):
      self.start = bias
      start_rows = 1
      start_step = 0
    case .sum:
      self.start = UnsafePointer(c)
      start_rows = cRows
      start_step = 64
    case .rows(let rows):
      self.start = rows
      start_rows = cRows
      start_step = 64
    }
  }

  enum Start {
    case zero
    case bias(UnsafePointer<Float>)
    case sum
    /// Rows that lie as C's do.
    case rows(UnsafePointer<Float>)
  }
}
