// Calls every kernel of one build on seeded numbers of many sizes and prints a hash of what each wrote.
//
//     kernels NAME      prints "kernel size hash" lines; exit status 2: this processor cannot run that build
//     kernels           prints the names of the builds that this processor can run
//
// The lines are the same for every build and processor: golden.txt beside this file. Needs C's library alone, so that
// it is easily built for another processor. check.py builds, runs and compares.
#include "CKernels.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ck_kernels *kernels;

// Numbers

static uint64_t seed;

static uint32_t random_bits(void) {
  // SplitMix64 (Steele, Lea & Flood 2014).
  uint64_t z = (seed += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return (uint32_t)((z ^ (z >> 31)) >> 32);
}

static int random_below(int bound) { return (int)(random_bits() % (uint32_t)bound); }

// From -1 to 1, exact in float.
static float random_float(void) { return (float)(int32_t)(random_bits() >> 8) / 8388608.0f - 1.0f; }

// Buffers: kept until a case ends.

static void *kept[64];
static size_t kept_count;

static void *buffer(size_t bytes) {
  // Sizes of vectors that begin inside are read whole.
  void *p = aligned_alloc(64, (bytes + 127) / 64 * 64);
  if (!p || kept_count == sizeof kept / sizeof *kept) exit(3);
  memset(p, 0, (bytes + 127) / 64 * 64);
  return kept[kept_count++] = p;
}

static float *zeros(size_t count) { return buffer(count * 4); }

static float *floats(size_t count, float scale) {
  float *p = buffer(count * 4);
  for (size_t i = 0; i < count; i++) p[i] = random_float() * scale;
  return p;
}

// Numbers above 0.
static float *positive(size_t count) {
  float *p = floats(count, 1);
  for (size_t i = 0; i < count; i++) p[i] = fabsf(p[i]) + 1e-6f;
  return p;
}

// Panels of 64 columns of which `width` are used; the others are 0.
static float *panels(size_t rows, size_t width, float scale) {
  size_t padded = (width + 63) / 64 * 64;
  float *p = zeros(rows * padded);
  for (size_t c = 0; c < width; c++)
    for (size_t r = 0; r < rows; r++) p[(c / 64 * rows + r) * 64 + c % 64] = random_float() * scale;
  return p;
}

// Masks of 0 and 1.25.
static float *dropped(size_t count) {
  float *p = zeros(count);
  for (size_t i = 0; i < count; i++) p[i] = random_below(5) ? 1.25f : 0;
  return p;
}

static uint8_t *flags(size_t count, int of) {
  uint8_t *p = buffer(count);
  for (size_t i = 0; i < count; i++) p[i] = random_below(of) != 0;
  return p;
}

static int32_t *integers(size_t count, int bound) {
  int32_t *p = buffer(count * 4);
  for (size_t i = 0; i < count; i++) p[i] = random_below(bound);
  return p;
}

static ck_sparse sparse(size_t rows, size_t width, int valued, size_t mask_lanes) {
  int32_t *offsets = buffer((rows + 1) * 4), *indices = buffer(rows * width * 4 + 4);
  int32_t count = 0;
  for (size_t r = 0; r < rows; r++) {
    for (size_t c = 0; c < width; c++)
      if (random_below(3) == 0) indices[count++] = (int32_t)c;
    offsets[r + 1] = count;
  }
  ck_sparse x = {.offsets = offsets, .indices = indices};
  if (valued) x.values = floats((size_t)count, 1);
  if (mask_lanes) {
    x.mask = dropped(mask_lanes * width);
    x.mask_lanes = mask_lanes;
    x.mask_width = width;
  }
  return x;
}

// Hashes (FNV-1a)

static uint64_t hash;

static void begin(uint64_t number) {
  seed = number * 0x1000193;
  hash = 0xCBF29CE484222325u;
}

static void add_byte(uint8_t byte) { hash = (hash ^ byte) * 0x100000001B3u; }

static void add_bytes(const void *p, size_t count) {
  for (size_t i = 0; i < count; i++) add_byte(((const uint8_t *)p)[i]);
}

static void add(const float *p, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, p + i, 4);
    // Processors differ in which NaN they make.
    if (p[i] != p[i]) bits = 0x7FC00000;
    for (int j = 0; j < 4; j++) add_byte((uint8_t)(bits >> 8 * j));
  }
}

