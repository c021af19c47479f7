// SPDX-License-Identifier: Apache-2.0

// Products of 16-bit words for AVX-512 VNNI: one instruction adds two products to each of 16 sums. Built with DROID_EMULATED, that
// instruction is plain C, as in packed_vnni.c.

#if defined(__x86_64__) || defined(DROID_EMULATED)

#include <string.h>

#include "words.h"

typedef int32_t i16 __attribute__((vector_size(64)));
typedef int32_t i16u __attribute__((vector_size(64), aligned(4)));

#pragma clang diagnostic ignored "-Wpsabi"

#if defined(DROID_EMULATED)

#define TARGET
#define FUNCTION dk_emulated_dot_words
void dk_emulated_dot_words(int64_t rows, int64_t panels, int64_t depth, const int16_t *a, int64_t a_stride, const int16_t *w,
                           int64_t panel, int32_t *c, int64_t c_stride);

static inline i16 add_pairs(i16 sum, i16 x, i16 y)
{
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 32; j += 16) sum[i] += (int16_t)((uint32_t)x[i] >> j) * (int16_t)((uint32_t)y[i] >> j);
    return sum;
}

#else

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
#define FUNCTION dk_vnni_dot_words

TARGET static inline __attribute__((always_inline)) i16 add_pairs(i16 sum, i16 x, i16 y)
{
    return (i16)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)x, (__m512i)y);
}

#endif

#define INLINE TARGET static inline __attribute__((always_inline))
#define TILE_ROWS 6
#define TILE_PANELS 4

INLINE i16 broadcast(const int16_t *p)
{
    int32_t word;
    memcpy(&word, p, 4);
    return (i16){word, word, word, word, word, word, word, word, word, word, word, word, word, word, word, word};
}

INLINE void tile(const int rows, const int panels, int64_t depth, const int16_t *a, int64_t a_stride, const int16_t *w,
                 int64_t panel, int32_t *c, int64_t c_stride)
{
    i16 sum[TILE_ROWS][TILE_PANELS];
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int p = 0; p < panels; p++) sum[i][p] = (i16){0};
    for (int64_t k = 0; k < depth; k += 2, w += 32) {
        i16 words[TILE_PANELS];
#pragma unroll
        for (int p = 0; p < panels; p++) words[p] = *(const i16u *)(w + p * panel);
#pragma unroll
        for (int i = 0; i < rows; i++) {
            const i16 x = broadcast(a + i * a_stride + k);
#pragma unroll
            for (int p = 0; p < panels; p++) sum[i][p] = add_pairs(sum[i][p], words[p], x);
        }
    }
#pragma unroll
    for (int i = 0; i < rows; i++)
#pragma unroll
        for (int p = 0; p < panels; p++) *(i16u *)(c + i * c_stride + p * DK_LANES) = sum[i][p];
}

#include "words_codes.h"

#endif
