#if defined(__x86_64__)
#include <immintrin.h>

#include "CKernels.h"
#define CK_W 16
#define CK_STRIP 4
#define CK_SCALES  // has an instruction for y · 2^n
#define CK_NAME(x) ck_avx512_##x
#define CK_TITLE "avx512"
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
#include "kernels.inc"
#pragma clang attribute pop
#endif