static void end(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  printf(" %016llx\n", (unsigned long long)hash);
  while (kept_count) free(kept[--kept_count]);
}

#define EACH(TYPE, NAME, ...)                                                     \
  for (const TYPE NAME##_list[] = {__VA_ARGS__}, *NAME##_at = NAME##_list;        \
       NAME##_at < NAME##_list + sizeof NAME##_list / sizeof *NAME##_list; NAME##_at++) \
    for (TYPE NAME = *NAME##_at, *NAME##_once = &NAME; NAME##_once; NAME##_once = NULL)

// Cases

static void functions(void) {
  static const float edges[] = {0.0f, -0.0f, 1.0f, -1.0f, 1e-38f, -1e-38f, 1e-42f, 87.3f, -87.3f, 88.7f, 88.8f, -104.0f,
                                1e30f, -1e30f, 0.5f, 0.625f, 9.0f, -9.0f, 1.17549435e-38f, 3.4e38f};
  EACH(size_t, n, 1, 3, 15, 16, 17, 64, 1003) {
    EACH(float, scale, 1, 20, 120) {
      begin(n + (size_t)scale);
      float *x = floats(n, scale), *y = zeros(n);
      for (size_t i = 0; i < n && i < sizeof edges / 4; i++)
        if (n > 64) x[i * 7] = edges[i];
      kernels->exp(n, x, y);
      add(y, n);
      kernels->sigmoid(n, x, y);
      add(y, n);
      kernels->tanh(n, x, y);
      add(y, n);
      for (size_t i = 0; i < n; i++) x[i] = fabsf(x[i]) + 1e-30f;
      kernels->log(n, x, x);
      add(x, n);
      end("functions n=%zu scale=%g", n, (double)scale);
    }
  }
}

static void products(void) {
  EACH(size_t, rows, 1, 2, 3, 4, 5, 6, 7, 13, 97, 103) {
    EACH(size_t, k, 64, 192, 576) {
      EACH(int, kind, 0, 1, 2) {
        begin(rows * k + (size_t)kind);
        size_t count = 3, more = 5, from = rows > 6 ? 2 : 0;
        float *a = panels(rows, k, 1), *b = floats((k + more) * count * 64, 1), *c = floats(rows * count * 64, 1);
        float *bias = floats(count * 64, 1);
        ck_product x = {.a = a, .a_rows = rows, .b = b, .b_rows = k + more, .k = k, .c = c, .c_rows = rows};
        if (kind == 1) x.start = bias, x.start_rows = 1;
        if (kind == 2) x.start = c, x.start_rows = rows, x.start_step = 64;
        kernels->product(&x, from, rows, 0, 2);
        kernels->product(&x, 0, rows, 2, count);
        add(c, rows * count * 64);
        end("product rows=%zu k=%zu start=%d", rows, k, kind);
      }
    }
  }
  EACH(size_t, k, 1, 7, 64, 259, 513) {
    EACH(int, kind, 0, 1) {
      begin(k + (size_t)kind);
      size_t tiles = 2, count = 3;
      float *a = panels(k, tiles * 64, 1), *b = panels(k, count * 64, 1), *c = floats(tiles * 64 * count * 64, 1);
      ck_product x = {.a = a, .a_rows = k, .b = b, .b_rows = k, .k = k, .c = c, .c_rows = tiles * 64};
      if (kind) x.start = c, x.start_rows = tiles * 64, x.start_step = 64;
      kernels->product_transposed(&x, tiles, 0, 4);
      kernels->product_transposed(&x, tiles, 4, tiles * count);
      add(c, tiles * 64 * count * 64);
      end("product_transposed k=%zu start=%d", k, kind);
    }
  }
}

// Halves in the order of k, whatever the build's is: fours that lie `step` pairs apart, `step` of them.
static void add_halves(const void *p, size_t count, size_t step) {
  const uint16_t *x = p;
  for (size_t block = 0; block < count; block += 4 * step)
    for (size_t j = 0; j < step; j++)
      for (int i = 0; i < 4; i++) {
        uint8_t place = kernels->halves[i];
        add_bytes(x + block + (place / 2 * step + j) * 2 + place % 2, 2);
      }
}

// Matrices in panels, rounded to bfloat16 as they are: rows, or pairs of rows.
static float *halves(const float *x, size_t count) {
  uint16_t *y = buffer(count * 2);
  kernels->halve(count, x, y);
  return (float *)y;
}

static float *pairs(const float *x, size_t rows, size_t count) {
  size_t half = (rows + 3) / 4 * 2;
  uint32_t *y = buffer(half * count * 64 * 4);
  kernels->pair_rows(x, rows, 0, rows, y, half, 0, count);
  return (float *)y;
}

// From 2^(power) to just below 2^(power + 1), of either sign.
static float scaled(int power) {
  float x = ldexpf(1 + fabsf(random_float()), power);
  return random_below(2) ? x : -x;
}

// Sums that end just below the least normal number: what rounds up to it stays, what does not is zero.
static void least_products(void) {
  begin(1);
  size_t rows = 64, k = 4;
  float *a = zeros(rows * 64), *b = zeros(k * 64), *c = zeros(rows * 64);
  for (size_t r = 0; r < rows; r++) {
    a[r * 64] = 0x1p-63f, a[r * 64 + 1] = -0x1p-63f;
    a[r * 64 + 2] = scaled(-76), a[r * 64 + 3] = scaled(-76);
  }
  for (size_t j = 0; j < 64; j++) {
    b[j] = b[64 + j] = 0x1p-63f;
    b[128 + j] = scaled(-76), b[192 + j] = scaled(-76);
  }
  ck_product x = {.a = halves(a, rows * 64), .a_rows = rows, .b = pairs(b, k, 1), .b_rows = 2, .k = 2, .c = c,
                  .c_rows = rows, .pairs = 1};
  kernels->product(&x, 0, rows, 0, 1);
  add(c, rows * 64);
  end("product in pairs at the least number");
}

static void rounded_products(void) {
  least_products();
  EACH(float, scale, 1.0f, 1e-38f) {
    begin((size_t)scale);
    size_t n = 1024, rows = 7;
    float *x = floats(n, scale);
    uint16_t *y = buffer(n * 2);
    uint32_t *pair = buffer(4 * 2 * 64 * 4);
    x[3] = 0, x[5] = -0.0f, x[7] = 3.4e38f, x[9] = 1e-42f;
    kernels->halve(n, x, y);
    add_halves(y, n, 1);
    kernels->pair_rows(x, rows, 1, 6, pair, 4, 0, 2);
    add_halves(pair, 4 * 2 * 64 * 2, 64);
    end("halves scale=%g", (double)scale);
  }
  EACH(size_t, rows, 1, 6, 13, 97) {
    EACH(size_t, k, 64, 576) {
      begin(rows * k);
      size_t count = 2;
      float *c = floats(rows * count * 64, 1), *bias = floats(count * 64, 1);
      ck_product x = {.a = halves(panels(rows, k, 1), rows * k), .a_rows = rows,
                      .b = pairs(floats(k * count * 64, 1), k, count), .b_rows = k / 2, .k = k / 2, .c = c,
                      .c_rows = rows, .start = bias, .start_rows = 1, .pairs = 1};
      kernels->product(&x, 0, rows, 0, count);
      add(c, rows * count * 64);
      end("product in pairs rows=%zu k=%zu", rows, k);
    }
  }
  EACH(size_t, k, 1, 7, 64, 513) {
    begin(k);
    size_t tiles = 2, count = 2;
    float *c = floats(tiles * 64 * count * 64, 1);
    ck_product x = {.a = pairs(floats(k * tiles * 64, 1), k, tiles), .a_rows = (k + 3) / 4 * 2,
                    .b = pairs(floats(k * count * 64, 1), k, count), .b_rows = (k + 3) / 4 * 2, .k = (k + 3) / 4 * 2, .c = c,
                    .c_rows = tiles * 64, .pairs = 1};
    kernels->product_transposed(&x, tiles, 0, tiles * count);
    add(c, tiles * 64 * count * 64);
    end("product_transposed in pairs k=%zu", k);
  }
  EACH(size_t, columns, 1, 16, 70, 113) {
    begin(columns);
    size_t rows = 13, k = 128, count = 2;
    float *c = zeros(rows * count * 64);
    ck_product x = {.a = panels(rows, k, 1), .a_rows = rows, .b = floats(k * count * 64, 1), .b_rows = k, .k = k, .c = c,
                    .c_rows = rows, .columns = columns};
    kernels->product(&x, 0, rows, 0, (columns + 63) / 64);
    for (size_t j = 0; j < columns; j++)
      for (size_t r = 0; r < rows; r++) add(c + (j / 64 * rows + r) * 64 + j % 64, 1);
    end("product columns=%zu", columns);
  }
}

static void sparse_products(void) {
  EACH(size_t, rows, 1, 5, 14) {
    EACH(size_t, width, 1, 9, 88) {
      EACH(int, kind, 0, 1, 2, 3) {
        begin(rows * width + (size_t)kind);
        size_t count = 2, lanes = rows < 5 ? 1 : rows / 2;
        ck_sparse x = sparse(rows, width, kind & 1, kind & 2 ? lanes : 0);
        float *b = floats((width + 2) * count * 64, 1), *c = zeros(rows * count * 64), *start = floats(count * 64, 1);
        ck_product y = {.b = b, .b_rows = width + 2, .c = c, .c_rows = rows, .start = start, .start_rows = 1};
        kernels->sparse_product(&x, &y, 0, rows, 0, count);
        add(c, rows * count * 64);
        y.start = c, y.start_rows = rows, y.start_step = 64;
        kernels->sparse_product(&x, &y, rows / 2, rows, 1, count);
        add(c, rows * count * 64);
        int32_t *at = integers(rows, (int)rows);
        float *d = floats(rows * count * 64, 1), *g = floats((width + 1) * count * 64, 1);
        kernels->sparse_transposed(&x, d, rows, at, g, width + 1, 0, rows, 0, count);
        kernels->sparse_transposed(&x, d, rows, NULL, g, width + 1, 0, rows, 1, count);
        add(g, (width + 1) * count * 64);
        end("sparse rows=%zu width=%zu kind=%d", rows, width, kind);
      }
    }
  }
}

static void rows(void) {
  EACH(size_t, rows, 1, 6, 77) {
    begin(rows);
    size_t count = 3, lanes = rows == 77 ? 7 : 1, all = rows * count * 64;
    float *d = floats(all, 1), *sums = zeros(count * 64), *mask = dropped(lanes * count * 64);
    kernels->column_sums(d, rows, 0, rows, sums, 0, count);
    add(sums, count * 64);
    kernels->column_sums(d, rows, rows / 3, rows, sums, 1, count);
    add(sums, count * 64);
    kernels->mask_rows(d, rows, mask, lanes, count * 64, 0, rows, 0, count);
    add(d, all);
    float *z = floats(all, 1);
    kernels->head_backward(z, d, rows, 1.25f, 0, rows, 0, count);
    add(d, all);
    end("rows rows=%zu", rows);
  }
  begin(1);
  float *w = floats(133 * 3 * 64, 1), *t = zeros(128 * 3 * 64);
  kernels->transpose(w, 133, 3, t, 0, 2);
  add(t, 128 * 3 * 64);
  end("transpose");
}

typedef void step_function(const ck_recurrent *, size_t, size_t, size_t);

static void recurrent(const char *name, size_t gates, step_function *forward, step_function *backward, size_t unit) {
  EACH(size_t, hidden, 64, 192) {
    EACH(size_t, lanes, 1, 3, 6, 7, 13, 32) {
      // Without masks, with, and with operands in pairs of bfloat16.
      EACH(int, kind, 0, 1, 2) {
        begin(hidden * lanes + (size_t)kind);
        size_t steps = 3, rows = steps * lanes, is_gru = gates == 3, width = gates * hidden;
        float *transposed = zeros(width * hidden), *weights = floats(width * hidden, 0.2f), *keep = zeros(rows);
        for (size_t r = 0; r < rows; r++) keep[r] = random_below(4) ? 1 : 0;
        kernels->transpose(weights, hidden, width / 64, transposed, 0, hidden / 64);
        ck_recurrent s = {
            .hidden = hidden,
            .lanes = lanes,
            .rows = rows,
            .gates = floats((is_gru ? 4 : gates) * hidden * rows, 1),
            .cells = floats((lanes + rows) * hidden, 1),
            .before = zeros(rows * hidden),
            .out = zeros(rows * hidden),
            .last = floats(lanes * hidden, 1),
            .keep = keep,
            .recurrent_mask = kind == 1 ? dropped(lanes * hidden) : NULL,
            .out_mask = kind == 1 ? dropped(lanes * hidden) : NULL,
            .bias = floats(width, 0.2f),
            .weights = weights,
            .transposed = transposed,
            .d_out = floats(rows * hidden, 1),
            .d_cells = zeros(lanes * hidden),
            .d_hidden = zeros(lanes * hidden),
        };
        if (kind == 2) {
          s.before_half = buffer(rows * hidden * 2);
          s.out_half = buffer(rows * hidden * 2);
          s.gates_half = buffer((is_gru ? 4 : gates) * hidden * rows * 2);
          s.weights = pairs(weights, hidden, width / 64);
          s.transposed = pairs(transposed, width, hidden / 64);
        }
        kernels->recurrent_begin(&s, 0, hidden / 64);
        size_t tiles = ck_row_tiles(lanes);
        for (size_t t = 0; t < steps; t++) {
          // In two parts, as threads take them.
          size_t items = hidden / unit * tiles, part = items / 3;
          forward(&s, t, part, items);
          forward(&s, t, 0, part);
        }
        add(s.out, rows * hidden);
        add(s.last, lanes * hidden);
        add(s.before, rows * hidden);
        for (size_t t = steps; t-- > 0;) {
          size_t items = hidden / 64 * tiles, part = items / 2;
          backward(&s, t, part, items);
          backward(&s, t, 0, part);
        }
        add(s.gates, (is_gru ? 4 : gates) * hidden * rows);
        if (kind == 2) add_halves(s.out_half, rows * hidden, 1);
        end("%s hidden=%zu lanes=%zu kind=%d", name, hidden, lanes, kind);
      }
    }
  }
}

static void softmaxes(void) {
  EACH(size_t, width, 1, 7, 63, 64, 65, 130, 400) {
    EACH(int, kind, 0, 1, 2, 3) {
      begin(width * 4 + (size_t)kind);
      size_t rows = 9, masks = 3;
      int32_t *target = integers(rows, (int)width), *mask = integers(rows, (int)masks);
      uint8_t *allowed = flags(masks * width, 3);
      for (size_t r = 0; r < rows; r++) {
        allowed[(size_t)mask[r] * width + (size_t)target[r]] = 1;
        if (r % 4 == 3) target[r] = -1;
      }
      ck_softmax s = {.logits = panels(rows, width, 12), .rows = rows, .width = width, .target = target,
                      .gradient = kind & 1, .scale = 0.125f, .log_probability = zeros(rows), .watched = zeros(rows),
                      .hits = buffer(rows), .watching = (int32_t)(width / 2)};
      if (kind & 2) s.masks = allowed, s.mask = mask;
      kernels->softmax(&s, 0, 4);
      kernels->softmax(&s, 4, rows);
      add(s.log_probability, rows);
      add(s.watched, rows);
      add_bytes(s.hits, rows);
      if (s.gradient) add(s.logits, rows * ((width + 63) / 64 * 64));
      end("softmax width=%zu kind=%d", width, kind);
    }
  }
}

static void value_losses(void) {
  EACH(size_t, width, 1, 6, 64, 100, 352) {
    EACH(int, loss, ck_mse, ck_mae, ck_bce) {
      EACH(int, gradient, 0, 1) {
        begin(width * 3 + (size_t)loss);
        size_t rows = 7, padded = (width + 63) / 64 * 64;
        ck_values s = {.outputs = panels(rows, width, 3), .dense = zeros(rows * padded), .rows = rows, .width = width,
                       .loss_kind = loss, .targets = sparse(rows, width, 0, 0), .scored = flags(rows, 4),
                       .gradient = gradient, .scale = 0.5f, .loss = zeros(rows), .log_probability = zeros(rows),
                       .hits = buffer(rows)};
        kernels->values(&s, 0, 3);
        kernels->values(&s, 3, rows);
        add(s.loss, rows);
        add(s.log_probability, rows);
        add_bytes(s.hits, rows);
        if (gradient) add(s.outputs, rows * padded);
        end("values width=%zu loss=%d gradient=%d", width, loss, gradient);
      }
    }
  }
}

static void heads(void) {
  EACH(size_t, width, 64, 192) {
    EACH(int, kind, 0, 1, 2, 3) {
      begin(width + (size_t)kind);
      size_t rows = 5, tokens = 13, table_rows = 11;
      int32_t *at = buffer(tokens * 4);
      for (size_t n = 0; n < tokens; n++) at[n] = (int32_t)(n * 5 % tokens);
      ck_head s = {.a = floats(rows * width, 1), .a_rows = rows, .row = integers(tokens, (int)rows),
                   .tables = sparse(tokens, table_rows, 0, 0), .table_rows = table_rows, .at = at, .scale = 1.25f,
                   .keep_width = width, .z = zeros(tokens * width), .z_rows = tokens};
      if (kind & 1) s.table = floats(table_rows * width, 1);
      if (kind & 2) s.keep = flags(tokens * width, 5);
      kernels->head_forward(&s, 0, 6, 0, width / 64);
      kernels->head_forward(&s, 6, tokens, 0, width / 64);
      add(s.z, tokens * width);
      end("head width=%zu kind=%d", width, kind);
    }
  }
}

static void optimisers(void) {
  EACH(size_t, n, 0, 1, 15, 16, 61, 8192) {
    begin(n);
    float sum = kernels->squares(n, floats(n + 1, 3));
    add(&sum, 1);
    end("squares n=%zu", n);
  }
  EACH(int, kind, ck_adamw, ck_adam, ck_rmsprop, ck_sgd) {
    EACH(float, decay, 0, 0.02f) {
      EACH(int, averages, 0, 1) {
        begin((size_t)kind);
        size_t n = 64 * 7;
        float *average = floats(n, 1);
        ck_update s = {.kind = kind, .w = floats(n, 1), .g = floats(n, 1), .first = floats(n, 0.1f),
                       .second = positive(n), .average = averages ? average : NULL, .shrink = 0.75f, .rate = 0.01f,
                       .decay = decay, .corrected_rate = 0.1f, .root2 = 0.3f, .keep_average = 0.9f};
        kernels->update(&s, 64, n);
        kernels->update(&s, 0, 64);
        add(s.w, n);
        add(s.first, n);
        add(s.second, n);
        add(average, n);
        end("update kind=%d decay=%g averages=%d", kind, (double)decay, averages);
      }
    }
  }
}

int main(int count, char **arguments) {
  if (count < 2) {
    static const char *const names[] = {"portable", "avx2", "avx512", "avx512bf16", "amx", "neon"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
      if (ck_kernels_named(names[i])) puts(names[i]);
    return 0;
  }
  kernels = ck_kernels_named(arguments[1]);
  if (!kernels) {
    fprintf(stderr, "this processor cannot run the kernels '%s'\n", arguments[1]);
    return 2;
  }
  functions();
  products();
  rounded_products();
  sparse_products();
  rows();
  recurrent("lstm", 4, kernels->lstm_forward, kernels->lstm_backward, 16);
  recurrent("gru", 3, kernels->gru_forward, kernels->gru_backward, 64);
  recurrent("rnn", 1, kernels->rnn_forward, kernels->rnn_backward, 64);
  softmaxes();
  value_losses();
  heads();
  optimisers();
  return 0;
}
