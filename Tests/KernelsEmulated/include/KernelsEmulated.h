// SPDX-License-Identifier: Apache-2.0

// The products that `attend_packed` (bytes with codes) and `attend_words` (words) are made of: those for VNNI emulated, and
// the plain ones.
#ifndef DROID_KERNELS_EMULATED_H
#define DROID_KERNELS_EMULATED_H

#include <stdint.h>

#pragma clang assume_nonnull begin

void dk_emulated_dot_codes(int bits, int64_t rows, int64_t panels, int64_t depth, const int8_t *a, int64_t a_stride,
                           const uint8_t *w, int32_t *c, int64_t c_stride, int64_t ahead);
void dk_scalar_dot_codes(int bits, int64_t rows, int64_t panels, int64_t depth, const int8_t *a, int64_t a_stride,
                         const uint8_t *w, int32_t *c, int64_t c_stride, int64_t ahead);

void dk_emulated_dot_words(int64_t rows, int64_t panels, int64_t depth, const int16_t *a, int64_t a_stride,
                           const int16_t *w, int64_t panel, int32_t *c, int64_t c_stride);
void dk_scalar_dot_words(int64_t rows, int64_t panels, int64_t depth, const int16_t *a, int64_t a_stride,
                         const int16_t *w, int64_t panel, int32_t *c, int64_t c_stride);

#pragma clang assume_nonnull end

#endif
