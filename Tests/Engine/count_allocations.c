// Counts what a program asks of the heap; see allocations.py. To be preloaded.
//
// Where the file that RITORNELLO_ALLOCATIONS names cannot be written, nothing is told.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

// By the size's number of bits.
static _Atomic unsigned long counts[65];

static void count(size_t size) {
  atomic_fetch_add_explicit(&counts[size == 0 ? 0 : 64 - __builtin_clzl(size)], 1, memory_order_relaxed);
}

void *malloc(size_t size) {
  count(size);
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count(number * size);
  return __libc_calloc(number, size);
}

void *realloc(void *place, size_t size) {
  count(size);
  return __libc_realloc(place, size);
}

void *memalign(size_t alignment, size_t size) {
  count(size);
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **place, size_t alignment, size_t size) {
  *place = memalign(alignment, size);
  return *place == NULL ? ENOMEM : 0;
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("RITORNELLO_ALLOCATIONS");
  FILE *file = path == NULL ? NULL : fopen(path, "w");
  if (file == NULL) return;
  for (int i = 0; i < 65; i++) fprintf(file, "%lu\n", counts[i]);
  fclose(file);
}
