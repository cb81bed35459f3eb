// As kernels_avx512bf16.c, with the instructions that multiply tiles of pairs of bfloat16.
#if defined(__x86_64__)
#include "CKernels.h"
#include <immintrin.h>
#define CK_W 16
#define CK_AMX
#define CK_STRIP 4
#define CK_SCALES  // has an instruction for y · 2^n
#define CK_NAME(x) ck_amx_##x
#define CK_TITLE "amx"
#pragma clang attribute push(                                                                       \
    __attribute__((target("amx-tile,amx-bf16,avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
#include "kernels.inc"
#pragma clang attribute pop
#endif
