// For any processor: fused multiply-add in software. For tests and for machines without the instruction.
#include "CKernels.h"
#define CK_W 4
#define CK_STRIP 1
#define CK_NAME(x) ck_portable_##x
#define CK_TITLE "portable"
#define CK_EMULATED_FMA
#include "kernels.inc"
