// The hot loops, built once for each instruction set, with the same bits from each.
#ifndef CKERNELS_H
#define CKERNELS_H
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// A matrix of R rows and 64·P columns lies "in panels": [P][R][64]. Padding is zero and stays zero.
// All numbers are float. Ranges are half open. Arrays do not overlap unless a line says so.

// C = start + A·B or C = start + Aᵀ·B; each element's sum runs over ascending k, fused, from `start` on. If `pairs`,
// sums of blocks of 32 k are added to it, as pairs.inc says.
typedef struct ck_product {
  const float *_Nullable a;
  size_t a_rows;
  const float *_Nullable b;
  size_t b_rows;
  size_t k;
  float *_Nullable c;
  size_t c_rows;
  // Null: zero. May be c. Else in panels of start_rows rows that lie start_step (0: one row for all, or 64) apart.
  const float *_Nullable start;
  size_t start_rows, start_step;
  // Null; or which row of `start` each of C's rows begins with, whatever the step is.
  const int32_t *_Nullable start_index;
  // 0: all; else only the columns below it are wanted: of the panel that it cuts, whole sixteens are computed.
  size_t columns;
  // 1: a and b hold bfloat16, as `halve` and `pair_rows` of the same table make them, and k counts pairs, an even number.
  // A's row is 32 of them in a panel; B's rows are pairs of rows.
  int pairs;
} ck_product;

// Rows that are mostly zeros: row r is the places indices[offsets[r]..<offsets[r + 1]], ascending, and their values.
typedef struct ck_sparse {
  const int32_t *_Nullable offsets;
  const int32_t *_Nullable indices;
  // Null: all 1.
  const float *_Nullable values;
  // Null, or [mask_lanes][mask_width]: row r's values are multiplied by row r % mask_lanes.
  const float *_Nullable mask;
  size_t mask_lanes, mask_width;
} ck_sparse;

// One recurrent layer over T·B rows, row t·B + b. H is a multiple of 64. Its matrices have G columns:
//   lstm  4H: a panel of 64 holds i, f, g, o of 16 units each (Hochreiter & Schmidhuber 1997; Gers et al. 2000);
//   gru   3H: n, r, z of the input product, r, z, n of the recurrent one (Cho et al. 2014, as PyTorch resets);
//   rnn   H: tanh (Elman 1990).
typedef struct ck_recurrent {
  size_t hidden, lanes, rows;
  // [G/64][rows][64]: sums of the input product and biases; then gates; going back, gradients of the sums.
  // gru: 4H columns n, r, z, u. u is n's recurrent product; so the sums of the input are n, r, z, of the state r, z, u.
  float *gates;
  // [H/16][lanes + rows][16]: cells (gru: the state, unmasked; rnn: none); the first `lanes` rows are those before the
  // batch.
  float *cells;
  // [H/64][rows][64]: what the recurrent product reads: the state before each step, cleared and masked.
  float *before;
  // [H/64][rows][64]: the output, masked.
  float *out;
  // [lanes][H]: the state after the batch, unmasked.
  float *last;
  // [rows]: 0 where the state is cleared before the step, else 1.
  const float *keep;
  // [lanes][H] or null.
  const float *_Nullable recurrent_mask;
  const float *_Nullable out_mask;
  // gru: [3H], the recurrent product's bias.
  const float *_Nullable bias;
  // [G/64][H][64] and transposed [H/64][G][64].
  const float *weights;
  const float *_Nullable transposed;
  // [H/64][rows][64]: the gradient of `out`.
  const float *_Nullable d_out;
  // [H/16][lanes][16] and [H/64][lanes][64]: gradients on their way back; d_cells is zero before the last step.
  float *_Nullable d_cells;
  float *_Nullable d_hidden;
  // Null; or, for products in pairs of bfloat16, copies of `before`, `out` and the gradients of the sums in the same
  // places; `weights` and `transposed` then hold pairs of rows: [G/64][H/2][64], [H/64][G/2][64].
  uint16_t *_Nullable before_half;
  uint16_t *_Nullable out_half;
  uint16_t *_Nullable gates_half;
  // lstm: null; or what the gates start from for each class, [G/64][classes][64], and which class each row reads.
  // Without, `gates` hold that before the step.
  const float *_Nullable table;
  size_t classes;
  const int32_t *_Nullable class_of;
} ck_recurrent;

