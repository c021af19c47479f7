// SPDX-License-Identifier: Apache-2.0

// Bitnet.cpp's loop over I2_S, written anew from its description: the peer that the ternary kernels are measured against.

#include "Kernels.h"

static void plain(int64_t rows, int64_t k, const uint8_t *weights, const int8_t *a, int64_t a_stride, int32_t *sums)
{
    for (int64_t r = 0; r < rows; r++, a += a_stride) {
        int32_t sum = 0;
        for (int64_t b = 0; b < k / 128; b++)
            for (int n = 0; n < 4; n++)
                for (int i = 0; i < 32; i++) sum += (weights[b * 32 + i] >> (6 - 2 * n) & 3) * a[b * 128 + n * 32 + i];
        sums[r] = sum;
    }
}

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))

// Weights are taken apart once for all rows; sums of 16 bits are widened after each 16 blocks of 128.
TARGET static inline __attribute__((always_inline)) void loop(const int rows, int64_t k, const uint8_t *weights, const int8_t *a,
                                                              int64_t a_stride, int32_t *sums)
{
    const __m256i low = _mm256_set1_epi8(3), ones = _mm256_set1_epi16(1);
    __m256i total[4];
    for (int r = 0; r < rows; r++) total[r] = _mm256_setzero_si256();
    for (int64_t b = 0; b < k / 128;) {
        const int64_t end = k / 128 - b < 16 ? k / 128 : b + 16;
        __m256i sum[4];
        for (int r = 0; r < rows; r++) sum[r] = _mm256_setzero_si256();
        for (; b < end; b++) {
            const __m256i x = _mm256_loadu_si256((const __m256i *)(weights + b * 32));
            const __m256i code[4] = {_mm256_and_si256(_mm256_srli_epi16(x, 6), low), _mm256_and_si256(_mm256_srli_epi16(x, 4), low),
                                     _mm256_and_si256(_mm256_srli_epi16(x, 2), low), _mm256_and_si256(x, low)};
            for (int r = 0; r < rows; r++)
                for (int n = 0; n < 4; n++) {
                    const __m256i y = _mm256_loadu_si256((const __m256i *)(a + r * a_stride + b * 128 + n * 32));
                    sum[r] = _mm256_add_epi16(sum[r], _mm256_maddubs_epi16(code[n], y));
                }
        }
        for (int r = 0; r < rows; r++) total[r] = _mm256_add_epi32(total[r], _mm256_madd_epi16(sum[r], ones));
    }
    for (int r = 0; r < rows; r++) {
        __m128i s = _mm_add_epi32(_mm256_castsi256_si128(total[r]), _mm256_extracti128_si256(total[r], 1));
        s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
        s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
        sums[r] = _mm_cvtsi128_si32(s);
    }
}

TARGET static void avx2(int64_t rows, int64_t k, const uint8_t *weights, const int8_t *a, int64_t a_stride, int32_t *sums)
{
    for (; rows >= 4; rows -= 4, a += 4 * a_stride, sums += 4) loop(4, k, weights, a, a_stride, sums);
    for (; rows > 0; rows--, a += a_stride, sums++) loop(1, k, weights, a, a_stride, sums);
}

void dk_i2s_loop(int64_t rows, int64_t k, const uint8_t *weights, const int8_t *a, int64_t a_stride, int32_t *sums)
{
    (__builtin_cpu_supports("avx2") ? avx2 : plain)(rows, k, weights, a, a_stride, sums);
}

#else

void dk_i2s_loop(int64_t rows, int64_t k, const uint8_t *weights, const int8_t *a, int64_t a_stride, int32_t *sums)
{
    plain(rows, k, weights, a, a_stride, sums);
}

#endif
