// SPDX-License-Identifier: Apache-2.0

// Products of 16-bit words for AVX2 (vpmaddwd).

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "words.h"

#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET static inline __attribute__((always_inline))
#define FUNCTION dk_avx2_dot_words
#define TILE_ROWS 6
#define TILE_PANELS 1

// Keeps the compiler from making all products of one row before those of the next, which takes too many registers.
#define IN_ORDER(sum) __asm__ volatile("" : "+x"(sum))

INLINE void tile(const int rows, const int panels, int64_t depth, const int16_t *a, int64_t a_stride, const int16_t *w,
                 int64_t panel, int32_t *c, int64_t c_stride)
{
    (void)panels, (void)panel;
    __m256i sum[TILE_ROWS][2];
#pragma unroll
    for (int i = 0; i < rows; i++) sum[i][0] = sum[i][1] = _mm256_setzero_si256();
    for (int64_t k = 0; k < depth; k += 2, w += 32) {
        const __m256i w0 = _mm256_loadu_si256((const __m256i *)w), w1 = _mm256_loadu_si256((const __m256i *)(w + 16));
#pragma unroll
        for (int i = 0; i < rows; i++) {
            int32_t word;
            memcpy(&word, a + i * a_stride + k, 4);
            const __m256i x = _mm256_set1_epi32(word);
            sum[i][0] = _mm256_add_epi32(sum[i][0], _mm256_madd_epi16(w0, x));
            sum[i][1] = _mm256_add_epi32(sum[i][1], _mm256_madd_epi16(w1, x));
            IN_ORDER(sum[i][0]);
            IN_ORDER(sum[i][1]);
        }
    }
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int v = 0; v < 2; v++) _mm256_storeu_si256((__m256i *)(c + i * c_stride + v * 8), sum[i][v]);
}

#include "words_codes.h"

#endif
