// SPDX-License-Identifier: Apache-2.0

// Products of bytes with codes, which `attend_packed` is made of: those for VNNI emulated, those of AVX2, and the plain ones.
#ifndef DROID_KERNELS_EMULATED_H
#define DROID_KERNELS_EMULATED_H

#include <stdint.h>

#pragma clang assume_nonnull begin

void dk_emulated_dot_codes(int bits, int64_t rows, int64_t panels, int64_t depth, const int8_t *a, int64_t a_stride,
                           const uint8_t *w, int32_t *c, int64_t c_stride, int64_t ahead);
void dk_scalar_dot_codes(int bits, int64_t rows, int64_t panels, int64_t depth, const int8_t *a, int64_t a_stride,
                         const uint8_t *w, int32_t *c, int64_t c_stride, int64_t ahead);

#pragma clang assume_nonnull end

#endif
