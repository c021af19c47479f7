// SPDX-License-Identifier: Apache-2.0

// Products of 16-bit words for ARM: a widening product for each of the two words of a lane.

#if defined(__aarch64__)

#include <arm_neon.h>

#include "words.h"

#define TARGET
#define INLINE static inline __attribute__((always_inline))
#define FUNCTION dk_neon_dot_words
#define TILE_ROWS 4
#define TILE_PANELS 1

INLINE void tile(const int rows, const int panels, int64_t depth, const int16_t *a, int64_t a_stride, const int16_t *w,
                 int64_t panel, int32_t *c, int64_t c_stride)
{
    (void)panels, (void)panel;
    int32x4_t sum[TILE_ROWS][4];
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int v = 0; v < 4; v++) sum[i][v] = vdupq_n_s32(0);
    for (int64_t k = 0; k < depth; k += 2, w += 32) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            // The first words of eight lanes, then the second ones.
            const int16x8x2_t words = vld2q_s16(w + half * 16);
#pragma unroll
            for (int i = 0; i < rows; i++)
#pragma unroll
                for (int j = 0; j < 2; j++) {
                    const int16_t x = a[i * a_stride + k + j];
                    sum[i][2 * half] = vmlal_n_s16(sum[i][2 * half], vget_low_s16(words.val[j]), x);
                    sum[i][2 * half + 1] = vmlal_high_n_s16(sum[i][2 * half + 1], words.val[j], x);
                }
        }
    }
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int v = 0; v < 4; v++) vst1q_s32(c + i * c_stride + v * 4, sum[i][v]);
}

#include "words_codes.h"

#endif
