// SPDX-License-Identifier: Apache-2.0

// What the kernels that look sums up share: runs of inputs short enough for sums of 16 bits, and the walk over a matrix.
#ifndef DROID_KERNELS_LUT_TABLES_H
#define DROID_KERNELS_LUT_TABLES_H

#include "Kernels.h"

enum {
    // 128 sums of two activations of magnitude at most 127 are at most 32512; 80 sums of three are at most 30480.
    DK_TL1_RUN = 256,
    DK_TL2_RUN = 240,
};

// Adds to 16 sums what the inputs of one run give: weights, then a table of 32 bytes for each group of inputs, the lower
// bytes of its 16 sums and the upper ones.
typedef void (*dk_lut_run)(int64_t inputs, const uint8_t *w, const uint8_t *tables, int32_t *sums);

void dk_lut_rows(dk_lut_run pairs, dk_lut_run triples, enum dk_lut kind, float scale, int64_t rows, int64_t panels, int64_t k,
                 const uint8_t *a, int64_t a_stride, const uint8_t *w, float *c, int64_t c_stride);

#endif