// A softmax over `width` columns of each row, in panels; what is right in row s is target[s] (-1: not scored).
typedef struct ck_softmax {
  // Logits; replaced by their gradient times `scale` if `gradient`.
  float *_Nullable logits;
  size_t rows, width;
  // [masks][width] of 0 and 1, and which of them a row has; or null.
  const uint8_t *_Nullable masks;
  const int32_t *_Nullable mask;
  const int32_t *_Nullable target;
  int32_t watching;
  int gradient;
  float scale;
  // [rows] each; `watched` may be null.
  float *_Nullable log_probability;
  float *_Nullable watched;
  uint8_t *_Nullable hits;
} ck_softmax;

enum { ck_mse, ck_mae, ck_bce };

// Losses of rows of values.
typedef struct ck_values {
  // Replaced by the gradient times `scale` if `gradient`.
  float *_Nullable outputs;
  // Scratch of the same shape for the targets.
  float *_Nullable dense;
  size_t rows, width;
  int loss_kind;
  ck_sparse targets;
  const uint8_t *_Nullable scored;
  int gradient;
  float scale;
  float *_Nullable loss, *_Nullable log_probability;
  uint8_t *_Nullable hits;
} ck_values;

// The hidden layer of a head: z[at[n]] = ReLU(a[row[n]] + table rows of n, in their order) · keep[n] · scale.
typedef struct ck_head {
  const float *_Nullable a;
  size_t a_rows;
  const int32_t *_Nullable row;
  ck_sparse tables;
  const float *_Nullable table;
  size_t table_rows;
  const int32_t *_Nullable at;
  // [n][64·P] of 0 and 1, or null.
  const uint8_t *_Nullable keep;
  size_t keep_width;
  float scale;
  float *z;
  size_t z_rows;
} ck_head;

enum { ck_adamw, ck_adam, ck_rmsprop, ck_sgd };

// One optimiser step, as PyTorch makes it (adamw: Loshchilov & Hutter 2019; adam: Kingma & Ba 2015).
typedef struct ck_update {
  int kind;
  float *_Nullable w;
  const float *_Nullable g;
  float *_Nullable first, *_Nullable second, *_Nullable average;
  // The gradients are multiplied by `shrink`; corrected_rate is rate / (1 - beta1^t), root2 is sqrt(1 - beta2^t).
  float shrink, rate, decay, corrected_rate, root2, keep_average;
} ck_update;

// What a layer hands up: y = norm(x) · mask + below, each where there is one (Ba, Kiros & Hinton 2016).
//   norm(x) = (x - mean) / sqrt(variance + 1e-5) · weight + bias over a row's `width` numbers: sixteen sums and a tree.
typedef struct ck_hand_up {
  size_t rows, lanes, width;
  // [P][rows][64], P panels of the width.
  const float *x;
  // [64·P], zero past the width; or null.
  const float *_Nullable weight, *_Nullable bias;
  // [rows][2]: mean and 1 / deviation, where there are weights.
  float *_Nullable statistics;
  // [lanes][64·P] or null.
  const float *_Nullable mask;
  const float *_Nullable below;
  float *y;
  // Gradients of y and x.
  const float *_Nullable d_y;
  float *_Nullable d_x;
} ck_hand_up;

