// As kernels_avx512.c, with the instruction that adds the products of two pairs of bfloat16.
#if defined(__x86_64__)
#include "CKernels.h"
#include <immintrin.h>
#define CK_W 16
#define CK_DOT
#define CK_STRIP 4
#define CK_SCALES  // has an instruction for y · 2^n
#define CK_NAME(x) ck_avx512bf16_##x
#define CK_TITLE "avx512bf16"
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx512bf16,avx2,fma"))), apply_to = function)
#include "kernels.inc"
#pragma clang attribute pop
#endif
