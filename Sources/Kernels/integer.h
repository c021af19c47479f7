// SPDX-License-Identifier: Apache-2.0

// The versions of the integer kernels, for the table of each instruction set.
#ifndef DROID_KERNELS_INTEGER_H
#define DROID_KERNELS_INTEGER_H

#include "Kernels.h"

void dk_scalar_quantize(int64_t rows, int64_t n, int64_t group, int64_t first, int64_t count, const float *x, int64_t x_stride,
                        uint8_t *row, int64_t row_stride);

#define DK_INTEGER_KERNELS(isa)                                                                                        \
    void dk_##isa##_gemm_codes(const struct dk_format *format, int64_t rows, int64_t panels, int64_t k,                \
                               const uint8_t *a, int64_t a_stride, const uint8_t *w, float *c, int64_t c_stride);      \
    void dk_##isa##_gemm_ternary(float scale, int64_t rows, int64_t panels, int64_t k, const uint8_t *a,               \
                                 int64_t a_stride, const uint8_t *w, float *c, int64_t c_stride);

#define DK_LUT_KERNEL(isa)                                                                                             \
    void dk_##isa##_gemm_lut(enum dk_lut kind, float scale, int64_t rows, int64_t panels, int64_t k, const uint8_t *a, \
                             int64_t a_stride, const uint8_t *w, float *c, int64_t c_stride);

DK_LUT_KERNEL(scalar)
DK_LUT_KERNEL(avx2)
DK_LUT_KERNEL(neon)

DK_INTEGER_KERNELS(scalar)
DK_INTEGER_KERNELS(avx2)
DK_INTEGER_KERNELS(vnni)
DK_INTEGER_KERNELS(emulated)
DK_INTEGER_KERNELS(neon)

#endif
