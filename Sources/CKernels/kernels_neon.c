#if defined(__aarch64__)
#include "CKernels.h"
#define CK_W 4
#define CK_STRIP 4
#define CK_NAME(x) ck_neon_##x
#define CK_TITLE "neon"
#include "kernels.inc"
#endif