// One table of kernels.
typedef struct ck_kernels {
  const char *name;
  // Where each of four k lies among their halves of bfloat16: 0, 1, 2, 3 or otherwise.
  uint8_t halves[4];
  // y[i] = f(x[i]) for i < n; x and y may be the same.
  void (*exp)(size_t n, const float *x, float *y);
  void (*log)(size_t n, const float *x, float *y);
  void (*sigmoid)(size_t n, const float *x, float *y);
  void (*tanh)(size_t n, const float *x, float *y);
  // y[i] = the bfloat16 nearest to x[i], four by four where `halves` says; n is a multiple of 16.
  void (*halve)(size_t n, const float *x, uint16_t *y);
  // y[p][2i][j] and y[p][2i + 1][j] = the pairs of x[p][r0 + 4i][j] and the next three rows', 0 beyond r1.
  void (*pair_rows)(const float *x, size_t x_rows, size_t r0, size_t r1, uint32_t *y, size_t y_rows, size_t p0,
                    size_t p1);
  // C = start + A·B for C's rows m0..<m1 and panels p0..<p1.
  void (*product)(const ck_product *x, size_t m0, size_t m1, size_t p0, size_t p1);
  // C = start + Aᵀ·B over k rows, for the 64×64 tiles i0..<i1 of C, numbered down each of its panels (`tiles` a panel).
  void (*product_transposed)(const ck_product *x, size_t tiles, size_t i0, size_t i1);
  // C = start + X·B for rows r0..<r1 of sparse X and panels p0..<p1: equal to the dense sum; a is not used.
  void (*sparse_product)(const ck_sparse *x, const ck_product *y, size_t r0, size_t r1, size_t p0, size_t p1);
  // g[index] += value · d[at[r]] for r in r0..<r1, ascending, panels p0..<p1; at null: at[r] = r.
  void (*sparse_transposed)(const ck_sparse *x, const float *d, size_t d_rows, const int32_t *_Nullable at, float *g,
                            size_t g_rows, size_t r0, size_t r1, size_t p0, size_t p1);
  // t[q][64p + j][i] = w[p][64q + i][j] for q in q0..<q1 and p < panels; t has 64·panels rows.
  void (*transpose)(const float *w, size_t w_rows, size_t panels, float *t, size_t q0, size_t q1);
  // sums[64p + j] = the sum of d[p][r][j] over ascending r in r0..<r1.
  void (*column_sums)(const float *d, size_t d_rows, size_t r0, size_t r1, float *sums, size_t p0, size_t p1);
  // x[p][r] *= mask[r % lanes] for rows r0..<r1 and panels p0..<p1; mask is [lanes][width].
  void (*mask_rows)(float *x, size_t x_rows, const float *mask, size_t lanes, size_t width, size_t r0, size_t r1,
                    size_t p0, size_t p1);
  // Clears `before` and masks it for the first step, for panels of 64 units q0..<q1, from `last`.
  void (*recurrent_begin)(const ck_recurrent *s, size_t q0, size_t q1);
  // One step of an lstm; an item is (panel, tile of rows), `ck_row_tiles(lanes)` a panel.
  void (*lstm_forward)(const ck_recurrent *s, size_t t, size_t i0, size_t i1);
  // One step back; an item is (panel of 64 units, tile of rows).
  void (*lstm_backward)(const ck_recurrent *s, size_t t, size_t i0, size_t i1);
  // The same of gru and rnn; an item is (panel of 64 units, tile of rows) both ways.
  void (*gru_forward)(const ck_recurrent *s, size_t t, size_t i0, size_t i1);
  void (*gru_backward)(const ck_recurrent *s, size_t t, size_t i0, size_t i1);
  void (*rnn_forward)(const ck_recurrent *s, size_t t, size_t i0, size_t i1);
  void (*rnn_backward)(const ck_recurrent *s, size_t t, size_t i0, size_t i1);
  void (*softmax)(const ck_softmax *s, size_t r0, size_t r1);
  void (*values)(const ck_values *s, size_t r0, size_t r1);
  void (*head_forward)(const ck_head *s, size_t n0, size_t n1, size_t p0, size_t p1);
  // d[p][r] = z[p][r] > 0 ? d[p][r] · scale : 0.
  void (*head_backward)(const float *z, float *d, size_t z_rows, float scale, size_t r0, size_t r1, size_t p0,
                        size_t p1);
  // The sum of squares of n numbers: 16 sums, number i into sum i % 16, then a tree.
  float (*squares)(size_t n, const float *x);
  void (*update)(const ck_update *s, size_t i0, size_t i1);
  // `rounds` times 24 vectors of `peak_width` fused multiply-adds and nothing else: what the processor can do at most.
  float (*peak)(size_t rounds);
  size_t peak_width;
  // y of rows r0..<r1, and d_x of them from d_y (`below` has the gradient d_y itself).
  void (*hand_up)(const ck_hand_up *s, size_t r0, size_t r1);
  void (*hand_up_backward)(const ck_hand_up *s, size_t r0, size_t r1);
  // The gradients of weight and bias in panels p0..<p1, each the sum over ascending rows.
  void (*norm_gradients)(const ck_hand_up *s, float *d_weight, float *d_bias, size_t p0, size_t p1);
  // y[i] += x[i] for i < n.
  void (*add)(size_t n, const float *x, float *y);
} ck_kernels;

// Into how many tiles of at most 6 rows a step's rows are cut.
static inline size_t ck_row_tiles(size_t rows) { return (rows + 5) / 6; }

// The table of that name (portable, avx2, avx512, avx512bf16, amx, neon); null where this processor cannot run it.
const ck_kernels *_Nullable ck_kernels_named(const char *name);
// The fastest table that this processor can run.
const ck_kernels *ck_kernels_best(void);

// Makes the rows [side][side] orthogonal and of length 1, each from those before it (Gram and Schmidt).
void ck_orthogonalise(size_t side, double *rows);

// Tells the processor that this thread waits in a loop.
static inline void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#pragma clang assume_nonnull end
#endif
