#if defined(__x86_64__)
#include "CKernels.h"
#define CK_W 8
#define CK_STRIP 2
#define CK_NAME(x) ck_avx2_##x
#define CK_TITLE "avx2"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "kernels.inc"
#pragma clang attribute pop
#endif
