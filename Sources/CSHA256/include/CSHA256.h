#ifndef CSHA256_H
#define CSHA256_H
#include <stddef.h>
#include <stdint.h>

/// The running state of a SHA-256 (FIPS 180-4).
typedef struct {
  uint32_t h[8];
  uint64_t length;      // bytes taken in so far
  uint8_t block[64];    // the last, incomplete block
} csha256_state;

void csha256_start(csha256_state *_Nonnull state);
/// Takes in `count` bytes.
void csha256_update(csha256_state *_Nonnull state, const uint8_t *_Nullable bytes, size_t count);
/// Writes the 32 bytes of the digest; the state is spent.
void csha256_finish(csha256_state *_Nonnull state, uint8_t *_Nonnull digest);

#endif
