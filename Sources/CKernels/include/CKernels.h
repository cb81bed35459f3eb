// The hot loops, built once for each instruction set, with the same bits from each.
#ifndef CKERNELS_H
#define CKERNELS_H
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// One table of kernels. All arrays are of float, none overlap unless a line says so.
typedef struct ck_kernels {
  const char *name;
  // y[i] = f(x[i]) for i < n; x and y may be the same.
  void (*exp)(size_t n, const float *x, float *y);
  void (*log)(size_t n, const float *x, float *y);
  void (*sigmoid)(size_t n, const float *x, float *y);
  void (*tanh)(size_t n, const float *x, float *y);
} ck_kernels;

// The table of that name (portable, avx2, avx512, neon); null where this processor cannot run it.
const ck_kernels *_Nullable ck_kernels_named(const char *name);
// The fastest table that this processor can run.
const ck_kernels *ck_kernels_best(void);

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
