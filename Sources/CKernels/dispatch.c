// Which builds of the kernels this processor can run.
#include "CKernels.h"
#include <string.h>

extern const ck_kernels ck_portable_kernels;
#if defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
extern const ck_kernels ck_avx2_kernels, ck_avx512_kernels, ck_avx512bf16_kernels, ck_amx_kernels;

// Whether Linux lets this process use the tiles (ARCH_REQ_XCOMP_PERM of XFEATURE_XTILEDATA); its threads then may too.
static int has_tiles(void) {
  return __builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-bf16") &&
         syscall(SYS_arch_prctl, 0x1023, 18) == 0;
}
#elif defined(__aarch64__)
extern const ck_kernels ck_neon_kernels;
#endif

const ck_kernels *ck_kernels_named(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int fused = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (!strcmp(name, "avx2") && fused) return &ck_avx2_kernels;
  int wide = fused && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  if (!strcmp(name, "avx512") && wide) return &ck_avx512_kernels;
  if (!strcmp(name, "avx512bf16") && wide && __builtin_cpu_supports("avx512bf16")) return &ck_avx512bf16_kernels;
  if (!strcmp(name, "amx") && wide && has_tiles()) return &ck_amx_kernels;
#elif defined(__aarch64__)
  if (!strcmp(name, "neon")) return &ck_neon_kernels;
#endif
  return strcmp(name, "portable") ? NULL : &ck_portable_kernels;
}

const ck_kernels *ck_kernels_best(void) {
  static const char *const names[] = {"amx", "avx512bf16", "avx512", "avx2", "neon"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const ck_kernels *table = ck_kernels_named(names[i]);
    if (table) return table;
  }
  return &ck_portable_kernels;
}
