// For all instruction sets alike: double, each multiplication and addition rounded by itself.
#include "CKernels.h"
#include <math.h>

#pragma STDC FP_CONTRACT OFF

enum { parts = 8 };

// Eight sums, number i into sum i % 8, then a tree.
static double product(size_t n, const double *x, const double *y) {
  double sums[parts] = {0};
  size_t i = 0;
  for (; i + parts <= n; i += parts)
    for (size_t j = 0; j < parts; j++) sums[j] += x[i + j] * y[i + j];
  for (size_t j = 0; i + j < n; j++) sums[j] += x[i + j] * y[i + j];
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

void ck_orthogonalise(size_t side, double *rows) {
  for (size_t r = 0; r < side; r++) {
    double *row = rows + r * side;
    // Twice is enough (Giraud et al. 2005).
    for (int turn = 0; turn < 2; turn++)
      for (size_t e = 0; e < r; e++) {
        const double *earlier = rows + e * side;
        double share = product(side, row, earlier);
        for (size_t k = 0; k < side; k++) row[k] -= share * earlier[k];
      }
    double norm = sqrt(product(side, row, row));
    for (size_t k = 0; norm > 0 && k < side; k++) row[k] /= norm;
  }
}
