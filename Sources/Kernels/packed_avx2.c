// SPDX-License-Identifier: Apache-2.0

// Products of signed bytes with codes of 4 or 2 bits for AVX2: vpmaddubsw makes sums of pairs in 16 bits. A code of up to
// 15 leaves room for 8 of them, a depth of 32, and one of up to 3 for 42, before they are widened to 32 bits.

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "packed.h"

#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET static inline __attribute__((always_inline))

#define ROWS 6

// Keeps the compiler from making all products of one row before those of the next, which takes too many registers.
#define IN_ORDER(sum) __asm__ volatile("" : "+x"(sum))

INLINE __m256i broadcast(const int8_t *p)
{
    int32_t word;
    memcpy(&word, p, 4);
    return _mm256_set1_epi32(word);
}

INLINE void tile(const int bits, const int rows, const int panels, int64_t depth, const int8_t *a, int64_t a_stride,
                 const uint8_t *w, int64_t panel, int32_t *c, int64_t c_stride, int64_t ahead)
{
    (void)panels, (void)panel;
    const int planes = 8 / bits, step = 4 * planes, most = bits == 4 ? 4 : 8;
    const __m256i mask = _mm256_set1_epi8((char)((1 << bits) - 1)), ones = _mm256_set1_epi16(1);
    for (int64_t k = 0; k < depth;) {
        const int64_t left = (depth - k) / step, lines = left < most ? left : most;
        __m256i sum[ROWS][2];
#pragma unroll
        for (int i = 0; i < rows; i++) sum[i][0] = sum[i][1] = _mm256_setzero_si256();
        for (int64_t line = 0; line < lines; line++, w += 64) {
#pragma unroll
            for (int plane = 0; plane < planes; plane++) {
                // Loaded anew for each plane: there is no register left to keep them in.
                __asm__ volatile("" : "+r"(w));
                if (plane == 0) __builtin_prefetch(w + ahead);
                const __m256i x0 = _mm256_loadu_si256((const __m256i *)w), x1 = _mm256_loadu_si256((const __m256i *)(w + 32));
                const __m256i w0 = _mm256_and_si256(_mm256_srli_epi16(x0, plane * bits), mask);
                const __m256i w1 = _mm256_and_si256(_mm256_srli_epi16(x1, plane * bits), mask);
                const int8_t *at = a + k + line * step + plane * 4;
#pragma unroll
                for (int i = 0; i < rows; i++) {
                    const __m256i x = broadcast(at + i * a_stride);
                    sum[i][0] = _mm256_add_epi16(sum[i][0], _mm256_maddubs_epi16(w0, x));
                    sum[i][1] = _mm256_add_epi16(sum[i][1], _mm256_maddubs_epi16(w1, x));
                    IN_ORDER(sum[i][0]);
                    IN_ORDER(sum[i][1]);
                }
            }
        }
#pragma unroll
        for (int i = 0; i < rows; i++)
#pragma unroll
            for (int v = 0; v < 2; v++) {
                __m256i *to = (__m256i *)(c + i * c_stride + v * 8);
                const __m256i total = _mm256_madd_epi16(sum[i][v], ones);
                _mm256_storeu_si256(to, k == 0 ? total : _mm256_add_epi32(total, _mm256_loadu_si256(to)));
            }
        k += lines * step;
    }
}

// Sums of 16 bits have no latency to hide.
#define WIDE(rows) 1
#define FUNCTION dk_avx2_dot_codes
#include "packed_codes.h"

#endif
